import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from gapwise.disk import io
from stages import prepare, split

PROJECT = Path("params.yaml").resolve()


def last(key):
    return key.rpartition(".")[2]


class Project:
    """An empty project with the real params.yaml, and what a user does in it."""

    def __init__(self, folder):
        shutil.copy(PROJECT, folder)
        (folder / "data/raw").mkdir(parents=True)

    def put(self, content, suffix=".csv"):
        path = Path(f"data/raw/mine{suffix}")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.set({"prepare.source": path.as_posix()})

    def set(self, changes):
        """Sets dotted keys of params.yaml."""
        self.edit(lambda document: [self.at(document, key).update({last(key): changes[key]}) for key in changes])

    def drop(self, key):
        """Takes a dotted key out of params.yaml, and gives its value."""
        return self.edit(lambda document: self.at(document, key).pop(last(key)))

    def edit(self, change):
        yaml = YAML()  # keeps comments, lines and all
        document = yaml.load(Path("params.yaml"))
        result = change(document)
        yaml.dump(document, Path("params.yaml"))
        return result

    @staticmethod
    def at(document, key):
        for name in key.split(".")[:-1]:
            document = document[name]
        return document

    def run(self):
        """The message that ends prepare or split, if one does; whatever else escapes fails the test."""
        for stage in (prepare, split):
            try:
                io.run(stage.main)
            except SystemExit as end:
                code = end.code
                break
        else:
            return None
        assert isinstance(code, str)  # which Python writes to standard error, to exit with code 1
        return code.strip("\n")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
