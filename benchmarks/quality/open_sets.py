"""Ten public sets of labelled English texts, of other kinds than the sample sets: topics, intents, questions and more.

    python -m benchmarks.quality.open_sets    # fetches the files, writes results/open-sets.csv

Nothing of them is kept here. Each file is named by a commit of a public repository and by its hash, and read as it is,
repeated rows included. Where authors give training and test files, they are one table: the benchmark splits anew.

`OPEN` may be looked at while settings are chosen. `LOCKED` is measured once, at the end. Nobody chose which is which:
in the order of the SHA-256 of their names, sets go to the one and the other by turns, the first one to `OPEN`. That
was done before anything was trained on any of them.
"""

import hashlib
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.quality import open_set_readers as readers
from gapwise.base.errors import UserError

FOLDER = Path(__file__).parent / "data"
TABLE = Path(__file__).parent / "results" / "open-sets.csv"
ADDRESS = "https://raw.githubusercontent.com/{repository}/{commit}/{path}"
TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class OpenSet:
    """One set.

    Attributes:
        name: Short; also the folder of its files.
        about: What the texts are and what the labels say.
        classes: How many.
        repository: `owner/name` on GitHub.
        commit: 40 hexadecimal digits.
        files: The SHA-256 of each file, by its path in the repository, in the order that `reader` wants.
        reader: Makes a table of `text` and `label`.
        license: As stated where the texts come from.
        source: Who made the set.
    """

    name: str
    about: str
    classes: int
    repository: str
    commit: str
    files: dict[str, str]
    reader: readers.Reader
    license: str
    source: str


TAGS = [
    *["wordpress", "oracle", "svn", "apache", "excel", "matlab", "visual-studio", "cocoa", "osx", "bash"],
    *["spring", "hibernate", "scala", "sharepoint", "ajax", "qt", "drupal", "linq", "haskell", "magento"],
]
EMOTIONS = ["anger", "joy", "optimism", "sadness"]

