from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.optimize import brentq, minimize

from viz_models.analysis.train import optimizers, optimizers_basins, optimizers_surfaces
from viz_models.analysis.train.optimizers_schedules import rates, torchs
from viz_models.analysis.train.optimizers_step import arithmetic
from viz_models.records.train.optimizers import (
    GONE,
    OPTIMIZERS,
    SCHEDULES,
    WALKING,
    BasinSpec,
    DescendSpec,
)

NAMES = optimizers_surfaces.NAMES
TORCHS = {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True),
    "adagrad": lambda p, lr: torch.optim.Adagrad(p, lr),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr),
    "adam": lambda p, lr: torch.optim.Adam(p, lr),
    "adamw": lambda p, lr: torch.optim.AdamW(p, lr),
}


def arches(w):
    return 0.05 * w**4 - 0.4 * w**2 + 0.15 * w + 0.12 * torch.cos(5 * w) + 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_walk_is_torchs_with_all_that_it_remembers(name):
    draw = np.random.default_rng(0)
    for start, rate in zip(draw.uniform(-3, 3, 4), 10 ** draw.uniform(-3, -0.5, 4), strict=True):
        walk = optimizers.walks(DescendSpec(start=(start,), rate=rate, steps=25)).walk(name)
        w = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
        optimizer = TORCHS[name]([w], rate)
        for step in range(25):
            optimizer.zero_grad()
            arches(w).sum().backward()
            optimizer.step()
            assert walk.points[step + 1] == pytest.approx(w.tolist(), rel=1e-9, abs=1e-9)
            for key, rows in walk.states.items():
                theirs = optimizer.state[w][key].tolist()
                assert rows[step] == pytest.approx(theirs, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("surface", NAMES)
def test_every_start_of_a_tensor_walks_as_it_would_alone(surface):
    starts = optimizers_surfaces.starts(surface, 7)
    at = optimizers_surfaces.surface(surface)
    together = optimizers.Walkers(at.loss, starts, OPTIMIZERS, 0.15, "constant", 20)
    for _ in range(20):
        together.step()
    ends = together.points().numpy()
    for i in (0, len(starts) // 2 + 1, len(starts) - 1):
        spec = DescendSpec(surface=surface, start=tuple(starts[i]), rate=0.15, steps=20)
        for k, walk in enumerate(optimizers.walks(spec).walks):
            np.testing.assert_array_equal(walk.points[-1], ends[k, i])  # bit for bit; nan too


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_line_of_a_step_leads_to_torchs_weights_bit_for_bit(schedule):
    for surface in ("valleys", "rosenbrock"):  # on the second one some are gone
        at = optimizers_surfaces.surface(surface)
        spec = DescendSpec(surface=surface, start=at.start, rate=0.33, steps=30, schedule=schedule)
        walks = optimizers.walks(spec)
        for name in OPTIMIZERS:
            for step in (1, 2, 30):
                assert arithmetic(walks, name, step).difference == 0


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 9, 100])
def test_the_formula_of_a_schedule_is_torchs_scheduler(schedule, steps):
    np.testing.assert_allclose(
        rates(schedule, 0.3, steps), torchs(schedule, 0.3, steps), atol=1e-12
    )


def test_the_minima_of_the_curve_are_those_of_a_root_finder():
    def slope(w):
        return 0.2 * w**3 - 0.8 * w + 0.15 - 0.6 * np.sin(5 * w)

    grid = np.linspace(-3.2, 3.2, 999)
    roots = [brentq(slope, a, b, xtol=1e-14) for a, b in pairwise(grid) if slope(a) < 0 < slope(b)]
    found = sorted(m[0] for m in optimizers.minima("valleys"))
    assert found == pytest.approx(roots, abs=1e-10)


@pytest.mark.parametrize("surface", [n for n in NAMES if n != "valleys"])
def test_a_minimum_is_where_another_minimizer_stops(surface):
    at = optimizers_surfaces.surface(surface)

    def loss(w):
        return float(at.loss(torch.tensor(w)[None])[0])

    places = [p for p in optimizers_surfaces.places(surface) if p.kind == "minimum"]
    assert places
    for place in places:
        near = np.array(place.at) + 0.02
        theirs = minimize(loss, near, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15})
        assert place.at == pytest.approx(theirs.x, abs=1e-5)


def test_nobody_moves_at_rate_0_and_nobody_leaves_an_exact_saddle():
    still = optimizers.walks(DescendSpec(start=(1.0,), rate=0, steps=5))
    assert all((w.points == 1).all() for w in still.walks)
    saddle = optimizers.walks(DescendSpec(surface="saddle", start=(0, 0), rate=1, steps=5))
    assert all((w.points == 0).all() and w.label == WALKING for w in saddle.walks)


def test_an_overflow_is_gone_and_not_an_error():
    walk = optimizers.walks(DescendSpec(rate=1000, steps=40)).walk("sgd")
    assert walk.label == GONE
    assert walk.arrived == -1
    assert not np.isfinite(walk.losses[-1])


def test_shares_of_all_starts_add_up_to_one():
    basins = optimizers_basins.basins(BasinSpec(points=21, steps=30))
    for name in OPTIMIZERS:
        assert sum(basins.share(name, i) for i in (0, 1, 2, WALKING, GONE)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (DescendSpec(start=(1.0, 2.0)), "give as many numbers"),
        (DescendSpec(start=(float("nan"),)), "finite"),
        (DescendSpec(rate=-1), "learning rate"),
        (DescendSpec(steps=0), "steps"),
    ],
)
def test_what_cannot_be_walked_is_one_clear_line(spec, said):
    with pytest.raises(ValueError, match=said):
        optimizers.walks(spec)
