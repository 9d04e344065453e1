from gapwise.base.seeds import derive


def test_seeds_are_fixed_numbers_on_every_machine():
    assert derive(20261, 0, "finetune") == 3790041480


def test_every_step_of_the_path_counts():
    paths = [(), (0,), (1,), ("train",), (0, "train"), ("train", 0), (0, "test"), ("0", "train")]
    assert len({derive(1, *path) for path in paths} | {derive(2, *path) for path in paths}) == 16
