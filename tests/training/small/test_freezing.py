"""Fine-tuning with frozen parts: what may not move does not, and what moves is named."""

from dataclasses import replace

import pytest
import torch

from viz_models.recordings import freezing as recordings
from viz_models.records.train.freezing import EXAMPLES, NEW, OLD, WAYS, FreezeSpec
from viz_models.training.data import sets
from viz_models.training.small import freezing, freezing_grid

SHORT = FreezeSpec(steps=4, base_steps=6)


@pytest.fixture(scope="module")
def base():
    return freezing.pretrained(SHORT)


@pytest.fixture(scope="module")
def runs(base):
    return {way: freezing.run(replace(SHORT, way=way), base) for way in WAYS}


def moved(run, *parts):
    return {t.name: t.moved for t in run.tensors if t.name.endswith(parts)}


def test_frozen_blocks_in_eval_do_not_move_at_all(runs):
    assert all(t.moved == 0 for t in runs["head_eval"].tensors)
    assert runs["head_eval"].old_loss == runs["head_eval"].base_loss


def test_frozen_blocks_in_training_mode_keep_weights_and_move_statistics(runs):
    assert set(moved(runs["head"], "weight", "bias").values()) == {0.0}
    assert all(v > 0 for v in moved(runs["head"], "running_mean", "running_var").values())
    assert runs["head"].old_loss != runs["head"].base_loss


def test_the_last_block_alone_moves(runs):
    for t in runs["last"].tensors:
        assert (t.moved > 0) == t.name.startswith("blocks.2."), t.name
        assert t.trained == (t.name.startswith("blocks.2.") and t.parameter)


def test_everything_moves_when_all_is_trained(runs):
    for way in ("all", "scratch"):
        assert all(t.moved > 0 for t in runs[way].tensors)


def test_running_means_are_those_of_torchs_batch_norm(base):
    """One step of "head" moves them by 0.1 of the way to the mean of the batch."""
    run = freezing.run(replace(SHORT, steps=1), base)
    generator = torch.Generator().manual_seed(0)
    inputs, _, pool, _ = freezing.new_digits()
    chosen = pool[torch.randperm(len(pool), generator=generator)[:50]]
    batch = chosen[torch.randperm(50, generator=generator)[:32]]
    with torch.no_grad():
        mean = base.blocks[0][0](inputs[batch]).mean((0, 2, 3))
    expected = 0.9 * torch.from_numpy(run.means[0]) + 0.1 * mean
    torch.testing.assert_close(torch.from_numpy(run.moved_means[0]), expected)


def test_no_test_digit_is_trained_on():
    _, _, old, old_test = freezing.old_digits()
    _, _, new, new_test = freezing.new_digits()
    assert len({*old.tolist(), *old_test.tolist(), *new.tolist(), *new_test.tolist()}) == 1797
    found = sets.digits()
    targets = torch.cat([found.train_targets, found.test_targets])
    assert set(targets[old_test].tolist()) == set(OLD)
    assert set(targets[new_test].tolist()) == set(NEW)


@pytest.mark.parametrize(
    ("changes", "line"),
    [({"way": "some"}, "unknown way"), ({"examples": 1}, "2 to 1000"), ({"seed": -1}, "range")],
)
def test_what_cannot_be_run_is_refused_in_one_line(changes, line):
    with pytest.raises(ValueError, match=line):
        freezing.run(replace(SHORT, **changes))


def test_the_grid_pairs_seeds():
    told = []
    grid = freezing_grid.measure(
        lambda done, total: told.append((done, total)), (0, 1), (50,), SHORT
    )
    assert told[-1] == (10, 10)
    all_of_it, scratch = grid.cell("all", 50), grid.cell("scratch", 50)
    pairs = zip(all_of_it.new_accuracy, scratch.new_accuracy, strict=True)
    mean = sum(a - b for a, b in pairs) / 2
    assert all_of_it.new_difference.mean == pytest.approx(mean)
    assert all_of_it.new_difference.verdict == "too few pairs"
    assert grid.open("head", 50).spec.seed == 0


def test_the_recorded_grid_is_what_the_lesson_asks_for():
    grid = recordings.load()
    assert grid.seeds == freezing_grid.SEEDS
    assert {(c.way, c.examples) for c in grid.cells} == {(w, n) for w in WAYS for n in EXAMPLES}
    assert {r.spec for r in grid.opened} == {
        FreezeSpec(way=w, examples=n) for w in WAYS for n in EXAMPLES
    }
    assert all(set(grid.cell("head_eval", n).moved.values()) == {0.0} for n in EXAMPLES)
