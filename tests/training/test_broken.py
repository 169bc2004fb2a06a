import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional

from viz_models.recordings.broken import load
from viz_models.records.train.broken import FAULTS, NETS, SEEDS, BrokenSpec, usual
from viz_models.training import broken

SHORT = {"steps": 8, "test_every": 4, "depth": 3}


def spec(fault, **options):
    return BrokenSpec(**{"fault": fault, "net": NETS.get(fault, "mlp"), **SHORT, **options})


@pytest.mark.parametrize("fault", ["none", *FAULTS])
def test_a_run_writes_down_every_step_and_is_the_same_again(fault):
    first, again = (broken.run(spec(fault)) for _ in range(2))
    assert len(first.losses) == len(first.gradients) == 8
    assert first.tested.tolist() == [0, 4, 8]
    np.testing.assert_array_equal(first.losses, again.losses)
    np.testing.assert_array_equal(first.test_accuracies, again.test_accuracies)


def test_a_healthy_step_is_plain_torch():
    asked = spec("none", steps=2)
    found = broken.run(asked)
    torch.manual_seed(0)
    net = broken.network(asked)
    inputs, targets, *_ = broken.examples(asked)
    batches = torch.randperm(len(targets)).split(32)
    optimizer = torch.optim.SGD(net.parameters(), 0.02, 0.9)
    for step in range(2):
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(inputs[batches[step]]), targets[batches[step]])
        loss.backward()
        optimizer.step()
        assert found.losses[step] == pytest.approx(loss.item(), rel=1e-6)


def test_each_fault_does_what_it_says():
    healthy = broken.examples(spec("none"))
    assert (broken.examples(spec("classes"))[1] == (healthy[1] + 1) % 10).all()
    assert (broken.examples(spec("shifted"))[1][1:] == healthy[1][:-1]).all()
    raw = broken.examples(spec("not_normalized"))[0]
    assert (raw.min(), raw.max()) == (0, 255)
    assert not any(p.any() for p in broken.network(spec("zero_init")).parameters())
    first, *_ = broken.batches(spec("not_shuffled"), healthy[1])
    assert (healthy[1][first] == 0).all()
    norms = [m for m in broken.network(spec("no_norm")) if isinstance(m, torch.nn.BatchNorm1d)]
    assert norms == []


def test_what_is_not_there_is_one_clear_line():
    with pytest.raises(ValueError, match="choose one of"):
        broken.run(BrokenSpec(fault="typo"))
    with pytest.raises(ValueError, match="steps"):
        broken.run(BrokenSpec(steps=0))


def test_the_recording_has_every_fault_with_five_seeds_and_a_healthy_partner():
    recorded = load()
    for fault in FAULTS:
        net = NETS.get(fault, "mlp")
        for kind in (fault, "none"):
            runs = recorded.of(kind, net)
            assert tuple(r.spec.seed for r in runs) == SEEDS
            assert {len(r.losses) for r in runs} == {BrokenSpec().steps}


def test_a_fault_shows_in_the_recording_as_the_page_says():
    recorded = load()
    healthy = recorded.of("none", "mlp")
    assert min(r.accuracy for r in healthy) > 0.9
    assert max(r.accuracy for r in recorded.of("classes", "mlp")) < 0.1  # worse than guessing
    assert min(r.test_losses.min() for r in recorded.of("softmax_twice", "mlp")) > 1.46
    assert min(r.accuracy for r in recorded.of("none", "deep")) > 0.7
    assert max(r.accuracy for r in recorded.of("no_norm", "deep")) < 0.15
    for run in recorded.of("zero_grad", "mlp"):
        assert run.gradients[-20:].mean() > 10 * run.gradients[:5].mean()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["none", "no_eval", "not_shuffled"])
def test_the_script_prints_the_recorded_numbers(fault, tmp_path):
    from viz_models.ui.kit import take_away
    from viz_models.ui.panels.train.broken_code import script_blanks

    net = NETS.get(fault, "mlp")
    blanks = script_blanks(fault, usual(fault, net, seed=0))
    code = take_away.filled("train/broken", **blanks)
    (tmp_path / "run.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "run.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said = [float(v) for v in re.findall(r"accuracy ([\d.]+)%", done.stdout)]
    theirs = [100 * r.accuracy for r in load().of(fault, net)]
    assert said == pytest.approx(theirs, abs=0.06)
