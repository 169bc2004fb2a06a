from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from viz_models.analysis.sequence import memory
from viz_models.models.sequence.reader import FirstSymbolReader
from viz_models.models.threads import one_thread
from viz_models.recipes.sequence import memory as recipe
from viz_models.recordings.sequence import memory as recordings
from viz_models.records.sequence.memory import LENGTHS, READERS, MemoryTraining, ReaderSpec


@pytest.mark.parametrize("reader", READERS, ids=lambda r: f"{r.cell}{r.forget_bias:g}")
def test_the_influence_is_torch_s_own_jacobian(reader):
    model = FirstSymbolReader(replace(reader, length=6))
    symbols = memory.draw(5, 6, seed=3)
    found = memory.norms(model, symbols)
    x = model.embedding(symbols).detach()
    answers = jacobian(lambda v: model.read(v).gather(1, symbols[:, :1])[:, 0], x)  # (N, N, T, W)
    own = torch.stack([answers[n, n] for n in range(5)]).norm(dim=-1).mean(0)
    torch.testing.assert_close(found, own, rtol=1e-5, atol=1e-9)
    others = answers[~torch.eye(5, dtype=torch.bool)]
    assert others.abs().max() == 0, "a sequence has no influence on another one's answer"


def test_the_forget_bias_is_added_to_one_bias_of_one_gate():
    plain = FirstSymbolReader(ReaderSpec(length=5)).state_dict()
    biased = FirstSymbolReader(ReaderSpec(length=5, forget_bias=4.0)).state_dict()
    changed = {name for name in plain if not torch.equal(plain[name], biased[name])}
    assert changed == {"cell.bias_ih_l0"}
    h = plain["cell.weight_hh_l0"].shape[1]
    moved = biased["cell.bias_ih_l0"] - plain["cell.bias_ih_l0"]
    assert moved.nonzero().flatten().tolist() == list(range(h, 2 * h))
    torch.testing.assert_close(moved[h : 2 * h], torch.full((h,), 4.0))


def test_the_forget_gates_are_those_that_the_lstm_uses():
    """With the input gate shut, c after a step is f times c before it."""
    model = FirstSymbolReader(ReaderSpec(length=4, forget_bias=1.0))
    symbols = memory.draw(3, 4, seed=0)
    found = memory.forget_gates(model, symbols)
    lstm, x = model.cell, model.embedding(symbols)
    before = torch.zeros(3, lstm.hidden_size)
    for t in range(4):
        h, c = lstm(x[:, :t])[1] if t else (before[None], before[None])
        shut = torch.nn.LSTM(lstm.input_size, lstm.hidden_size, batch_first=True)
        shut.load_state_dict(lstm.state_dict())
        with torch.no_grad():
            shut.bias_ih_l0[: lstm.hidden_size] = -1e4
        ones = torch.ones_like(c)
        _, (_, kept) = shut(x[:, t : t + 1], (h, ones))
        assert kept.mean().item() == pytest.approx(found[t].item(), rel=1e-5)


def test_attention_does_not_depend_on_distance():
    for length in LENGTHS:
        norms = memory.influence(ReaderSpec(cell="attention", length=length)).norms
        near, far = norms[-length // 2 :].mean(), norms[: length // 2].mean()
        assert 1 / 3 < far / near < 3


def test_without_training_an_lstm_forgets_and_with_a_forget_bias_it_does_not():
    lstm = memory.influence(ReaderSpec(length=40))
    assert lstm.share(0) < 1e-6
    assert lstm.factor == 0.5
    assert memory.influence(ReaderSpec(length=40, forget_bias=4.0)).share(0) > 0.1


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (ReaderSpec(length=1), "from 2 to 200"),
        (ReaderSpec(cell="tree"), "unknown cell 'tree'"),
        (ReaderSpec(cell="gru", forget_bias=1.0), "belongs to an lstm"),
        (ReaderSpec(forget_bias=float("nan")), "from -20 to 20"),
    ],
)
def test_what_cannot_be_built_is_refused_in_a_line(spec, said):
    with pytest.raises(ValueError, match=said):
        memory.influence(spec)


def test_a_short_training_learns_three_symbols():
    run = recipe.trained(ReaderSpec(cell="attention", length=3), MemoryTraining(steps=200))
    assert run.solved
    assert run.steps < 200
    assert run.after[0] > run.before[0]


@pytest.mark.slow
def test_with_a_forget_bias_of_4_an_lstm_learns_to_say_the_first_of_40_symbols():
    spec = ReaderSpec(cell="lstm", forget_bias=4.0, length=40)
    with one_thread():
        run = recipe.trained(spec, replace(MemoryTraining(), steps=400))
    assert run.solved
    kept = next(r for r in recordings.load().runs if r.spec == spec)
    assert abs(run.steps - kept.steps) <= 100, "other machines round otherwise"


def test_what_the_lesson_says_of_the_lengths_is_recorded():
    grid = recordings.load()
    lengths = {run.spec.length for run in grid.runs}
    assert lengths == {10, 40, 80}
    solved = {
        (reader.cell, reader.forget_bias, n): [run.solved for run in grid.of(reader, n)]
        for reader in READERS
        for n in lengths
    }
    assert {len(found) for found in solved.values()} == {5}
    assert all(solved["lstm", 4.0, 40])
    assert all(solved["attention", 0.0, 80])
    for cell, bias in (("rnn", 0.0), ("gru", 0.0), ("lstm", 0.0), ("lstm", 1.0)):
        assert not any(solved[cell, bias, 40])


def test_the_recording_is_what_the_lesson_asks_for():
    grid = recordings.load()
    assert grid.training == MemoryTraining()
    asked = [
        replace(r, length=n, seed=s)
        for n in LENGTHS
        for r in READERS
        for s in range(grid.training.seeds)
    ]
    assert [run.spec for run in grid.runs] == asked
    for run in grid.runs:
        assert run.solved == (run.accuracy >= grid.training.solved_at)
        assert len(run.before) == len(run.after) == run.spec.length
    spec = ReaderSpec(cell="lstm", forget_bias=1.0, length=40, seed=3)
    run = next(run for run in grid.runs if run.spec == spec)
    now = memory.influence(spec).norms
    np.testing.assert_allclose(run.before, now, rtol=2e-3, atol=1e-8)
