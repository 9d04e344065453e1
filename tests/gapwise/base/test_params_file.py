"""params.yaml as DVC changes it: by ruamel.yaml, which keeps comments."""

import io
from pathlib import Path

import pytest
from ruamel.yaml import YAML


def changed(text, section, key, value):
    """What `-S section.key=value` makes of the file."""
    yaml, written = YAML(), io.StringIO()
    document = yaml.load(text)
    document[section][key] = value
    yaml.dump(document, written)
    return written.getvalue()


@pytest.mark.parametrize(("section", "key"), [("augment", "methods"), ("augment", "protect")])
def test_a_list_can_be_filled_and_emptied_again(section, key):
    before = Path("params.yaml").read_text(encoding="utf-8")
    filled = changed(before, section, key, ["delete", "swap"])
    assert YAML(typ="safe").load(filled)[section][key] == ["delete", "swap"]
    assert YAML(typ="safe").load(changed(filled, section, key, [])) == YAML(typ="safe").load(before)
