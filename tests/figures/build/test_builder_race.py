import math
from dataclasses import replace

import numpy as np
import pytest

from viz_models.figures import theme
from viz_models.figures.build import builder_race as figures
from viz_models.figures.build.builder_race_marks import ratio_text
from viz_models.records import ConvSpec, Provenance, Race, RaceLine, RaceSpec

DEPTH = 10
FACTORS = {"plain": 0.9, "skip": 1.6, "BN": 1.2, "LN": 1.0, "skip + BN": 1.1, "skip + 1/√L": 1.05}


def line(factor, seed=0, **fields):
    """A network whose gradient grows by a factor a block on the way back."""
    gradient = factor ** np.arange(DEPTH, -1.0, -1)
    made = RaceLine(
        seed=seed,
        loss=1.0,
        gradient=7 * gradient,
        weights=3 * gradient[1:],
        activation=factor ** np.arange(DEPTH + 1.0),
    )
    return replace(made, **fields)


def race_of(yours="skip + 1/√L", **changed):
    spread = (0.97, 1.0, 1.03)
    lines = {n: tuple(line(f * s, i) for i, s in enumerate(spread)) for n, f in FACTORS.items()}
    lines |= changed
    specs = {name: RaceSpec(network=ConvSpec()) for name in lines}
    return Race(specs=specs, yours=yours, lines=lines, provenance=Provenance())


def named(fig, name):
    (found,) = [t for t in fig.data if t.name == name]
    return found


def label(fig, name):
    (found,) = [a for a in fig.layout.annotations if a.text.startswith(f"{name}  ")]
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_lines_are_relative_to_the_last_block_and_named_at_their_ends(dark):
    race = race_of()
    fig = figures.gradient_race(race, dark=dark)
    for name, factor in FACTORS.items():
        drawn = named(fig, name)
        assert list(drawn.x) == list(range(DEPTH + 1))
        assert drawn.y[-1] == pytest.approx(1)
        middle = math.prod([0.97, 1.0, 1.03]) ** (1 / 3) * factor
        assert drawn.y[0] == pytest.approx(middle**DEPTH)
        assert label(fig, name).text == f"{name}  <b>{ratio_text(middle**DEPTH)}</b>"
        assert label(fig, name).y == pytest.approx(math.log10(middle**DEPTH))
        assert label(fig, name).font.color == drawn.line.color


def test_yours_is_orange_and_nothing_else_is():
    for dark in (False, True):
        for yours in FACTORS:
            ink = figures.ink(race_of(yours), dark=dark)
            orange = theme.palette(dark).orange
            assert [name for name, color in ink.items() if color == orange] == [yours]
            assert len(set(ink.values())) == len(ink)


def test_names_do_not_overlap():
    close = {name: (line(1 + 0.001 * i),) for i, name in enumerate(FACTORS)}
    fig = figures.gradient_race(race_of(**close), height=400)
    axis, ends = fig.layout.yaxis.range, [label(fig, name) for name in FACTORS]
    room = 400 - fig.layout.margin.t - fig.layout.margin.b
    heights = [room * (a.y - axis[0]) / (axis[1] - axis[0]) - a.ay for a in ends]
    gaps = np.diff(sorted(heights))
    assert gaps.min() >= 16.9
    assert min(heights) >= 0
    assert max(heights) <= room


def test_bands_are_the_range_of_the_seeds():
    fig = figures.gradient_race(race_of())
    bands = [t for t in fig.data if t.fill == "toself"]
    assert len(bands) == len(FACTORS)
    skip = max(bands, key=lambda t: max(t.y))
    assert max(skip.y) == pytest.approx((1.6 * 1.03) ** DEPTH)
    alone = race_of(**{n: (line(f),) for n, f in FACTORS.items()})
    assert not [t for t in figures.gradient_race(alone).data if t.fill == "toself"]


def test_doubling_stands_beside_them_where_it_fits():
    fig = figures.gradient_race(race_of())
    assert label(fig, "doubling").text == "doubling  <b>×1,024</b>"
    (drawn,) = [t for t in fig.data if t.line.dash == "dash"]
    assert (list(drawn.x), list(drawn.y)) == ([0, DEPTH], pytest.approx([1024, 1]))
    assert not [t for t in figures.gradient_race(race_of(), "weights").data if t.line.dash]


def test_activations_run_forward_and_are_named_at_the_right():
    fig = figures.gradient_race(race_of(), "activation")
    assert named(fig, "skip").y[0] == pytest.approx(1)
    assert label(fig, "skip").x == DEPTH
    assert label(fig, "skip").xanchor == "left"
    assert fig.layout.yaxis.side == "left"
    assert "forward" in fig.layout.xaxis.title.text


def test_weights_have_no_stem():
    fig = figures.gradient_race(race_of(), "weights")
    assert list(named(fig, "BN").x) == list(range(1, DEPTH + 1))
    assert "stem" not in fig.layout.xaxis.ticktext


def test_what_was_lost_is_named_and_never_drawn():
    nothing = np.full(DEPTH + 1, np.nan)
    half = np.where(np.arange(DEPTH + 1) > 4, 1.0, np.nan)
    race = race_of(
        skip=(line(2, gradient=nothing, overflow=7),), plain=(line(1, gradient=half, vanished=4),)
    )
    fig = figures.gradient_race(race)
    texts = [a.text for a in fig.layout.annotations]
    assert "skip: overflowed at block 7: larger than float32 can hold" in texts
    assert "plain: 0 from block 4 on down: smaller than float32 can hold" in texts
    assert list(named(fig, "plain").x) == [5, 6, 7, 8, 9, 10]
    for trace in fig.data:
        assert np.isfinite(np.asarray(trace.y, dtype=float)).all()
    assert np.isfinite(fig.layout.yaxis.range).all()


def test_the_chosen_block_is_marked_on_your_line():
    fig = figures.gradient_race(race_of(), chosen=4)
    (mark,) = fig.layout.shapes
    assert (mark.x0, mark.x1, mark.line.dash) == (4, 4, "dot")
    assert fig.data[-1].x == (4,)
    assert fig.data[-1].y[0] == pytest.approx(named(fig, "skip + 1/√L").y[4])
    assert not figures.gradient_race(race_of(), chosen=99).layout.shapes


def test_only_some_of_them():
    fig = figures.gradient_race(race_of(), only=("BN",))
    assert {t.name for t in fig.data if t.name} == {"BN"}


@pytest.mark.parametrize(("ratio", "text"), [
    (15396.2, "×15,396"), (49.4, "×49"), (3.44, "×3.4"), (0.43, "×0.43"), (2e-8, "×2e−8"),
    (1.8e19, "×1.8e19"), (math.nan, ""), (math.inf, ""),
])  # fmt: skip
def test_ratios_are_short(ratio, text):
    assert ratio_text(ratio) == text
