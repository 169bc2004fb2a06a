"""The scripts that two lessons on attention give away, run as a stranger would."""

import re

import pytest

from tests.alone import printed_alone
from viz_models.ui.kit import take_away

pytestmark = pytest.mark.slow


def said(code, folder):
    """What the script prints in a fresh process that knows nothing of this project."""
    path = folder / "script.py"
    path.write_text(code, encoding="utf-8")
    return printed_alone(path)


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_sharing(tmp_path, kv_heads):
    text = said(take_away.filled("attention/sharing", kv_heads=kv_heads), tmp_path)
    differences = [float(n) for n in re.findall(r"largest difference .*: (\S+)", text)]
    assert len(differences) == 2
    assert max(differences) < 1e-6
    assert f"different patterns: 4 with GQA, {kv_heads} with the queries summed" in text
    assert f"64 before, {16 * kv_heads} shared" in text


@pytest.mark.parametrize("width", [1, 3, 5])
def test_decode(tmp_path, width):
    text = said(take_away.filled("attention/decode", width=width), tmp_path)
    assert "a beam of 1 is greedy: True" in text
    greedy, beam = (float(n) for n in re.findall(r"log p = (\S+)", text))
    assert beam >= greedy if width > 1 else beam == greedy
    rows = [[float(n) for n in re.findall(r"\d\.\d+", line)] for line in text.splitlines()[-2:]]
    assert sum(rows[0]) == pytest.approx(1, abs=0.01)
    assert sum(v > 0 for v in rows[1][1:]) <= 5
