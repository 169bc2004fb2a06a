import json
import math

import numpy as np
import pytest
import torch

from viz_models.__main__ import main


@pytest.fixture
def run(capsys):
    def _run(*arguments):
        code = main(["norm", *arguments])
        out, err = capsys.readouterr()
        assert (code, err) == (0, "")
        return out

    return _run


def refuse_constant(name):
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture
def report(run):
    def _report(*arguments):
        out = run(*arguments, "--json")
        assert out.count("\n") == 1
        return json.loads(out, parse_constant=refuse_constant)

    return _report


def drawn(shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).double()


@pytest.mark.parametrize(
    ("arguments", "axes", "count"),
    [
        (("batch",), (0, 2, 3), 16),
        (("layer",), (1, 2, 3), 8),
        (("layer", "--over", "c"), (1,), 128),
        (("instance",), (2, 3), 128),
        (("rms",), (1, 2, 3), 8),
        (("batch", "--mode", "eval", "--eps", "0.001"), (0, 2, 3), 16),
    ],
)
def test_json_is_torchs(report, arguments, axes, count):
    result = report("--norm", *arguments, "--shape", "8,16,4,4", "--seed", "3")
    variance, mean = torch.var_mean(drawn((8, 16, 4, 4), 3), axes, correction=0)
    assert result["groups"] == len(result["mean"]) == len(result["variance"]) == count
    np.testing.assert_allclose(result["mean"], mean.flatten(), atol=1e-12)
    np.testing.assert_allclose(result["variance"], variance.flatten(), rtol=1e-9)
    assert 0 <= result["max_difference"] < 1e-5
    assert result["agrees"] is True


def test_groups(report):
    result = report("--norm", "group", "--groups", "4", "--shape", "3,8,2,2")
    rows = drawn((3, 8, 2, 2)).reshape(12, -1)
    np.testing.assert_allclose(result["mean"], rows.mean(1), atol=1e-12)
    assert (result["groups"], result["formula"], result["size"]) == (12, "N · G", 8)


def test_the_defaults(report):
    assert report() == report("--norm", "batch", "--shape", "8,16,4,4", "--seed", "0")


@pytest.mark.parametrize("norm", ["batch", "instance"])
def test_a_refusal_is_a_result(report, run, norm):
    result = report("--norm", norm, "--shape", "1,3,1,1")
    assert result["max_difference"] is None
    assert "Expected more than 1" in result["refusal"]
    assert result["variance"] == [0, 0, 0]
    assert all(map(math.isfinite, result["mean"]))
    assert "torch refused: Expected more than 1" in run("--norm", norm, "--shape", "1,3,1,1")


def test_the_table(run, report):
    lines = run("--norm", "instance", "--shape", "5,8,3,3").splitlines()
    assert lines[0] == "instance norm, 5×8×3×3, train"
    assert lines[1].startswith("N · C = 40 groups")
    assert lines[3].split() == ["group", "mean", "variance", "rms"]
    rows = lines[4:36]
    means = report("--norm", "instance", "--shape", "5,8,3,3")["mean"][:32]
    np.testing.assert_allclose([float(r.split()[1]) for r in rows], means, rtol=1e-5)
    assert {len(r) for r in rows} == {len(lines[3])}
    assert lines[36] == "... and 8 more; --json has all"
    assert lines[-1].startswith("equals torch: largest difference ")


BAD = {
    "no numbers": ["--shape", "a,b,c,d"],
    "three sizes": ["--shape", "8,16,4"],
    "a zero": ["--shape", "8,0,4,4"],
    "negative": ["--shape=-8,16,4,4"],
    "a fraction": ["--shape", "8,16,4.5,4"],
    "too many values": ["--shape", "4096,4096,4,4"],
    "very many values": ["--shape", "999999999,999999999,999999999,999999999"],
    "groups do not divide": ["--norm", "group", "--groups", "3"],
    "unknown norm": ["--norm", "none"],
    "unknown over": ["--over", "hw"],
    "unknown mode": ["--mode", "test"],
    "eps 0": ["--eps", "0"],
    "eps nan": ["--eps", "nan"],
    "seed": ["--seed", "-1"],
    "seed no number": ["--seed", "one"],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_line_and_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["norm", *arguments])
    out, err = capsys.readouterr()
    assert (stopped.value.code, out, err.count("\n")) == (2, "", 1)
    assert "Traceback" not in err
