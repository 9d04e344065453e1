"""What SECURITY.md says, sentence by sentence."""

import ast
import json
import pickle
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from gapwise.base.errors import UserError
from gapwise.scoring import plots

SOURCES = [path for folder in ("gapwise", "stages") for path in Path(folder).rglob("*.py")]
ROOT = Path.cwd()

# What turns bytes or text into running code, and who may use it.
CODE_FROM_DATA = {
    "pickle": {"gapwise/augmenting/wordnet.py"},
    "_pickle": set(),
    "cPickle": set(),
    "dill": set(),
    "cloudpickle": {"gapwise/commands/sweeps/cluster.py"},  # sends a module of ours to workers by Ray
    "joblib": {"gapwise/base/workers.py"},  # which counts processors with it
    "marshal": set(),
    "shelve": set(),
    "torch": set(),
    "yaml": set(),
    "subprocess": {  # runs git, dvc and ray, each as a list of arguments
        "gapwise/commands/points.py",
        "gapwise/commands/searches/trial.py",
        "gapwise/commands/sweeps/access.py",
        "gapwise/commands/sweeps/work.py",
    },
    "eval": set(),
    "exec": set(),
    "compile": set(),
    "system": set(),
    "popen": set(),
    "read_pickle": set(),
    "to_pickle": set(),
    "allow_pickle": set(),
    "enable_unsafe_deserialization": set(),
    "safe_mode": set(),
    "shell": set(),
    "load_model": set(),
}


def names_in(path):
    """Every module that a file imports, and every function, method and keyword that it uses."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name.split(".")[0] for alias in node.names)
            case ast.ImportFrom():
                yield from [str(node.module).split(".")[0], *(alias.name for alias in node.names)]
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.Attribute(attr="compile", value=ast.Name(id="re")):
                pass
            case ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name


def users_of(name, sources):
    return {path.as_posix() for path in sources if name in set(names_in(path))}


def test_the_search_sees_the_whole_project():
    assert len(SOURCES) > 80


@pytest.mark.parametrize("name", CODE_FROM_DATA)
def test_nothing_makes_code_of_data_but_the_restricted_unpickler_of_the_tagger(name):
    keras_own = {"gapwise/training/trainer.py", "gapwise/network/classifier.py"} if name == "compile" else set()
    assert users_of(name, SOURCES) - keras_own == CODE_FROM_DATA[name]


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "numpy.load(path, allow_pickle=True)",
        "os.system(command)",
        "subprocess.run(command, shell=True)",
        "eval(text)",
        "pd.read_pickle(path)",
        "yaml.unsafe_load(text)\nimport yaml",
        "keras.config.enable_unsafe_deserialization()",
    ],
)
def test_the_search_for_such_code_finds_it(line, tmp_path):
    (tmp_path / "module.py").write_text(line)
    assert any(users_of(name, [tmp_path / "module.py"]) for name in CODE_FROM_DATA)


def test_the_one_use_of_pickle_is_a_subclass_of_its_unpickler():
    tree = ast.parse(Path("gapwise/augmenting/wordnet.py").read_text(encoding="utf-8"))
    used = {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pickle"
    }
    assert used == {"Unpickler", "UnpicklingError"}


class Malice:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (Path(self.path),))


def test_the_restricted_unpickler_runs_nothing(tmp_path):
    import hashlib

    from gapwise.augmenting.wordnet import read_tagger

    content = pickle.dumps(({}, {}, {Malice(tmp_path / "ran")}))
    with pytest.raises(pickle.UnpicklingError, match="a tagger holds no pathlib"):
        read_tagger(content, hashlib.sha256(content).hexdigest())
    assert not (tmp_path / "ran").exists()
    pickle.loads(content)
    assert (tmp_path / "ran").exists()


# Weights.


@pytest.fixture
def preset(tiny_bert, tmp_path):
    return Path(shutil.copytree(tiny_bert, tmp_path / "preset"))


def refused(load, *arguments):
    with pytest.raises(UserError) as caught:
        load(*arguments)
    return caught.value.problems[-1]


def test_a_lambda_in_a_config_is_never_run(preset):
    from gapwise.encoding.runtime import keras
    from gapwise.encoding.tokenizer import load_tokenizer

    evil = keras.saving.serialize_keras_object(keras.layers.Lambda(lambda x: x))
    (preset / "tokenizer.json").write_text(json.dumps(evil))
    assert refused(load_tokenizer, str(preset)) == (
        "a local folder in Hugging Face or keras-hub layout: its config holds Python code (a Lambda layer), which is "
        "never run; save the model without it"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"module": "os", "class_name": "system", "config": "true", "registered_name": "system"},
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
        {"module": "keras.layers", "class_name": "Lambda", "registered_name": None},
    ],
    ids=["os.system", "eval", "Lambda"],
)
def test_a_config_that_names_code_is_refused(preset, change):
    from gapwise.encoding.backbone import load_encoder

    config = json.loads((preset / "config.json").read_text())
    (preset / "config.json").write_text(json.dumps(config | change))
    assert refused(load_encoder, str(preset), 16).startswith("a local folder in Hugging Face or keras-hub layout: ")


def test_pickled_weights_are_never_read(tmp_path):
    from gapwise.encoding.backbone import load_encoder

    config = {"model_type": "bert", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1,
              "num_attention_heads": 2, "intermediate_size": 16, "hidden_dropout_prob": 0.1,
              "max_position_embeddings": 32, "type_vocab_size": 2}  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n")
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Malice(tmp_path / "ran")))
    assert refused(load_encoder, str(tmp_path), 16) == (
        "a local folder in Hugging Face or keras-hub layout: pytorch_model.bin may hold code and is never read; save "
        "the weights as model.safetensors"
    )
    assert not (tmp_path / "ran").exists()


def test_a_pickle_in_the_place_of_weights_is_refused(preset):
    from gapwise.encoding.backbone import load_encoder

    (preset / "model.weights.h5").write_bytes(pickle.dumps(Malice(preset / "ran")))
    assert "file signature not found" in refused(load_encoder, str(preset), 16)
    assert not (preset / "ran").exists()


# Parameters and paths.


def test_one_parameter_is_in_dvc_yaml_and_it_is_a_path_to_read():
    text = Path("dvc.yaml").read_text(encoding="utf-8")
    assert text.count("${") == 1
    stages = YAML(typ="safe").load(text)["stages"]
    assert [stage for stage in stages if "${prepare.source}" in stages[stage]["deps"]] == ["prepare"]


def test_the_paths_that_are_written_are_constants():
    """A stage hands `write_table`, `write_json` and `write_csv` a literal, or a name of the sample sets."""
    written = set()
    for path in Path("stages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("write_table", "write_json", "write_csv"):
                written.add(ast.unparse(node.args[0]))
    assert len(written) > 12
    assert "f'data/raw/{name}.csv'" in written  # in samples; its names are keys of the code
    assert all(ast.literal_eval(name).startswith(("data/", "metrics/")) for name in written if name[0] != "f")


# Reports.


class Tags(HTMLParser):
    """Lists the tags of a page as a browser finds them: a script ends at the first </script>, wherever that stands."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)


