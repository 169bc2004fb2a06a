import json
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

from tests.conftest import ROOT
from viz_models.__main__ import main
from viz_models.images import samples

SEED = 2
KEYS = {
    *("name", "op", "inputs", "output", "parameters", "macs", "bytes", "receptive_field"),
    *("mean", "std", "min", "max", "zeros"),
}


@pytest.fixture(scope="module")
def cat():
    """The cat as torchvision prepares it, and the network as torchvision builds it."""
    preset = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        model = torchvision.models.resnet18(weights=None).eval()
    return preset(Image.fromarray(samples.load("cat").pixels)), model


@pytest.fixture
def run(capsys):
    def _run(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return out

    return _run


def refuse_constant(name):
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture
def report(run):
    def _report(*arguments):
        out = run("trace", *arguments, "--json")
        assert out.count("\n") == 1
        return json.loads(out, parse_constant=refuse_constant)

    return _report


def test_json_has_what_is_promised(report):
    result = report("--sample", "cat", "--seed", str(SEED))
    assert list(result) == ["input", "steps", "top5", "totals"]
    assert result["totals"]["parameters"] == 11689512
    assert result["totals"]["macs"] == 1814073344
    assert len(result["steps"]) == 70
    for step in result["steps"]:
        assert set(step) == KEYS, step["name"]
        assert all(math.isfinite(step[k]) for k in ("mean", "std", "min", "max", "zeros"))
    names = get_graph_node_names(torchvision.models.resnet18(weights=None))[1]
    assert [s["name"] for s in result["steps"]] == ["input", *names[1:]]
    add = next(s for s in result["steps"] if s["name"] == "layer2.0.add")
    assert add["op"] == "add"
    assert add["inputs"] == [[128, 28, 28], [128, 28, 28]]
    assert add["output"] == [128, 28, 28]
    assert add["receptive_field"] == {"size": [67, 67], "jump": [8, 8], "start": [-33, -33]}
    assert result["steps"][-1]["receptive_field"] is None


def test_json_numbers_are_torchs(report, cat):
    x, model = cat
    result = report("--model", "resnet18", "--weights", "random", "--seed", str(SEED))
    assert result["input"]["shape"] == list(x.shape)
    np.testing.assert_allclose(result["input"]["mean"], x.double().mean((1, 2)), rtol=1e-9)
    np.testing.assert_allclose(
        result["input"]["std"], x.double().std((1, 2), correction=0), rtol=1e-9
    )
    name = "layer3.0.relu_1"
    with torch.no_grad():
        value = create_feature_extractor(model, [name])(x[None])[name].double()
        best = model(x[None])[0].softmax(0).topk(5)
    step = next(s for s in result["steps"] if s["name"] == name)
    assert step["mean"] == pytest.approx(value.mean().item(), rel=1e-9)
    assert step["std"] == pytest.approx(value.std(correction=0).item(), rel=1e-9)
    assert (step["min"], step["max"]) == (value.min().item(), value.max().item())
    assert step["zeros"] == pytest.approx((value == 0).double().mean().item(), abs=1e-12)
    assert [t["index"] for t in result["top5"]] == best.indices.tolist()
    labels = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    assert [t["label"] for t in result["top5"]] == [labels[i] for i in best.indices]
    probabilities = [t["probability"] for t in result["top5"]]
    np.testing.assert_allclose(probabilities, best.values, rtol=1e-5)


def test_a_file_gives_what_its_sample_gives(report, tmp_path):
    file = tmp_path / "a photo.png"
    Image.fromarray(samples.load("coffee").pixels).save(file)
    assert report("--image", str(file)) == report("--sample", "coffee")


def test_the_table_is_aligned_and_complete(run):
    lines = run("trace", "--weights", "random").splitlines()
    header, rows, total = lines[0], lines[1:71], lines[71]
    assert header.split()[:3] == ["step", "op", "output"]
    assert rows[0].startswith("input ")
    assert rows[-1].startswith("fc ")
    for column in ("op", "output"):
        at = header.index(column)
        assert all(row[at - 2 : at] == "  " and row[at] != " " for row in rows), column
    assert {len(row) for row in rows} == {len(header)}
    assert "11,689,512" in total
    assert "1,814,073,344" in total
    assert lines[-6] == "top 5"


BAD = {
    "no command": [],
    "unknown command": ["fly"],
    "unknown sample": ["trace", "--sample", "dog"],
    "unknown model": ["trace", "--model", "resnet19"],
    "unknown weights": ["trace", "--weights", "coco"],
    "seed no number": ["trace", "--seed", "one"],
    "seed out of range": ["trace", "--seed", "-1"],
    "missing file": ["trace", "--image", "no such file.png"],
    "a folder": ["trace", "--image", "."],
    "not a picture": ["trace", "--image", str(ROOT / "requirements.txt")],
    "both photos": ["trace", "--sample", "cat", "--image", "x.png"],
    "unknown option": ["trace", "--jsn"],
    "line break in a name": ["trace", "--sample", "a\nb"],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_line_and_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err


def python_m(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "viz_models", *arguments],
        **{"cwd": ROOT, "capture_output": True, "text": True, "timeout": 100, **options},
    )


@pytest.mark.slow
def test_as_a_program():
    done = python_m("trace", "--sample", "rocket", "--seed", "0", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["totals"]["macs"] == 1814073344
    bad = python_m("trace", "--sample", "dog")
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (2, "", 1)


@pytest.mark.slow
def test_a_reader_that_stops_early_is_no_error(tmp_path):
    command = f"{sys.executable} -m viz_models trace 2> '{tmp_path}/err' | true"
    subprocess.run(["bash", "-c", command], cwd=ROOT, check=True, timeout=100)
    assert (tmp_path / "err").read_text() == ""


def test_help_is_quick_to_load():
    code = "import sys, viz_models.__main__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_a_field_through_windows_is_at_most(capsys):
    """Attention in windows reaches its window, not the whole photo."""
    assert main(["trace", "--model", "swin_t", "--seed", "0"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert "  at most 28x28  " in lines["features.1.0.add"]
    assert "  4x4  " in lines["features.0.0"]
    assert "  all  " in lines["head"]


@pytest.mark.slow
def test_heads_that_only_train_are_said_beside_the_totals(capsys):
    assert main(["trace", "--model", "inception_v3", "--seed", "0"]) == 0
    printed = capsys.readouterr().out
    assert "23,834,568 of 27,161,264 parameters run: AuxLogits" in printed
