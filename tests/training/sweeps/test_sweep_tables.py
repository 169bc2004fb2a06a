"""Sweeps: what a table of runs consists of, what is refused, and what its cells come to."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import stats

from viz_models.recordings import sweep as recordings
from viz_models.recordings.train import written
from viz_models.records import Axis, Run, Table
from viz_models.records.train.cards import Course, Outcome
from viz_models.training import specs
from viz_models.training.loop import networks
from viz_models.training.presets import SWEPT
from viz_models.training.sweeps import cells
from viz_models.training.sweeps.settings import SETTINGS, axis
from viz_models.training.sweeps.table import opening, sweep
from viz_models.training.verdict import differences


def table(rows, columns):
    return Table(rows=axis(*rows), columns=axis(*columns))


def with_weights(model):
    kinds = (torch.nn.Linear, torch.nn.Conv2d)
    found = [m for m in networks.build(model, 0).modules() if isinstance(m, kinds)]
    return len(found)


@pytest.mark.parametrize("name", ["MLP", "CNN"])
@pytest.mark.parametrize("layers", [6, 10, 40])
def test_layers_are_the_modules_with_weights_that_torch_counts(name, layers):
    run = SETTINGS["layers"].write(SWEPT[name], layers)
    assert with_weights(run.model) == layers


def test_every_cell_has_its_own_pair_of_values_and_all_have_the_same_seeds():
    made = sweep(SWEPT["MLP"], table(("rate", "0.01, 0.1"), ("batch", "16,64,256")), 3)
    pairs = [(arm.run.optimizer.lr, arm.run.batch_size) for arm in made.arms]
    assert pairs == [(lr, size) for lr in (0.01, 0.1) for size in (16, 64, 256)]
    assert [made.arms[made.table.place(1, 2)].label] == ["rate 0.1, batch 256"]
    assert made.seeds == (0, 1, 2)
    assert len(list(made.runs())) == 18
    models = {arm.run.model for arm in made.arms}
    assert len(models) == 1


@pytest.mark.parametrize("base", SWEPT)
@pytest.mark.parametrize("name", SETTINGS)
def test_every_usual_value_can_be_run_or_is_refused_in_one_line(base, name):
    other = "rate" if name != "rate" else "batch"
    asked = table((other, SETTINGS[other].usual[0]), (name, ",".join(SETTINGS[name].usual)))
    has_none = (base, name) in {
        ("CNN", "layers"),  # its blocks have two layers, so that 4 are too few for two stages
        ("Transformer", "norm"),
        ("Transformer", "width"),
    }
    if has_none:
        with pytest.raises(ValueError, match=r"\A[^\n]*\Z"):
            sweep(SWEPT[base], asked, 1)
    else:
        assert len(sweep(SWEPT[base], asked, 1).arms) == len(SETTINGS[name].usual)


@pytest.mark.parametrize(
    ("rows", "columns", "seeds", "line"),
    [
        (("rate", "0.1"), ("rate", "0.1"), 1, "choose two settings"),
        (("rate", "nonsense"), ("batch", "8"), 1, "write numbers such as"),
        (("rate", ""), ("batch", "8"), 1, "write 1 to 12 values"),
        (("batch", "8.5"), ("rate", "0.1"), 1, "write whole numbers"),
        (("layers", "9" * 30), ("rate", "0.1"), 1, "from 1 to 64"),
        (("layers", "2"), ("rate", "0.1"), 1, "3 or more"),
        (("rate", "1e-999"), ("batch", "8"), 1, "number above 0"),
        (("skips", "both"), ("batch", "8"), 1, "choose plain, residual"),
        (("color", "red"), ("batch", "8"), 1, "unknown setting"),
        (("rate", "0.1,0.2,0.3"), ("batch", "8,16,32,64,128,256,512"), 10, "at most 64 cells"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_one_line(rows, columns, seeds, line):
    with pytest.raises(ValueError, match=line) as refusal:
        sweep(SWEPT["MLP"], table(rows, columns), seeds)
    assert "\n" not in str(refusal.value)


def test_a_sweep_survives_json():
    made = opening()
    assert specs.experiment_from_json(json.loads(json.dumps(specs.to_json(made)))) == made


@pytest.mark.parametrize(
    "broken",
    [
        {"table": {"rows": {"setting": "rate", "values": ["1"]}}},
        {"table": {"rows": {"setting": 1}}},
        {"table": 3},
    ],
)
def test_a_forged_table_is_refused(broken):
    with pytest.raises((ValueError, TypeError)):
        specs.experiment_from_json(specs.to_json(opening()) | broken)


def test_the_recorded_sweep_is_the_one_that_the_page_opens_with():
    kept, asked = recordings.load(), opening()
    assert kept.spec == written(asked)
    pairs = {(o.arm, o.seed) for o in kept.outcomes}
    assert pairs == {(arm, seed) for arm in range(8) for seed in range(5)}


def test_a_cell_is_the_mean_of_its_seeds_and_its_change_is_scipys_interval():
    kept = recordings.load()
    grid = cells.grid(opening(), kept.outcomes, (), "accuracy")
    ends = np.array([o.tests.accuracy[-1] for o in kept.outcomes if o.whole])
    arms = np.array([o.arm for o in kept.outcomes if o.whole])
    for place, cell in enumerate(grid.cells):
        assert cell.mean == pytest.approx(ends[arms == place].mean())
    changes = differences(cells.changes(opening(), "accuracy"), kept.outcomes)
    pairs = ends[arms == 7] - ends[arms == 4]  # by seed: residual, 40 layers and 4 layers
    low, high = stats.ttest_1samp(pairs, 0).confidence_interval(0.95)
    assert (changes[1].low, changes[1].high) == pytest.approx((low, high))


def test_a_run_that_waits_fails_or_was_stopped_gives_no_number():
    spec = sweep(SWEPT["MLP"], table(("rate", "0.1"), ("batch", "8,16")), 3)
    tests = Course(step=(1,), samples=(8,), seconds=(0.1,), loss=(1.0,), accuracy=(0.5,))
    one = Outcome(
        arm=0, seed=0, state="finished", steps=1, seconds=0.1, training=Course(), tests=tests
    )
    found = (one, replace(one, seed=1, state="failed"), replace(one, seed=2, early=True))
    base = Run(id="", experiment="", arm=1, spec=spec.arms[1].run, state="queued")
    grid = cells.grid(spec, found, (base,), "accuracy")
    assert grid.cells[0].values == (0.5,)
    assert dict(grid.cells[0].states) == {"finished": 1, "failed": 1, "stopped early": 1}
    assert grid.cells[1].mean is None
    assert dict(grid.cells[1].states) == {"queued": 1}
    assert grid.known == grid.cells[:1]


def test_an_axis_keeps_each_value_once():
    assert axis("rate", "0.10, .1, 1e-1,0.3") == Axis(setting="rate", values=("0.1", "0.3"))
