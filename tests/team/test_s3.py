"""A DVC remote in a store that speaks S3, as docs/team.md has it, on a real server of moto's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from tests.clones import Clone, some_articles, stages_run, start
from tests.team.hub import free_port, wait_for

PAGE = Path("docs/team.md").read_text(encoding="utf-8")
(LINES,) = re.findall(r"^```\n(\$ dvc remote add -d team s3:.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """The address of a store with one empty bucket."""
    port, log = free_port(), tmp_path_factory.mktemp("store") / "log"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with log.open("w") as file, subprocess.Popen(command, stdout=file, stderr=file, env=environment) as server:
        wait_for(server, port, log)
        store = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="ID",
            aws_secret_access_key="KEY",
        )
        store.create_bucket(Bucket="bucket")
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def configure(clone, endpoint, which):
    for line in re.findall(r"^\$ (dvc remote .*)$", LINES, re.MULTILINE):
        if ("--local" in line) == (which == "local"):
            clone.run(*line.replace("https://s3.example.org", endpoint).split())


def test_what_one_pushes_a_colleague_pulls_and_has_nothing_to_run(endpoint, samples, tiny_bert, tmp_path):
    ann = start(tmp_path / "ann", some_articles(samples, 20), tiny_bert)
    configure(ann, endpoint, "shared")
    configure(ann, endpoint, "local")
    ann.run("dvc", "repro", "split")
    ann.commit()
    pushed = ann.run("dvc", "push", "--run-cache")
    assert re.search(r"\d+ files pushed", pushed)

    ben = Clone(tmp_path / "ben")
    ben.folder.mkdir()
    ben.run("git", "clone", "-q", str(ann.folder), ".")
    configure(ben, endpoint, "local")
    ben.run("dvc", "pull", "--run-cache", "--allow-missing")
    log = ben.run("dvc", "repro", "split")
    assert (stages_run(log), "is cached" in log) == ([], False)
    for name in ("development", "test", "repeats"):
        assert ben.table(name).equals(ann.table(name))


def test_without_its_key_a_remote_is_not_read_and_dvc_says_so(endpoint, samples, tiny_bert, tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ann = start(tmp_path / "ann", some_articles(samples, 20), tiny_bert, HOME=str(tmp_path))
    configure(ann, endpoint, "shared")
    assert "Unable to locate credentials" in ann.run("dvc", "push", fails=True)
