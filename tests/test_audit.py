"""What `make audit` says of pip-audit's reports."""

import importlib.util
import sys
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("audit", Path(".ci/audit.py"))
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

CLEAN = {"name": "numpy", "version": "2.4.6", "vulns": []}
FLAWED = {
    "name": "x",
    "version": "1.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}, {"id": "CVE-2", "fix_versions": []}],
}
UNKNOWN = {"name": "y", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "audit: 1 packages looked up, 0 unknown to the database, 0 known vulnerabilities"),
        (
            [CLEAN, FLAWED, UNKNOWN],
            1,
            "audit: 2 packages looked up, 1 unknown to the database, 2 known vulnerabilities\n"
            "x 1.0: CVE-1; mended in 1.1, 2.0\n"
            "x 1.0: CVE-2; mended in no version",
        ),
        ([UNKNOWN] * 3, 0, "audit skipped: the database was not reached, or knows none of 3 packages"),
        ([], 0, "audit skipped: the database was not reached, or knows none of 0 packages"),
    ],
)
def test_a_report_is_summed_up(packages, code, said):
    assert audit.judge(packages) == (code, said)


def tool(tmp_path, source):
    path = tmp_path / "tool.py"
    path.write_text(source)
    return [sys.executable, str(path)]


def test_the_locks_are_audited_as_they_are_without_installing_it(tmp_path):
    echo = tool(tmp_path, "import json, sys; print(json.dumps({'dependencies': [{'name': ' '.join(sys.argv[1:]), "
                "'version': '1', 'vulns': [{'id': 'A', 'fix_versions': []}]}]})); sys.exit(1)")  # fmt: skip
    code, said = audit.audit(echo)
    assert code == 1
    assert "--requirement requirements.lock --requirement requirements-gpu.lock --disable-pip --require-hashes" in said


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import sys; sys.exit('first\\nNo route to host')", "No route to host"),
        ("print('no report')", "no message"),
        ("print('{}')", "no message"),
    ],
)
def test_no_report_means_skipped_and_says_why(tmp_path, source, why):
    assert audit.audit(tool(tmp_path, source)) == (0, f"audit skipped: pip-audit gave no report ({why})")


def test_without_any_tool_it_is_skipped(monkeypatch, capsys):
    monkeypatch.setattr(audit, "command", lambda: None)
    with pytest.raises(SystemExit) as end:
        audit.main()
    assert end.value.code == 0
    assert capsys.readouterr().out == "audit skipped: neither pip-audit nor uvx is installed\n"
