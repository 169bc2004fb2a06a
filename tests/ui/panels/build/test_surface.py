"""The script that the lesson on loss surfaces gives away, run as a stranger would."""

import csv
import re

import pytest

from tests.alone import printed_alone
from viz_models.records.build.surface import SurfaceSpec
from viz_models.training import surface
from viz_models.ui.panels.build import surface as panel

SPEC = SurfaceSpec(blocks=2, width=4, steps=5, batch_size=32, examples=64, points=3, directions=2)


@pytest.fixture(scope="module")
def found():
    return surface.measure(SPEC)


@pytest.mark.slow
def test_it_prints_the_losses_along_the_first_direction(found, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(panel.code(found), encoding="utf-8")
    said = printed_alone(path)
    printed = [float(x) for x in re.findall(r": (\S+) nats", said)]
    truth = [*found.plain.after[:, 1], *found.skips.after[:, 1]]
    assert printed == pytest.approx(truth, rel=1e-3)


def test_the_table_has_every_point(found):
    rows = list(csv.DictReader(panel.table(found).splitlines()))
    assert len(rows) == 2 * 2 * 9
    middle = [r for r in rows if (r["first"], r["second"]) == ("0", "0")]
    shown = {(r["network"], r["weights"]): float(r["loss"]) for r in middle}
    assert shown["with skips", "after"] == pytest.approx(found.skips.here("after"), rel=1e-5)
    assert len(shown) == 4
