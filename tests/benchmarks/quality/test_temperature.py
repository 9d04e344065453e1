import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from benchmarks.quality.sets import SETS
from benchmarks.quality.settings import AUTO
from benchmarks.quality.temperature import ALL, EACH, NONE, PRIOR, ROWS, SETTINGS, losses
from benchmarks.quality.what_helps_page import temperature_by_cell, temperature_by_rows
from tests import make

RNG = np.random.default_rng(0)


def predictions(too_sure, rows=400):
    """Two repeats of a classifier whose logits are so many times what they should be."""
    yes = np.arange(rows) % 2
    tables = []
    for repeat in range(2):
        for part in ("validation", "test"):
            logits = RNG.normal(4 * yes - 2, 2)  # of two normals, the logit of a value is the value itself here
            tables.append(make.predictions(repeat, part, np.array(["no", "yes"])[yes], expit(too_sure * logits)))
    return pd.concat(tables, ignore_index=True)


def test_every_way_is_measured_at_every_number_of_rows_beside_none():
    table = pd.DataFrame(losses(predictions(3.0), rows=[5, 40], draws=3))
    counts = table.groupby(["rows", "way"]).size().to_dict()
    ways = {EACH: 3, ALL: 3, PRIOR: 3}
    expected = {(0, NONE): 1} | {(0, way): 1 for way in ways}
    assert counts == expected | {(rows, way): draws for rows in (5, 40) for way, draws in ways.items()}
    means = table.groupby(["rows", "way"])["one"].mean()
    assert means[0, PRIOR] < means[0, NONE]
    assert means[5, EACH] > means[5, PRIOR]  # a temperature of five rows is a guess
    assert means[0, EACH] == pytest.approx(means[0, PRIOR], abs=0.02)


def test_the_page_shows_each_cell_and_what_fewer_rows_change():
    cells = [
        {"setting": setting, "size": size, "set": name, "rows": rows, "way": way, "one": one, "together": one / 2}
        for setting, size in SETTINGS
        for name in SETS
        for rows in [*ROWS, 0]
        for way, one in {NONE: 0.5, EACH: 0.75, ALL: 0.625, PRIOR: 0.25}.items()
        if rows == 0 or way != NONE
    ]
    table = pd.DataFrame(cells)
    by_cell = temperature_by_cell(table).splitlines()
    assert len(by_cell) == 2 + len(SETTINGS) * len(SETS)
    assert by_cell[2] == f"| `params.yaml`, 400 rows | {SETS[0]} | 0.500 | 0.250 | 0.250 | 0.125 |"
    by_rows = temperature_by_rows(table).splitlines()
    assert by_rows[2] == "| 5 | +0.250 | +0.125 | −0.250 | −0.125 |"
    assert by_rows[-1].startswith("| all |")
    assert len(by_rows) == 3 + len(ROWS)


def test_the_settings_are_those_that_a_user_takes():
    assert SETTINGS["settings/auto", "8 per class"] == AUTO
    assert SETTINGS["params.yaml", "400 rows"] == {}
