"""A trained run on the flow page: the same weights and the same numbers as in its own network."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from viz_models.analysis.flow import arithmetic
from viz_models.analysis.flow.trace import trace
from viz_models.models import registry
from viz_models.records import (
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    MlpSpec,
    RnnSpec,
    RunSpec,
    TraceSpec,
    TransformerSpec,
    ZooSpec,
)
from viz_models.records.train.experiments import Budget, Growth
from viz_models.training import exploring
from viz_models.training.data import sets as data
from viz_models.training.loop import loop, networks

CONV = ConvSpec(
    in_channels=1,
    size=8,
    depths=(1, 1),
    widths=(4, 8),
    block="basic",
    norm="batch",
    activate="sum",
)


@pytest.mark.parametrize(
    ("model", "growth"),
    [(DigitsNetSpec(widths=(8, 8, 8)), None), (CONV, None), (CONV, Growth(blocks=1))],
    ids=["digits net", "conv", "grown"],
)
def test_the_trace_ends_in_the_logits_of_the_trained_network(tmp_path, model, growth):
    run = RunSpec(model=model, growth=growth, budget=Budget(amount=6, unit="steps"))
    session = loop.Session(run)
    list(session.records())
    weights = tmp_path / "weights.safetensors"
    save_file(session.checkpoint().weights, weights)

    ref = exploring.network(run, str(weights))
    photo, prepared = exploring.example(run.data, 5)
    found = trace(TraceSpec(image=photo.ref, model=ref), prepared.tensor)
    with torch.no_grad():
        session.net.eval()
        expected = session.net(data.digits().test_inputs[5:6])[0].numpy()
    assert np.array_equal(found.values[-1], expected)
    fresh = trace(TraceSpec(image=photo.ref, model=replace(ref, trained="")), prepared.tensor)
    assert not np.array_equal(fresh.values[-1], expected)


OTHERS = {
    "LSTM, both directions": (
        RnnSpec(cell="lstm", hidden=6, layers=2, bidirectional=True),
        DataSpec(),
    ),
    "GRU": (RnnSpec(hidden=6, readout="mean"), DataSpec()),
    "MLP": (MlpSpec(depth=2, width=16, in_channels=1), DataSpec()),
    "Transformer": (TransformerSpec(layers=1, size=8, patch=2, in_channels=1), DataSpec()),
    "torchvision, gray repeated": (ZooSpec(name="resnet18"), DataSpec(size=32)),
    "torchvision, branches": (ZooSpec(name="squeezenet1_1"), DataSpec(size=48)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("model", "asked"), OTHERS.values(), ids=OTHERS)
def test_every_kind_of_trained_network_can_be_followed(tmp_path, model, asked):
    run = RunSpec(model=model, data=asked, budget=Budget(amount=2, unit="steps"))
    session = loop.Session(run)
    list(session.records())
    save_file(session.checkpoint().weights, tmp_path / "w.safetensors")

    ref = exploring.network(run, str(tmp_path / "w.safetensors"))
    channels = networks.channels(model)
    photo, prepared = exploring.example(asked, 5, channels)
    assert prepared.tensor.shape == (channels, ref.side, ref.side)
    found = trace(TraceSpec(image=photo.ref, model=ref), prepared.tensor)
    with torch.no_grad():
        session.net.eval()
        examples = [x for x, _ in session.examples.tests()]
        expected = session.net(torch.cat(examples)[5:6])[0].numpy()
    assert found.values[-1] == pytest.approx(expected, rel=1e-4, abs=1e-5)
    for step in found.steps[1:]:  # every value can be opened, or says that it cannot
        cell = (0,) * len(step.output_shape)
        opened = arithmetic.calculation(found, step.name, cell)
        assert opened.total == pytest.approx(opened.torch_value, rel=1e-3, abs=1e-4), step.name


@pytest.mark.parametrize("spec", [DataSpec(), DataSpec(permute=True)], ids=["digits", "permuted"])
def test_an_example_is_what_the_network_gets(spec):
    _, prepared = exploring.example(spec, 7)
    expected = data.load(spec).test_inputs[7].numpy()
    assert np.array_equal(prepared.tensor, expected)
    shown = prepared.cropped[:, :, 0] / 255
    again = (shown - prepared.normalize_mean[0]) / prepared.normalize_std[0]
    assert again == pytest.approx(expected[0], abs=1e-4)


def test_the_arithmetic_of_an_input_value_equals_torch():
    _, prepared = exploring.example(DataSpec(), 7)
    found = arithmetic.input_calculation(prepared, (0, 3, 4))
    assert abs(found.total - found.torch_value) <= found.tolerance


def test_too_many_steps_in_time_cannot_be_followed():
    with pytest.raises(ValueError, match="256 steps in time"):
        exploring.network(RunSpec(model=RnnSpec(layers=4, size=64)), "weights.safetensors")


@pytest.mark.parametrize(
    ("spec", "index", "line"),
    [(DataSpec(), 360, "counted from 0"), (DataSpec(name="moons"), 0, "points, not pictures")],
)
def test_no_such_example(spec, index, line):
    with pytest.raises(ValueError, match=line):
        exploring.example(spec, index)


def test_weights_of_another_network_are_refused_in_one_line(tmp_path):
    weights = tmp_path / "weights.safetensors"
    save_file({"nonsense": torch.zeros(2)}, weights)
    ref = exploring.network(RunSpec(), str(weights))
    with pytest.raises(ValueError, match="cannot be opened in this network") as caught:
        registry.build(ref)
    assert "\n" not in str(caught.value)


def test_weights_that_are_gone_are_refused(tmp_path):
    ref = exploring.network(RunSpec(), str(tmp_path / "gone.safetensors"))
    with pytest.raises(ValueError, match="cannot be opened"):
        registry.build(ref)