ALL = (
    OpenSet(
        name="trec-questions",
        about="questions to a search engine, by the kind of answer",
        classes=6,
        repository="harvardnlp/sent-conv-torch",
        commit="d61ded09c99c0199d8c5bca946cd65864de2b296",
        files={
            "data/raw/TREC.train": "9e4c8bdcaffb96ed61041bd64b564183d52793a8e91d84fc3a8646885f466ec3",
            "data/raw/TREC.test": "033f22c028c2bbba9ca682f68ffe204dc1aa6e1cf35dd6207f2d4ca67f0d0e8e",
        },
        reader=readers.questions,
        license="none stated for the texts",
        source="Xin Li and Dan Roth: Learning question classifiers. COLING 2002",
    ),
    OpenSet(
        name="subjectivity",
        about="sentences on films: a reviewer's opinion, or what the plot tells",
        classes=2,
        repository="harvardnlp/sent-conv-torch",
        commit="d61ded09c99c0199d8c5bca946cd65864de2b296",
        files={
            "data/raw/subj.objective": "5ddc9b44dc60d64d651347fcd7bdd489b0c70661e3f768215c16eea36f51204a",
            "data/raw/subj.subjective": "73a2dcf8dc3cbcc7f068a70ef9f021c86b2a8e4dac81566b7fd015b3e938f2c5",
        },
        reader=readers.file_per_class,
        license="none stated for the texts",
        source="Bo Pang and Lillian Lee: A sentimental education. ACL 2004",
    ),
    OpenSet(
        name="stackoverflow-titles",
        about="titles of programmers' questions, by tag",
        classes=20,
        repository="jacoxu/StackOverflow",
        commit="7c207f51e649fff9e4736610b9d44431bb7ccf00",
        files={
            "rawText/title_StackOverflow.txt": "56fdb3932c6a2e35c1943b8a3d3c1cf51901fc1139e51b1587091898ffb22e86",
            "rawText/label_StackOverflow.txt": "ac6b52afbf696611680f8ea944be682bcdf1979b62fde2b5fa2a9dcc6ab8d7d3",
        },
        reader=readers.side_by_side(lambda number: TAGS[int(number) - 1]),
        license="none stated; asks to cite the paper",
        source="Jiaming Xu and others: Short text clustering via convolutional neural networks. VSM-NLP workshop 2015",
    ),
    OpenSet(
        name="clinc-domains",
        about="requests to an assistant, by domain; 15 intents in each",
        classes=10,
        repository="clinc/oos-eval",
        commit="828f8093932c8fe6ca7936c3d2e52903b1c523de",
        files={
            "data/data_full.json": "36923c3705a59e08fe9c3883d8bc2dd966ef93e22cb78ac41171782a698d56e0",
            "data/domains.json": "b947b579d3b8e74b06f93b01083d8efaff2888b43a3e362533bd88a6e1211b3a",
        },
        reader=readers.intents,
        license="CC BY 3.0",
        source="Stefan Larson and others: An evaluation dataset for intent classification and out-of-scope prediction. "
        "EMNLP 2019",
    ),
    OpenSet(
        name="tweet-emotions",
        about="tweets, by emotion",
        classes=4,
        repository="cardiffnlp/tweeteval",
        commit="4fbd22cd78421f05b1ecdb4fc5725bc7a7bd8f66",
        files={
            "datasets/emotion/train_text.txt": "2c62f67aeb3eac1aea0e5a9c3d0f4bc337992581f3f858061786a1fb4d79d95e",
            "datasets/emotion/train_labels.txt": "987e767d8679e18abdf7de37a6d2bcd0a40a296ddd704e8d515cf0e3033c8d9c",
            "datasets/emotion/val_text.txt": "e2e30c86b8cbb97944d6543aedc06eace3bb275cb2f381aba787b838b4f23ca5",
            "datasets/emotion/val_labels.txt": "313730630160b7e0a6b4235b800c76683f4aeeb72d094eb69646630cd5cfe338",
            "datasets/emotion/test_text.txt": "7e1070f5d3e3fcece5bc73680bff9981e90d8f7b2f1009bfe7a01d059d1c6091",
            "datasets/emotion/test_labels.txt": "245072348c711961785be6d395997f97cf7fcda3effeae7805664171dc75f913",
        },
        reader=readers.side_by_side(lambda number: EMOTIONS[int(number)]),
        license="none of TweetEval's own; the task's and Twitter's terms apply",
        source="Saif Mohammad and others: SemEval-2018 task 1, Affect in tweets; as in TweetEval, EMNLP 2020",
    ),
    OpenSet(
        name="sms-spam",
        about="text messages, spam or not; one in seven is",
        classes=2,
        repository="justmarkham/pycon-2016-tutorial",
        commit="5339710562cc46c4a32a369d63f1e8751a18a54e",
        files={"data/sms.tsv": "7d039a24a6083ed9ef0f806ebad56bbb976e3aeb8de05669173bfdc4996c239d"},
        reader=readers.label_first,
        license="none stated",
        source="Tiago Almeida and others: Contributions to the study of SMS spam filtering. DocEng 2011",
    ),
    OpenSet(
        name="medical-abstracts",
        about="abstracts of medical papers, by kind of disease; its test part alone, which is enough for a draw",
        classes=5,
        repository="sebischair/Medical-Abstracts-TC-Corpus",
        commit="70a2d9106c724729be8b3c4ddb00d1b14ec300c8",
        files={
            "medical_tc_test.csv": "1eecea73c9ecad292c55e10403bd139fab9580545d6878482997c5564d51ac05",
            "medical_tc_labels.csv": "8a27ae03339c798103678efa8012f744a723ff71a80f2b2c1355ee249564adc5",
        },
        reader=readers.numbered("medical_abstract", number="condition_label", name="condition_name"),
        license="CC BY-SA 3.0",
        source="Tim Schopf and others: Evaluating unsupervised text classification. NLPIR 2022",
    ),
    OpenSet(
        name="bbc-news",
        about="whole news articles, by section",
        classes=5,
        repository="LTSACH/AILearningHub",
        commit="38c4dfa48f34344f2e73eebbb93974928943a8c8",
        files={
            "datasets/bbcnews/data/train.csv": "9462cc0545ba311cf2fd9adea93a9c1f76fd1d2760efef0715ed707b6c5c8686",
            "datasets/bbcnews/data/val.csv": "ae64b0c9bd7faab277aab578ee40a95400b23cd4e4fec22159743050b418d213",
            "datasets/bbcnews/data/test.csv": "2fae8b8fb808922b9ddc5e74c1a287177d91da521cf43ecc4b0a8be9f98935d3",
        },
        reader=readers.columns("text", "category", mended={"Â£": "£"}),
        license="for education and research, as the repository says",
        source="Derek Greene and Pádraig Cunningham: Practical solutions to the problem of diagonal dominance in "
        "kernel document clustering. ICML 2006",
    ),
    OpenSet(
        name="financial-phrases",
        about="sentences of financial news: good, bad or no news to an investor; half of the raters agree at least",
        classes=3,
        repository="pkatwate/finBERT",
        commit="5ca56265657fe3fc2fd6c3576aa3933f61b7a5bc",
        files={"Sentences_50Agree.txt": "62bfa1a67f7b476a7e67fda3213d8d7f6890f5aaccdbc747c7555b94fc6cd171"},
        reader=readers.label_last,
        license="CC BY-NC-SA 3.0, as its data card says; none stated in the repository",
        source="Pekka Malo and others: Good debt or bad debt. JASIST 2014",
    ),
    OpenSet(
        name="assistant-commands",
        about="commands to a home assistant, by what they are about; the first word of each of the 64 intents",
        classes=18,
        repository="jianguoz/Few-Shot-Intent-Detection",
        commit="fa9553312b1dba54b1be0aae2d30b13171f898e5",
        files={
            "Datasets/HWU64/train/seq.in": "6f37991e7920711e3c5024f5f5ac535882b9da1df84e837d889c5a53ef91cd4f",
            "Datasets/HWU64/train/label": "90e21d2f25cba02dd332b6cdb7d09d4fe178680b91a4469adf1790f753f7df2c",
            "Datasets/HWU64/valid/seq.in": "fa939bc5394f708691c3d4d5c03bb59fc8301af4cc72a73e9e32fcedafd4e3c2",
            "Datasets/HWU64/valid/label": "aec9b5c05528709ec48202dddd7ee1789536a5562866d91feef102d5d9476815",
            "Datasets/HWU64/test/seq.in": "c0129df86114872dd58ac48448fd5559ed6679895b1938f469cf360f7c85ba79",
            "Datasets/HWU64/test/label": "aec9b5c05528709ec48202dddd7ee1789536a5562866d91feef102d5d9476815",
        },
        reader=readers.side_by_side(lambda intent: intent.partition("_")[0]),
        license="CC BY 4.0, as its authors state",
        source="Xingkun Liu and others: Benchmarking natural language understanding services. IWSDS 2019",
    ),
)
OPEN_SETS = {of.name: of for of in ALL}