MARKUP = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "{plot_divs}", "harmless"]


def page(table):
    """The HTML that `dvc plots show` makes of a table with the project's own template."""
    from dvc_render.html import HTML
    from dvc_render.vega import VegaRenderer

    renderer = VegaRenderer(
        [row | {"rev": "workspace"} for row in table.astype(str).to_dict("records")],
        "metrics/plots/confusion.csv",
        template="confusion_shares",
        template_dir=str(ROOT / ".dvc/plots"),
        x="predicted",
        y="actual",
    )
    return HTML().with_scripts(renderer.SCRIPTS).with_element(renderer.generate_html()).embed()


def tags(html):
    parser = Tags()
    parser.feed(html)
    return parser.found


def confusion(names):
    rows = pd.DataFrame({"part": "test", "label": names, "predicted": names})
    return plots.confusion(rows.assign(**{f"p_{name}": 0.0 for name in names}))


def test_names_of_classes_cannot_become_markup_in_the_page_of_plots():
    table = confusion(MARKUP)
    assert tags(page(table)) == tags(page(confusion(["harmless", "other"])))
    assert "\uff1c/script>\uff1cscript>alert(1)\uff1c/script>" in set(table["actual"])


def test_dvc_itself_would_let_them():
    """If this fails, DVC escapes what it writes, and `wording.no_markup` can go."""
    table = confusion(MARKUP).replace("\uff1c", "<", regex=True)
    assert tags(page(table)).count("script") > tags(page(confusion(["harmless", "other"]))).count("script")


def test_messages_cannot_steer_a_terminal():
    from gapwise.base.wording import show
    from gapwise.texts.labels import check_classes

    assert show("\x1b[2J\u202e") == "'\\x1b[2J\\u202e'"
    [problem] = check_classes(pd.Series(["\x1b[2Ja"]), pd.Series(["\x1b[2Ja"]), None)
    assert problem.isprintable()
