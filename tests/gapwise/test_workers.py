import pytest

from gapwise import workers
from gapwise.errors import UserError


@pytest.mark.parametrize(("given", "expected"), [("1", 1), ("16", 16), (" 3 ", 3)])
def test_the_environment_says_how_many_processes_work(monkeypatch, given, expected):
    monkeypatch.setenv("GAPWISE_WORKERS", given)
    assert workers.count() == expected


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", "٣", "1e3"])
def test_what_is_not_a_whole_number_from_one_is_refused(monkeypatch, given):
    monkeypatch.setenv("GAPWISE_WORKERS", given)
    with pytest.raises(UserError, match=f"GAPWISE_WORKERS: must be a whole number, 1 or more; got '{given}'"):
        workers.count()


@pytest.mark.parametrize("given", [None, "", " "])
def test_unset_it_is_the_processors_that_this_process_may_use(monkeypatch, given):
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    if given is not None:
        monkeypatch.setenv("GAPWISE_WORKERS", given)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert workers.count() == 3


def test_where_the_system_cannot_tell_it_is_all_processors(monkeypatch):
    monkeypatch.delenv("GAPWISE_WORKERS", raising=False)
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert workers.count() == 7
