"""The script that the lesson on scaling gives away, run as a stranger would."""

import pytest

from tests.alone import printed_alone
from viz_models.digits import digits
from viz_models.records import ScaleSpec
from viz_models.ui.panels.attention import scale as panel

pytestmark = pytest.mark.slow


def test_the_script_prints_what_the_page_shows(tmp_path):
    from viz_models.analysis.attention import scale

    spec = ScaleSpec(widths=(1, 64, 512), keys=8, seeds=5, spread=0.5)
    view = panel.View(64, scale.sweep(spec), scale.rows(spec, 64))
    path = tmp_path / "script.py"
    path.write_text(panel.code(view), encoding="utf-8")
    said = printed_alone(path)
    for i, width in enumerate(spec.widths):
        for name, bands in (("q.k", view.sweep.raw), ("q.k / sqrt(d_k)", view.sweep.scaled)):
            (line,) = [x for x in said.splitlines() if x.startswith(f"d_k = {width}, {name}:")]
            printed = [float(w.rstrip(",")) for w in line.split(": ")[1].split() if w[0].isdigit()]
            shown = [
                getattr(bands, w)[i, 1] for w in ("variance", "entropy", "largest", "gradient")
            ]
            assert printed == pytest.approx(shown, rel=6e-3)


def test_the_table_has_a_row_a_width_and_way():
    from viz_models.analysis.attention import scale

    spec = ScaleSpec(widths=(2, 8), keys=4, seeds=3)
    text = panel.table(panel.View(8, scale.sweep(spec), scale.rows(spec, 8)))
    lines = text.splitlines()
    assert lines[0].startswith("d_k,scores,variance_p5,variance_median")
    assert [x.split(",")[:2] for x in lines[1:]] == [
        [w, way] for w in ("2", "8") for way in ("raw", "scaled")
    ]


def test_the_page_says_where_the_division_lowers_the_gradient_at_q():
    from viz_models.analysis.attention import scale

    spec = ScaleSpec()
    found = scale.sweep(spec)
    facts = panel.facts(panel.View(64, found, scale.rows(spec, 64)))
    raw, scaled = (bands.gradient_query[:, 1] for bands in (found.raw, found.scaled))
    lowered = [w for w, a, b in zip(spec.widths, raw, scaled, strict=True) if b < a]
    assert facts["lowered"] == ", ".join(map(str, lowered))
    assert 64 in lowered
    assert 1024 not in lowered
    assert (facts["q_raw"], facts["q_scaled"]) == (digits(raw[6], 3), digits(scaled[6], 3))
    spread = [values.max() / values.min() for values in (raw, scaled)]
    assert spread[1] < 2 < 100 < spread[0], "with the division d_k hardly matters"
