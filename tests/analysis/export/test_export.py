"""The exported file beside the network it was written for, in a process of its own."""

import json
import re
import subprocess
import sys

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from tests.analysis.export import runner
from tests.models.builder.recurrent_specs import ASKED as RECURRENT
from tests.models.builder.strategies import conv_specs, mlp_specs
from tests.models.builder.transformer_specs import ASKED
from viz_models.analysis.export import source
from viz_models.analysis.pricing.price import price
from viz_models.models.builder import build, skeleton
from viz_models.models.builder.presets import PRESETS, TITLES
from viz_models.models.builder.repair import repaired
from viz_models.records import ConvSpec, MlpSpec, RnnSpec, TransformerSpec

RANDOM = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def elsewhere():
    """Sends a request to one long-lived process without our package."""
    process = subprocess.Popen(
        [sys.executable, "-I", runner.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )

    def _ask(request):
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        found = json.loads(process.stdout.readline())
        assert "error" not in found, found["error"]
        return found

    yield _ask
    process.stdin.close()
    process.wait(timeout=30)


def batch_shape(spec, small):
    if isinstance(spec, TransformerSpec | RnnSpec) and spec.source == "tokens":
        return spec.vocabulary, (3, spec.length)
    # a head that takes means takes any size, and 64 pixels are computed sooner than 224
    free = isinstance(spec, ConvSpec) and not spec.flatten
    size = min(spec.size, 64) if small and free else spec.size
    return 0, (3, spec.in_channels, size, size)


def compared(spec, elsewhere, folder, *, small=False):
    """Ask for the file's network and compare it with ours: the first weights bit for bit."""
    file = folder / "net.py"
    file.write_text(source(spec))
    bare = skeleton(spec).state_dict()
    request = {
        "file": str(file),
        "save": str(folder / "outputs.pt"),
        "seed": 3,
        "parameters": price(spec).parameters,
        "layout": {n: (list(t.shape), str(t.dtype)) for n, t in bare.items()},
        "input": batch_shape(spec, small),
    }
    found = elsewhere(request)
    assert (found["ours"], found["training"]) == ([], True)
    assert found["parameters"] == request["parameters"]
    if request["parameters"] <= runner.LARGE:
        net = build(spec, 3)
        assert found["digest"] == runner.digest(net)  # the same first weights for the same seed
    else:
        with torch.device("meta"):
            net = skeleton(spec)
    for theirs, ours in zip(torch.load(request["save"]), runner.outputs(net, request), strict=True):
        # another process lays its memory out differently, and kernels round differently by it
        torch.testing.assert_close(theirs, ours, rtol=1e-5, atol=1e-6)
        assert theirs.isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_the_same_network(name, elsewhere, tmp_path):
    compared(PRESETS[name], elsewhere, tmp_path, small=True)


@pytest.mark.slow
@RANDOM
@given(asked=conv_specs())
def test_any_convolutional_network(asked, elsewhere, tmp_path):
    compared(repaired(asked)[0], elsewhere, tmp_path)


@pytest.mark.slow
@RANDOM
@given(asked=mlp_specs())
def test_any_perceptron(asked, elsewhere, tmp_path):
    compared(repaired(asked)[0], elsewhere, tmp_path)


@pytest.mark.slow
@RANDOM
@given(asked=ASKED)
def test_any_transformer(asked, elsewhere, tmp_path):
    compared(repaired(asked)[0], elsewhere, tmp_path)


@pytest.mark.slow
@RANDOM
@given(asked=RECURRENT)
def test_any_recurrent_network(asked, elsewhere, tmp_path):
    compared(repaired(asked)[0], elsewhere, tmp_path)


@pytest.mark.parametrize(
    "spec", [ConvSpec(), MlpSpec(), TransformerSpec(), RnnSpec()], ids=lambda s: type(s).__name__
)
def test_what_the_builder_opens_with(spec, elsewhere, tmp_path):
    compared(spec, elsewhere, tmp_path)


@pytest.mark.parametrize("name", PRESETS)
def test_it_reads_as_if_written_by_hand(name, tmp_path):
    text = source(PRESETS[name], TITLES[name])
    assert "viz_models" not in text
    assert text.startswith(f'"""{TITLES[name]} in plain PyTorch.\n')
    assert f"{price(PRESETS[name]).parameters:,} parameters" in text
    assert len(text.splitlines()) < 140
    assert not re.search(r"\bif (spec|self)\b", text)


def test_it_is_formatted_and_clean(tmp_path):
    specs = {**PRESETS, "conv": ConvSpec(), "mlp": MlpSpec(norm="rms"), "vit": TransformerSpec()}
    specs["scaled"] = MlpSpec(residual=True, branch_scale="depth", norm="layer")
    specs["silent"] = ConvSpec(norm="batch", branch_scale="zero", activate="sum")
    specs["rotary"] = TransformerSpec(positions="rotary", num_kv_heads=1, causal=True, dropout=0.1)
    specs["rms"] = ConvSpec(norm="rms", se_ratio=4, init="orthogonal", branch_scale="depth")
    specs["lstm"] = RnnSpec(
        cell="lstm", layers=2, bidirectional=True, forget_bias=1.0, dropout=0.1, init="orthogonal"
    )
    specs["mean"] = RnnSpec(source="tokens", readout="mean")
    for name, spec in specs.items():
        (tmp_path / f"{name}.py").write_text(source(spec))
    ruff = [sys.executable, "-m", "ruff"]
    wide = ["--isolated", "--line-length", "100", str(tmp_path)]
    subprocess.run([*ruff, "format", "--check", *wide], check=True)
    subprocess.run([*ruff, "check", "--select", "E,F,I,UP,B,SIM,RET,N", *wide], check=True)


def test_equal_blocks_are_a_loop():
    text = source(ConvSpec(depths=(20,), widths=(16,)))
    assert "*(Block(16) for _ in range(20))" in text
    assert "class Block2" not in text
    assert "*(Block(64 + 32 * i) for i in range(6))" in source(PRESETS["densenet_block"])
