import gc
import os
import shutil

import pytest
from filelock import FileLock
from tokenizers import BertWordPieceTokenizer

from tests.clones import Clone, some_articles, start
from tests.hugging_face import save_bert

# What takes minutes, by the start of its path: kills, full disks, remotes, browsers, whole runs of other splits; long
# statistics are marked one by one. `make test-all`.
SLOW = (
    "tests/faults/",
    "tests/team/",
    "tests/gapwise/reports/test_browser.py",
    "tests/test_no_validation.py",
    "tests/test_rotation.py",
)
WORDS = """the market rose fell sharply after strong weak earnings not good bad report today and again""".split()  # noqa: SIM905

# One process more for each command of DVC, where a project does not say no, and a file that stays without a network.
os.environ["DVC_NO_ANALYTICS"] = "1"
# Half a million objects of TensorFlow stay: looking through them again and again took a twentieth of the time.
gc.set_threshold(100_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker("slow")
        if item.nodeid.startswith("tests/cluster/"):
            item.add_marker("cluster")


@pytest.fixture(scope="session")
def require():
    """Skips a test that this machine cannot run, and says why; where GAPWISE_NO_SKIP is set, as in CI, fails it."""

    def check(available, reason):
        if not available:
            (pytest.fail if os.environ.get("GAPWISE_NO_SKIP") else pytest.skip)(reason)

    return check


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Makes a folder once for all workers: `once(name, make)` gives what the first who asked has made; copy it."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name, make):
        place, done = common / name, common / f"{name}.done"
        with FileLock(common / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(place, ignore_errors=True)
                make(place)
                done.touch()
        return place

    return folder


@pytest.fixture(scope="session")
def reference(once, samples, tiny_folder):
    """A clone in which the pipeline has run, with what it printed and a commit of it; to be copied, never changed."""

    def make(folder):
        made = start(folder / "clone", some_articles(samples), tiny_folder)
        (folder / "log.txt").write_text(made.run("dvc", "repro"))
        made.commit()

    folder = once("reference", make)
    clone = Clone(folder / "clone")
    clone.log = (folder / "log.txt").read_text()
    return clone


SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A BERT of 3 layers and width 8 in the layout of Hugging Face, whose texts are tokenized without TensorFlow."""
    folder = tmp_path_factory.mktemp("presets") / "tiny-folder"
    folder.mkdir()
    pieces = {piece: number for number, piece in enumerate([*SPECIAL, *WORDS])}
    BertWordPieceTokenizer(pieces).save(str(save_bert(folder, len(pieces), layers=3, fresh=True) / "tokenizer.json"))
    return str(folder)


def save_tiny(folder, family, layers):
    """Saves a network of width 8 with word pieces of its own, in keras-hub layout; gives the folder."""
    from gapwise.encoding.runtime import keras, keras_hub

    keras.utils.set_random_seed(0)  # the same weights, whichever test comes first
    vocabulary = [*SPECIAL, *WORDS]
    backbone = getattr(keras_hub.models, f"{family}Backbone")(len(vocabulary), layers, 2, 8, 16, max_sequence_length=32)
    backbone.save_to_preset(str(folder))
    getattr(keras_hub.models, f"{family}Tokenizer")(vocabulary, lowercase=True).save_to_preset(str(folder))
    return str(folder)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("presets") / "tiny-bert", "Bert", layers=3)


@pytest.fixture(scope="session")
def tiny_distilbert(tmp_path_factory):
    return save_tiny(tmp_path_factory.mktemp("presets") / "tiny-distilbert", "DistilBert", layers=2)


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory):
    """A RoBERTa of 2 layers and width 8 with its own vocabulary, in keras-hub layout."""
    from gapwise.encoding.runtime import keras, keras_hub

    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("presets") / "tiny-roberta"
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyzĠ", "th", "<mask>"]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    backbone = keras_hub.models.RobertaBackbone(len(vocabulary), 2, 2, 8, 16, max_sequence_length=64)
    backbone.save_to_preset(str(folder))
    keras_hub.models.RobertaTokenizer(vocabulary, ["t h"]).save_to_preset(str(folder))
    return str(folder)


@pytest.fixture(scope="session")
def samples():
    """The bundled sample sets by name, as tables of text, label and group."""
    from gapwise.texts.samples import read_samples

    return read_samples()
