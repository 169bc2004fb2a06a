"""The paths that only a GPU takes."""

from dataclasses import replace
from itertools import islice

import pytest
import torch

from viz_models.records import Budget, ConvSpec, DataSpec, MlpSpec, OptimizerSpec, RunSpec
from viz_models.training.loop import cuda_graphs as graphs
from viz_models.training.loop import loop
from viz_models.training.presets import PRESETS

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA; this machine has none"),
]
NET = ConvSpec(
    depths=(1, 1), widths=(16, 32), in_channels=1, size=16, norm="batch", block="basic",
    activate="sum",
)  # fmt: skip
RUN = RunSpec(
    model=NET,
    data=DataSpec(size=16),
    optimizer=OptimizerSpec(name="momentum", lr=0.05, schedule="cosine"),
    batch_size=64,
    budget=Budget(amount=300, unit="steps"),
    augment=("flip", "shift", "crop"),
    device="cuda",
)


def losses(spec, steps=30):
    return [r.loss for r in islice(loop.train(spec), steps)]


def test_auto_is_the_gpu_in_bf16_and_channels_last():
    session = loop.Session(replace(RUN, device="auto"))
    assert session.place.device.type == "cuda"
    assert session.place.channels_last
    assert session.examples.train_inputs.is_cuda
    if torch.cuda.is_bf16_supported():
        assert session.place.precision == torch.bfloat16


def test_the_same_seed_gives_the_same_curve():
    assert losses(RUN) == losses(RUN)


def test_resumed_equals_uninterrupted():
    session = loop.Session(RUN)
    first = []
    for record in session.records():  # some steps are taken before the first is told
        first.append(record.loss)
        if session.settled and len(first) >= 10:
            break
    rest = loop.Session(RUN, session.checkpoint()).records()
    found = [*first, *(r.loss for r in rest)][:30]
    assert found == pytest.approx(losses(RUN), rel=1e-5)


def test_several_steps_are_read_at_once():
    session = loop.Session(replace(RUN, evaluations=1))
    ahead = [session.done.step - record.step for record in islice(session.records(), 100)]
    assert max(ahead) > 1


def test_float16_learns_too():
    assert losses(replace(RUN, precision="fp16")) == pytest.approx(losses(RUN), rel=5e-2)


def test_captured_equals_not_captured(monkeypatch):
    for precision in ("fp32", "bf16"):
        spec = replace(RUN, precision=precision)
        session = loop.Session(spec)
        assert session.forward is not session.net, "nothing was captured"
        captured = losses(spec)
        with monkeypatch.context() as patch:
            patch.setattr(graphs, "WORTH_STEPS", 10**9)
            assert captured == pytest.approx(losses(spec), rel=2e-2)


def test_near_the_cpus_curve():
    spec = replace(RUN, augment=(), precision="fp32")
    here = losses(replace(spec, device="cpu"), 10)
    assert losses(spec, 10) == pytest.approx(here, rel=2e-2)


def test_moments_are_taken_beside_a_captured_graph():
    records = list(islice(loop.train(replace(RUN, moments=30)), 30))
    looks = [r.moment for r in records if r.moment]
    assert len(looks) == 3
    assert all(n > 0 for look in looks for n in look.gradient_norms)
    assert [r.loss for r in records] == pytest.approx(losses(RUN), rel=1e-2)


def test_dropout_differs_from_step_to_step():
    model = MlpSpec(depth=1, width=64, in_channels=1, dropout=0.5)
    spec = RunSpec(model=model, device="cuda", budget=RUN.budget)
    session = loop.Session(spec)
    x = torch.zeros(spec.batch_size, 1, 8, 8, device="cuda") + 1
    with torch.no_grad():
        assert not torch.equal(session.net(x), session.net(x))
    assert losses(spec) == losses(spec)


def test_memory_is_the_gpus():
    record = next(loop.train(RUN))
    assert 0 < record.memory <= torch.cuda.get_device_properties(0).total_memory


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_presets_learn_there_too(name):
    *_, last = loop.train(replace(PRESETS[name], device="cuda"))
    assert last.evaluation.accuracy > 0.93
