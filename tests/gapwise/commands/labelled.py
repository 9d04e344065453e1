"""A small project whose labels can be looked at: real tables and token ids of a tiny encoder, drawn predictions."""

import json
import shutil

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from typer.testing import CliRunner

from gapwise.commands.app import app
from gapwise.disk.recorded import md5
from gapwise.encoding.params import TokenizeParams
from gapwise.encoding.tokenizer import load_tokenizer, tokenize
from gapwise.splitting.draws import draw_repeats, seal_test
from gapwise.splitting.params import SplitParams
from gapwise.texts.params import PrepareParams
from gapwise.texts.prepare import prepare
from tests.gapwise.commands.conftest import PROJECT, Drawn

SOURCE = "data/raw/mine.csv"
GOOD, BAD = "strong good rose again".split(), "weak bad fell sharply".split()  # noqa: SIM905
TABLES = ("development", "test", "predictions", "tokens/development", "tokens/test")
WRONG = (5, 40, 77)  # rows whose label is the other one


def texts(rows=120):
    """Rows of three words of their class, and one that says nothing; three labels are wrong."""
    rng = np.random.default_rng(3)
    made = []
    for row in range(1, rows + 1):
        good = row % 2 == 0
        words = [
            *rng.choice(GOOD if good else BAD, 3),
            rng.choice(["market", "report", "today", "earnings"]),
            f"n{row}",
        ]
        label = "good" if good != (row in WRONG) else "bad"
        made.append({"id": row, "text": " ".join(words), "label": label})
    return pd.DataFrame(made)


def build(folder, preset, repeats=2, table=None, validation_fraction=0.1):
    """Makes the project, with a commit, as if its pipeline had been run."""
    project = Drawn(folder)
    (folder / "data/raw").mkdir(parents=True)
    (folder / "data/tokens").mkdir()
    (folder / "metrics").mkdir()
    shutil.copytree(preset, folder / "presets/tiny")
    (texts() if table is None else table).to_csv(folder / SOURCE, index=False)
    params = _params(folder, repeats, validation_fraction)
    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "init", "-q")
    _write(folder, params)
    project.run("dvc", "add", "-q", SOURCE)
    (folder / ".gitignore").write_text("/data/*.parquet\n/data/tokens\n")
    project.commit()
    return project


def _params(folder, repeats, validation_fraction):
    yaml = YAML()
    params = yaml.load(PROJECT / "params.yaml")
    params["prepare"].update(source=SOURCE, group_column=None)
    params["split"].update(train_size=None, repeats=repeats, validation_fraction=validation_fraction)
    params["tokenize"].update(preset="presets/tiny", max_length=16)
    yaml.dump(params, folder / "params.yaml")
    return YAML(typ="safe").load(folder / "params.yaml")


def _write(folder, params):
    split, prepared = SplitParams(**params["split"]), PrepareParams(**params["prepare"])
    dataset, report = prepare(pd.read_csv(folder / SOURCE, dtype=str), prepared, None)
    development, test = seal_test(dataset, split)
    drawn = draw_repeats(development, split)
    preset = TokenizeParams(preset=str(folder / "presets/tiny"), prefix=None, max_length=16)
    tables = {"development": development, "test": test, "predictions": predict(development, test, drawn)}
    for name, rows in (("development", development), ("test", test)):
        tokens, _ = tokenize(rows.assign(source_id=rows["text_id"]), load_tokenizer(preset.preset), preset)
        tables[f"tokens/{name}"] = tokens
    for name, table in tables.items():
        table.to_parquet(folder / f"data/{name}.parquet", index=False)
    (folder / "metrics/data.json").write_text(json.dumps(report))
    record(folder, TABLES)


def record(folder, names):
    """Writes dvc.lock as a run of one stage would, and keeps its tables in DVC's cache."""
    outs = [{"path": path, "md5": md5(folder / path)} for path in (f"data/{name}.parquet" for name in names)]
    for out in outs:
        cached = folder / ".dvc/cache/files/md5" / out["md5"][:2] / out["md5"][2:]
        cached.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / out["path"], cached)
    YAML().dump({"schema": "2.0", "stages": {"run": {"cmd": "true", "outs": outs}}}, folder / "dvc.lock")


def predict(development, test, drawn, seed=0):
    """Drawn `tables.Predictions`: a network knows the words, and is sure of nine texts of ten."""
    known = pd.concat([development, test]).set_index("text_id")
    used = [
        pd.concat([rows[["text_id", "part"]], test[["text_id"]].assign(part="test")]).assign(repeat=repeat)
        for repeat, rows in drawn.groupby("repeat")
    ]
    table = pd.concat(used, ignore_index=True)
    rng = np.random.default_rng(seed)
    good = known.loc[table["text_id"], "text"].str.contains("|".join(GOOD)).to_numpy() != (rng.random(len(table)) < 0.1)
    sure = rng.uniform(0.6, 0.99, len(table))
    table["label"] = known.loc[table["text_id"], "label"].to_numpy()
    table["p_bad"] = np.where(good, 1 - sure, sure)
    table["p_good"] = 1 - table["p_bad"]
    table["predicted"] = pd.array(np.where(good, "good", "bad"), dtype="str")
    return table[["repeat", "text_id", "part", "label", "predicted", "p_bad", "p_good"]]


def rewrite(project, **changes):
    """Changes tables, each by a function, and records them as those of another run."""
    for name, change in changes.items():
        path = project.folder / f"data/{name}.parquet"
        change(pd.read_parquet(path)).to_parquet(path, index=False)
    record(project.folder, TABLES)


def call(command, *arguments, code=0):
    """Calls a command of the program, which must end with a code."""
    done = CliRunner().invoke(app, [command, *map(str, arguments)])
    assert done.exit_code == code, done.output + str(done.exception)
    return done


def refusal(command, *arguments):
    """What a command says that refuses."""
    done = call(command, *arguments, code=1)
    assert "Traceback" not in done.output
    return str(done.exception) + done.stderr
