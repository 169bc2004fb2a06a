"""Networks on few digits: every way to regularize, against torch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from viz_models.recordings import regularization
from viz_models.records.train.regularization import STRENGTHS, RegularizeSpec
from viz_models.training.small import regularization as small
from viz_models.training.small import regularization_grid
from viz_models.training.small import regularization_networks as networks

SHORT = RegularizeSpec(epochs=3, look=1, width=16)


@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_training_is_the_textbook_loop_and_l2_is_the_weight_decay_of_adam(decay):
    """Bit for bit without decay; with it the gradient is a sum in another order."""
    inputs, targets = small.digits()
    train, test = small.drawn(SHORT)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 10)
    )
    optimizer = torch.optim.Adam(net.parameters(), 0.003, fused=True, weight_decay=decay)
    order = torch.Generator().manual_seed(0)
    for _ in range(3):
        for at in train[torch.randperm(200, generator=order)].split(50):
            loss = nn.functional.cross_entropy(net(inputs[at]), targets[at])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    expected = nn.functional.cross_entropy(net(inputs[test]), targets[test]).item()
    torch.set_num_threads(before)
    run = small.run(replace(SHORT, method="l2", strength=decay) if decay else SHORT)
    assert run.test_loss == (pytest.approx(expected, rel=1e-4) if decay else expected)
    assert run.kept == len(run.test_losses) == 3
    assert run.test_losses[-1] == run.test_loss


def test_networks_side_by_side_are_the_networks_alone():
    specs = [replace(SHORT, seed=seed) for seed in range(3)]
    for together, spec in zip(small.trained(specs), specs, strict=True):
        assert together.test_loss == pytest.approx(small.run(spec).test_loss, rel=1e-4)


@pytest.mark.parametrize("method", STRENGTHS)
def test_every_method_trains_and_changes_something(method):
    plain = small.run(SHORT)
    found = small.run(replace(SHORT, method=method, strength=STRENGTHS[method][2]))
    assert found.train_loss != plain.train_loss
    assert found.counts.sum() == plain.counts.sum() == 64 * 16 + 16 * 16 + 160
    assert 0 <= found.zeros <= 1
    assert np.isfinite(found.recalls).all()


def test_a_method_without_strength_is_none_bit_for_bit():
    plain = small.run(SHORT)
    for method in ("l1", "l2", "adamw", "dropout", "shift", "mirror"):
        assert small.run(replace(SHORT, method=method)).test_loss == plain.test_loss, method


def test_l1_makes_more_small_weights():
    plain, l1 = (
        small.run(replace(SHORT, epochs=30, width=32, method=m, strength=s))
        for m, s in (("none", 0.0), ("l1", 3e-3))
    )
    assert l1.zeros > 3 * plain.zeros


def test_early_stopping_keeps_the_best_epoch_and_ends_after_the_patience():
    run = small.run(replace(SHORT, method="early", strength=2.0, epochs=60, lr=0.05))
    assert run.kept + 2 == len(run.test_losses) < 60
    assert run.test_losses[run.kept - 1] == run.test_loss


def test_mirrored_and_shifted_digits_are_what_they_say():
    x = torch.arange(64.0).expand(50, -1) + 1
    noise = torch.Generator().manual_seed(0)
    mirrored = networks.augmented(x, "mirror", 1.0, noise).view(50, 8, 8)
    assert torch.equal(mirrored[0], x[0].view(8, 8).fliplr())
    shifted = networks.augmented(x, "shift", 1.0, noise).view(50, 8, 8)
    image = x[0].view(8, 8)
    paper = image.min()
    ways = [torch.full((8, 8), float(paper)) for _ in range(4)]
    ways[0][1:], ways[1][:-1] = image[:-1], image[1:]
    ways[2][:, 1:], ways[3][:, :-1] = image[:, :-1], image[:, 1:]
    assert {next(i for i, w in enumerate(ways) if torch.equal(w, s)) for s in shifted} == {
        *range(4)
    }
    assert torch.equal(networks.augmented(x, "shift", 0.0, noise), x)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"method": "l3"}, "unknown method"),
        ({"method": "l1", "strength": -1.0}, "0 or more"),
        ({"method": "mirror", "strength": 2.0}, "share"),
        ({"method": "dropout", "strength": 1.0}, "drops everything"),
        ({"seed": -1}, "out of range"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(changes, line):
    with pytest.raises(ValueError, match=line):
        small.run(replace(SHORT, **changes))


def test_the_grid_pairs_seeds_and_averages_softmax(monkeypatch):
    monkeypatch.setattr(regularization_grid, "RegularizeSpec", lambda **k: replace(SHORT, **k))
    told = []
    grid = regularization_grid.measure(
        lambda done, total: told.append((done, total)), (0, 1), {"l1": (1e-3,)}, 2
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    plain, l1 = grid.cell("none"), grid.cell("l1", 1e-3)
    expected = np.subtract(l1.test_accuracy, plain.test_accuracy).mean()
    assert l1.accuracy_difference.mean == pytest.approx(expected)
    assert plain.accuracy_difference.mean == 0
    assert l1.accuracy_difference.verdict == "too few pairs"
    spec = replace(SHORT, seed=100)  # the second ensemble
    runs = small.trained([replace(spec, member=m) for m in (0, 1)])
    mean = np.mean([r.probabilities for r in runs], axis=0)
    right = (mean.argmax(1) == small.digits()[1][small.drawn(spec)[1]].numpy()).mean()
    assert grid.ensemble.accuracies[1, 1] == pytest.approx(right)


def test_the_recorded_grid_is_what_the_lesson_asks_for():
    grid = regularization.load()
    asked = [("none", 0.0), *((m, s) for m, values in STRENGTHS.items() for s in values)]
    assert [(c.method, c.strength) for c in grid.cells] == asked
    assert grid.seeds == regularization_grid.SEEDS
    assert len(grid.seeds) == grid.cells[1].accuracy_difference.n >= 5
    looks = RegularizeSpec().epochs // RegularizeSpec().look
    assert {c.test_losses.shape for c in grid.cells} == {(looks, 3)}
