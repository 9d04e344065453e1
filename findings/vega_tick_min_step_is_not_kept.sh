#!/usr/bin/env bash
# Vega-Lite 5.21 in vl-convert 1.9.0.post1, seen on 2026-11-30: `tickMinStep: 1` of an axis is the least step between ticks by
# the documentation. On an axis of one or two units ticks stand half a unit apart all the same, and with `format: d`, for
# whole numbers, the same label stands at two of them. From three units on it is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check vl-convert-python==1.9.0.post1
cat > ask.py <<'ASK'
import re

import vl_convert

for domain in ([1, 2], [1, 3], [1, 4], [1, 8]):
    scale = {"domain": domain, "zero": False, "nice": False}
    axis = {"tickMinStep": 1, "format": "d", "title": None}
    spec = {
        "data": {"values": [{"epoch": end} for end in domain]},
        "mark": "point",
        "width": 360,
        "encoding": {"x": {"field": "epoch", "type": "quantitative", "scale": scale, "axis": axis}},
    }
    svg = vl_convert.vegalite_to_svg(spec, vl_version="5.21")
    print(f"from {domain[0]} to {domain[1]}:", *re.findall(r">(\d+)</text>", svg))
ASK
venv/bin/python ask.py | tee output.txt
diff - output.txt <<'SEEN'
from 1 to 2: 1 2 2
from 1 to 3: 1 2 2 3 3
from 1 to 4: 1 2 3 4
from 1 to 8: 1 2 3 4 5 6 7 8
SEEN