_SHUFFLED = sorted(OPEN_SETS, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
OPEN, LOCKED = tuple(sorted(_SHUFFLED[::2])), tuple(sorted(_SHUFFLED[1::2]))
NAMES = (*OPEN, *LOCKED)


def fetch(folder: Path = FOLDER) -> None:
    """Downloads what is missing of all sets, each file to FOLDER/SET/PATH.

    Raises:
        UserError: If a downloaded file is not the one that is meant; it is not kept.
    """
    for of in ALL:
        for path, digest in of.files.items():
            if _digest(folder / of.name / path) != digest:
                _download(of, path, folder / of.name / path)


def read(name: str, folder: Path = FOLDER) -> pd.DataFrame:
    """Reads a set: a table of `text` and `label`, both text, in the order of its files.

    Args:
        name: One of `OPEN_SETS`.
        folder: As given to `fetch`.

    Raises:
        UserError: If a file is missing, or is not the one that is meant.
    """
    of = OPEN_SETS[name]
    paths = [folder / name / path for path in of.files]
    wrong = [str(path) for path, digest in zip(paths, of.files.values(), strict=True) if _digest(path) != digest]
    if wrong:
        hint = "Run `python -m benchmarks.quality.open_sets`."
        raise UserError(f"Files of {name} are missing, or are not those that are meant. {hint}", wrong)
    return of.reader(paths)


def write_table(folder: Path = FOLDER) -> None:
    """Writes what there is of each set to results/open-sets.csv."""
    table = pd.DataFrame([_described(of, read(of.name, folder)) for of in ALL])
    table.to_csv(TABLE, index=False, lineterminator="\n")


def _described(of: OpenSet, rows: pd.DataFrame) -> dict[str, object]:
    classes, words = rows["label"].value_counts(), rows["text"].map(lambda text: len(text.split()))
    return {
        "name": of.name,
        "part": "open" if of.name in OPEN else "locked",
        "about": of.about,
        "rows": len(rows),
        "repeated": int(rows["text"].duplicated().sum()),
        "classes": len(classes),
        "smallest_class": int(classes.min()),
        "smallest_share": round(classes.min() / len(rows), 3),
        "largest_share": round(classes.max() / len(rows), 3),
        "words_median": int(words.median()),
        "words_q95": int(words.quantile(0.95)),
        "license": of.license,
        "source": of.source,
        "repository": of.repository,
    }


def _download(of: OpenSet, path: str, to: Path) -> None:
    address = ADDRESS.format(repository=of.repository, commit=of.commit, path=path)
    with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:
        content: bytes = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != of.files[path]:
        problem = f"its SHA-256 is {found}, not {of.files[path]}"
        raise UserError(f"{address} is not the file that is meant, and is not kept:", [problem])
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(content)


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    fetch()
    write_table()
