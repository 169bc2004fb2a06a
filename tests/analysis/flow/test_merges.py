from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.models import resnet18
from torchvision.models.feature_extraction import create_feature_extractor

from viz_models.analysis.flow.merges import merge, paths
from viz_models.analysis.flow.trace import steps_of, trace
from viz_models.records import ModelRef, Step, TraceSpec

RESNET = steps_of(ModelRef())
ADDS = [s.name for s in RESNET if s.op == "add"]


@pytest.fixture(scope="module")
def pass_and_features():
    x = torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(5))
    torch.manual_seed(4)
    model = resnet18(weights=None).eval()
    blocks = [n.removesuffix(".add") for n in ADDS]
    wanted = [f"{b}.{end}" for b in blocks for end in ("bn2", "relu_1")]
    wanted += ["maxpool"] + [f"layer{i}.0.downsample.1" for i in (2, 3, 4)]
    with torch.no_grad():
        features = create_feature_extractor(model, wanted)(x[None])
        clean = {k: v.clone() for k, v in features.items()}
        for b in blocks:  # `out += identity` overwrote bn2's output: take it from its own pass
            alone = create_feature_extractor(model, [f"{b}.bn2"])
            clean[f"{b}.bn2"] = alone(x[None])[f"{b}.bn2"]
    return trace(TraceSpec(model=ModelRef(seed=4)), x.numpy()), clean


@pytest.mark.parametrize("name", ADDS)
def test_norms_and_cosine_equal_torch(name, pass_and_features):
    result, features = pass_and_features
    found = merge(result, name)
    stage, block = name.split(".")[0], name.split(".")[1]
    assert found.branch == f"{stage}.{block}.bn2"
    first = "maxpool" if stage == "layer1" else f"{stage}.0.downsample.1"
    assert found.stream == (first if block == "0" else f"{stage}.0.relu_1")
    branch, stream = features[found.branch].double(), features[found.stream].double()
    assert found.branch_norm == pytest.approx(torch.linalg.vector_norm(branch).item(), rel=1e-5)
    assert found.stream_norm == pytest.approx(torch.linalg.vector_norm(stream).item(), rel=1e-5)
    cosine = torch.cosine_similarity(branch.flatten(), stream.flatten(), dim=0).item()
    assert found.cosine == pytest.approx(cosine, abs=1e-5)
    assert found.ratio == pytest.approx(found.branch_norm / found.stream_norm)


def chain(*rows):
    return tuple(
        Step(name=name, op=op, group="test", inputs=tuple(inputs.split()))
        for name, op, inputs in rows
    )


def test_the_branch_is_found_whichever_side_it_stands_on():
    rows = [("input", "input", ""), ("a", "conv2d", "input"), ("b", "relu", "a")]
    left = paths(chain(*rows, ("sum", "add", "b input")), "sum")
    right = paths(chain(*rows, ("sum", "add", "input b")), "sum")
    assert (left.branch_end, left.stream_end, left.branch_first) == ("b", "input", True)
    assert (right.branch_end, right.stream_end, right.branch_first) == ("b", "input", False)
    assert left.fork == right.fork == "input"


def test_two_ways_of_equal_length_follow_the_order_of_torch():
    steps = chain(
        ("input", "input", ""),
        ("a", "conv2d", "input"),
        ("b", "conv2d", "input"),
        ("sum", "add", "b a"),
    )
    assert paths(steps, "sum").branch_end == "b"


@pytest.mark.parametrize("name", ["conv1", "nowhere"])
def test_what_is_no_add_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} does not add two steps"):
        paths(RESNET, name)


def test_a_doubled_step_is_no_merge():
    steps = chain(("input", "input", ""), ("twice", "add", "input input"))
    with pytest.raises(ValueError, match="twice does not add two steps"):
        paths(steps, "twice")


def test_a_dead_branch_has_cosine_zero(pass_and_features):
    result, _ = pass_and_features
    values = list(result.values)
    values[result.index("layer1.0.bn2")] = np.zeros((64, 56, 56), np.float32)
    found = merge(replace(result, values=tuple(values)), "layer1.0.add")
    assert (found.branch_norm, found.cosine, found.ratio) == (0, 0, 0)
