"""A sweep on a Ray of this machine alone, for which there is never memory enough."""

import pytest


@pytest.mark.slow
def test_an_experiment_for_which_memory_runs_out_again_and_again_is_given_up_with_advice_and_can_be_run_later(pinned):
    sweep = ("gapwise", "sweep", "--ray", "local", "--memory", "0.1", "-S", "finetune.l2=17")
    pinned.environment["RAY_memory_usage_threshold"] = "0.01"  # of the machine's memory, which others take anyway
    pinned.environment["SECONDS_OF_WORK"] = "600"
    said = pinned.run(*sweep, fails=True).strip().splitlines()
    assert said[-3] == "1 of 1 experiments failed:"
    assert said[-2].partition(": ")[2] == (
        "memory ran out on its machine 5 times; each experiment was counted with 0.1 GiB there: raise --memory, so "
        "that fewer run at once"
    )
    assert pinned.experiments() == {}
    del pinned.environment["RAY_memory_usage_threshold"], pinned.environment["SECONDS_OF_WORK"]
    assert ": done; 1 of 1 in " in pinned.run(*sweep)
