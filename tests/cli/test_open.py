"""`forward-pass open`: two networks beside each other, without a page."""

import json

import pytest
import torch
from safetensors.torch import save_file

from viz_models.__main__ import main

MINE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc(self.norm(x))

class Other(Net):
    def forward(self, x):
        return super().forward(x).softmax(-1)
"""


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE, encoding="utf-8")
    return file


def said(capsys, *arguments):
    assert main(["open", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["open", *map(str, arguments)])
    assert end.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line


def test_two_checkpoints_of_one_network(mine, tmp_path, capsys):
    weights = {"norm.weight": torch.ones(4), "norm.bias": torch.zeros(4)}
    weights |= {"norm.running_mean": torch.zeros(4), "norm.running_var": torch.ones(4)}
    weights |= {"norm.num_batches_tracked": torch.tensor(3), "fc.bias": torch.zeros(3)}
    first, second = (torch.full((3, 4), fill) for fill in (0.5, 0.75))
    save_file(weights | {"fc.weight": first}, tmp_path / "a.safetensors")
    torch.save(weights | {"fc.weight": second}, tmp_path / "b.pt")
    found = said(
        capsys,
        f"{mine}:Net",
        *("--input", "4", "--batch", "2"),
        *("--checkpoint", tmp_path / "a.safetensors", "--against", tmp_path / "b.pt"),
    )
    rows = {row["step"]: row for row in found["steps"]}
    assert found["parting"] == "fc"
    assert rows["norm"]["difference"] == 0
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    normed = torch.nn.functional.batch_norm(x, torch.zeros(4), torch.ones(4))
    wanted = (normed @ (first - second).T).abs().max()
    assert rows["fc"]["difference"] == pytest.approx(float(wanted), rel=1e-5)
    assert rows["fc"]["a_shape"] == [2, 3]


def test_another_network_gets_the_same_numbers(mine, capsys):
    found = said(capsys, f"{mine}:Net", "--input", "x=4", "--against", f"{mine}:Other")
    assert found["alone"] == ["softmax"]
    assert found["steps"][0]["meeting"] == "same"
    assert found["against_output"] == "bit-exact"


def test_the_same_network_in_training_mode_and_with_rounded_weights(mine, capsys):
    trained = said(capsys, f"{mine}:Net", "--input", "4", "--batch", "8", "--against", "train")
    assert trained["parting"] == "norm"
    rounded = said(capsys, f"{mine}:Net", "--input", "4", "--against", "bfloat16")
    assert rounded["parting"] == "fc"


def test_gradients_of_a_named_loss(mine, tmp_path, capsys):
    found = said(capsys, f"{mine}:Net", "--input", "4", "--loss", "cross_entropy:1")
    assert found["loss"] == "cross-entropy of class 1"
    rows = {row["step"]: row for row in found["steps"]}
    out = rows["fc"]
    assert found["loss_value"] > 0
    assert 0 < out["gradient_largest"] <= out["gradient_norm"] <= 2**0.5  # softmax − one-hot
    text = tmp_path / "text.py"
    made = "nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 2))"
    text.write_text(f"from torch import nn\ndef net():\n    return {made}\n", encoding="utf-8")
    found = said(capsys, f"{text}:net", "--input", "ids:3", "--loss", "sum")
    assert found["steps"][1]["gradient_norm"] > 0
    assert found["steps"][0]["gradient_norm"] is None


def test_a_number_that_json_does_not_have_is_null(tmp_path, capsys):
    file = tmp_path / "odd.py"
    body = "class Net(nn.Module):\n    def forward(self, x): return x / 0 * 0\n"
    file.write_text(f"from torch import nn\n{body}", encoding="utf-8")
    assert said(capsys, f"{file}:Net", "--input", "4")["steps"][-1]["mean"] is None


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (["--against", "nowhere.py:Net"], "no such file"),
        (["--against", "weights.pt"], "no such file"),
        (["--against-checkpoint", "weights.pt"], "needs --against"),
        (["--batch", "0"], "1 or more"),
        (["--loss", "much"], "is no loss; write sum, mean"),
        (["--loss", "cross_entropy:3"], "there is no class 3: the output has 0 to 2"),
        (["--against", "train"], "Expected more than 1 value per channel when training"),
        (["--against", "bfloat16", "--html", "a.html"], "leave out --html"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(mine, capsys, more, line):
    assert line in refused(capsys, f"{mine}:Net", "--input", "4", *more)
