"""The numbers below the tiles, as the instrument's own code lays them out."""

import json
import subprocess

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.conftest import ROOT

LABELS = ROOT / "viz_models/ui/instruments/tiles/tiles_labels.js"
RULER = """
class OffscreenCanvas {
  getContext() {
    const size = (font) => Number(font.match(/([\\d.]+)px/)[1]);
    const measureText = function (text) { return { width: 0.6 * size(this.font) * text.length }; };
    return { font: "", measureText };
  }
}
"""


def standing(texts, pitch):
    """How those numbers stand over columns so far apart; a letter is 0.6 of its size wide."""
    model = {"unit": 1, "color": {"mono": "m", "sans": "s"}}
    asked = ", ".join(map(json.dumps, (texts, pitch, model)))
    code = f"{RULER}{LABELS.read_text(encoding='utf-8')}\n"
    code += f"console.log(JSON.stringify(standing({asked}, true)))"
    node = compute_driver_executable()[0]
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("texts", [["−0.66", "−0.01", "0.32", "−0.21"], ["−12.34", "0.01"]])
def test_numbers_beside_each_other_leave_half_a_digit_between_them(texts):
    found = standing(texts, 36)
    if found["turned"] or found["every"] > 1:
        return
    longest = 0.6 * found["size"] * max(map(len, texts))
    assert 36 - longest >= 0.25 * found["size"]
