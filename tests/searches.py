"""A small search, and the experiments that searches make."""

from ruamel.yaml import YAML

SEARCH = {
    "seed": 3,
    "settings": 3,
    "repeats": 4,
    "metric": "log_loss",
    "budget": {"repeats": 11},
    "keys": {"finetune.dropout": {"range": [0.0, 0.5]}, "finetune.epochs": {"choices": [1, 2]}},
}


def write(clone, asked=SEARCH):
    """Puts a search.yaml into a clone."""
    with (clone.folder / "search.yaml").open("w") as stream:
        YAML().dump(asked, stream)


def experiments(clone):
    """The commit of each experiment by its name."""
    lines = clone.run("git", "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
    found = (line.split() for line in lines)
    return {name.rsplit("/", 1)[1]: commit for name, commit in found if "/search-" in name or "/screening-" in name}


def outputs(clone, commit):
    """The hash of each output that an experiment's dvc.lock records."""
    stages = YAML(typ="safe").load(clone.run("git", "show", f"{commit}:dvc.lock"))["stages"]
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}
