"""The page of any network: the example, one of a reader's own, and what is refused."""

import json
import pickle
import zipfile
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file
from streamlit.testing.v1 import AppTest
from torch import nn

from tests.conftest import ROOT
from viz_models.__main__ import main
from viz_models.analysis.anynet.arithmetic import calculation, strongest
from viz_models.analysis.anynet.opening.opened import opened
from viz_models.records import OpenSpec
from viz_models.records.flow.opened import VARIABLE
from viz_models.ui.results.flow import yours

MINE = """
from torch import nn

class MyNet(nn.Module):
    def __init__(self, num_classes=3):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4 * 36, num_classes)

    def forward(self, x):
        return self.fc(self.conv(x).relu().flatten(1))

def text():
    return nn.Sequential(nn.Embedding(20, 4), nn.Linear(4, 2))

class Silent(nn.Module):
    def forward(self, x):
        return "three"

def silent():
    return Silent()

def broken():
    raise RuntimeError("no")

three = 3
"""


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(MINE, encoding="utf-8")
    return file


def page():
    at = AppTest.from_file(str(ROOT / "pages/flow/yours.py"), default_timeout=60)
    return at.run()


def test_the_page_opens_with_an_example(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    at = page()
    assert not at.exception
    assert "This small network is an example" in at.caption[0].value
    assert "bit for bit that of" in at.caption[0].value


def test_the_page_shows_the_network_of_the_command_line(mine, monkeypatch):
    spec = OpenSpec(source=f"{mine}:MyNet", inputs=("3,8,8",))
    monkeypatch.setenv(VARIABLE, spec.text())
    assert OpenSpec.read(spec.text()) == spec
    at = page()
    assert not at.exception
    assert "MyNet makes 5 calls" in at.caption[0].value
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    assert yours.asked() == OpenSpec()


def test_the_example_stands_beside_itself_in_training_mode(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    at = page()
    said = [m.value for m in at.markdown if "part at" in m.value]
    assert len(said) == 1
    assert "They part at block1\\.norm" in said[0]
    rounded = at.button_group(key="beside").set_value("bfloat16").run()
    assert not rounded.exception
    assert any("They part at stem" in m.value for m in rounded.markdown)


def test_a_switch_names_the_loss_whose_gradients_are_shown(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    at = page()
    at.button_group(key="loss").set_value("cross_entropy").run()
    assert not at.exception
    assert r"The loss, cross\-entropy of class 0, is" in at.caption[0].value
    at.number_input(key="class").set_value(10).run()
    assert not at.exception
    assert "there is no class 10" in at.error[0].value
    assert "The loss" not in at.caption[0].value


SEVERAL = """
import torch
from torch import nn

class Reads(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(9, 4)
        self.rnn = nn.LSTM(4, 4, batch_first=True)

    def forward(self, ids, scale):
        states, (last, cell) = self.rnn(self.words(ids))
        return {"states": states * scale, "ends": [last, cell]}
"""


def test_several_inputs_and_outputs_and_numbers_typed_on_the_page(tmp_path, monkeypatch, capsys):
    file = tmp_path / "reads.py"
    file.write_text(SEVERAL, encoding="utf-8")
    inputs = ("ids=5:int", "scale=1,4")
    command = [f"--input={text}" for text in inputs]
    assert main(["open", f"{file}:Reads", "--json", *command]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [step["step"] for step in said["steps"][:2]] == ["input.ids", "input.scale"]
    assert [(one["output"], one["step"], one["shape"]) for one in said["given"]] == [
        ("states", "mul", [1, 5, 4]),
        ("ends.0", "rnn[1]", [1, 1, 4]),
        ("ends.1", "rnn[2]", [1, 1, 4]),
    ]
    monkeypatch.setenv(VARIABLE, OpenSpec(source=f"{file}:Reads", inputs=inputs).text())
    at = page()
    at.text_input(key="text").set_value("3, 1, 4").run()
    assert not at.exception
    assert not at.error
    at.text_input(key="text").set_value("three").run()
    assert "no tokenizer here" in at.error[0].value.replace("\\", "")


def test_the_page_opens_the_networks_of_this_project(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    at = page()
    for name in ("small BERT", "GPT-tiny, untrained"):
        at.selectbox(key="net").set_value(name).run()
        assert not at.exception
        assert not at.error
        assert "bit for bit that of" in at.caption[0].value
    assert at.text_input(key="text").value == ""
    at.text_input(key="text").set_value("1 2 999999").run()
    assert "IndexError" in at.error[0].value
    assert not at.exception


def test_the_page_compares_with_what_the_command_line_names(mine, monkeypatch):
    spec = OpenSpec(source=f"{mine}:MyNet", inputs=("3,8,8",), against=f"{mine}:gone")
    monkeypatch.setenv(VARIABLE, spec.text())
    at = page()
    assert not at.exception
    assert "has no 'gone'" in at.warning[0].value.replace("\\", "")
    monkeypatch.setenv(VARIABLE, replace(spec, against=f"{mine}:MyNet").text())
    assert any("are the same in both" in m.value for m in page().markdown)


def test_values_of_known_operations_are_opened_and_agree():
    found = opened(OpenSpec())
    known = set()
    for step in found.recorded.steps[1:]:
        value = found.recorded.value(step.name)
        sums = calculation(found.module, found.recorded, step.name, strongest(value))
        assert sums.agrees
        assert sums.torch_value == pytest.approx(float(value[strongest(value)]))
        if sums.formula:
            known.add(step.op)
    assert {"conv2d", "linear", "batch_norm", "relu", "max_pool2d", "add", "layer_norm"} <= known


def test_the_command_line_prints_and_writes(mine, tmp_path, capsys):
    assert main(["open", f"{mine}:MyNet", "--input", "3,8,8", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [step["step"] for step in said["steps"]] == ["input", "conv", "relu", "flatten", "fc"]
    assert said["output"] == "bit-exact"
    out = tmp_path / "net.html"
    assert main(["open", f"{mine}:text", "--input", "ids:5", "--html", str(out)]) == 0
    assert "bit-exact" in capsys.readouterr().out
    assert out.stat().st_size > 10_000


def test_weights_are_loaded_with_their_number_of_classes(mine, tmp_path):
    file = tmp_path / "w.safetensors"
    net = {"conv.weight": torch.ones(4, 3, 3, 3), "conv.bias": torch.zeros(4)}
    save_file(net | {"fc.weight": torch.ones(7, 144), "fc.bias": torch.zeros(7)}, file)
    spec = OpenSpec(source=f"{mine}:MyNet", inputs=("3,8,8",), checkpoint=str(file))
    found = opened(spec).recorded
    assert found.value("fc").shape == (1, 7)
    assert len(set(found.value("fc")[0].tolist())) == 1


def test_an_exported_program_knows_its_input(tmp_path):
    program = torch.export.export(nn.Linear(3, 2), (torch.ones(1, 3),))
    torch.export.save(program, tmp_path / "net.pt2")
    found = opened(OpenSpec(source=str(tmp_path / "net.pt2"))).recorded
    assert found.check.exact


def test_a_script_module_in_a_file(tmp_path, capsys):
    net = torch.jit.script(nn.Sequential(nn.Linear(4, 3), nn.ReLU()))
    torch.jit.save(net, tmp_path / "net.pt")
    assert main(["open", str(tmp_path / "net.pt"), "--input", "4", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["output"] == "bit-exact"
    x = torch.randn((1, 4), generator=torch.Generator().manual_seed(0))
    assert said["steps"][-1]["max"] == pytest.approx(net(x).max().item())


@pytest.mark.parametrize(
    ("source", "more", "line"),
    [
        ("{}:MyNet", [], "say what MyNet takes: --input"),
        ("{}:MyNet", ["--input", "5,5"], "MyNet raised RuntimeError with"),
        ("{}:MyNet", ["--input", "a"], "is no shape"),
        ("{}:Other", ["--input", "3"], "has no 'Other'; there is MyNet"),
        ("{}:three", ["--input", "3"], "is no network and makes none"),
        ("{}:broken", ["--input", "3"], "raised RuntimeError: no"),
        ("nowhere.py:Net", [], "no such file"),
        ("no_such_package:Net", [], "cannot be imported"),
        ("resnet18", [], "names no network"),
        ("none.pt2", [], "no such file"),
        ("{}:MyNet", ["--checkpoint", "{dir}/code.pt"], "holds code beside its weights"),
        (
            "{}:MyNet",
            ["--checkpoint", "{dir}/other.pt"],
            "is of another network than MyNet: 4 missing: conv.weight, conv.bias, fc.weight, …; "
            "1 unknown: a",
        ),
        (
            "{}:MyNet",
            ["--checkpoint", "{dir}/wide.safetensors"],
            "1 of another shape: conv.weight (5×3×3×3, not 4×3×3×3)",
        ),
        ("{}:MyNet", ["--checkpoint", "{dir}/torn.safetensors"], "no checkpoint that can be read"),
        ("{}:MyNet", ["--checkpoint", "{dir}/bomb.pt"], "is compressed, which torch.save never"),
        ("{dir}/code.pt", ["--input", "2"], "a checkpoint or a pickle, which is not run"),
        ("{dir}/torn.pt2", [], "no exported program that torch can read"),
        ("{}:silent", ["--input", "3"], "made no tensor from these inputs"),
        ("{dir}/code.pkl", [], "a pickle, which is not run"),
        ("{}:MyNet", ["--checkpoint", "{dir}/code.pkl"], "holds code beside its weights"),
        ("{}:MyNet", ["--input", "{dir}/empty.npy"], "holds no array of numbers"),
        ("{}:MyNet", ["--input", "3,8,8", "--text", "the cat"], "no tokenizer here"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(mine, tmp_path, capsys, source, more, line):
    torch.save(nn.Linear(2, 2), tmp_path / "code.pt")
    torch.save({"state_dict": {"a": torch.ones(2)}}, tmp_path / "other.pt")
    with (
        zipfile.ZipFile(tmp_path / "other.pt") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    wide = {"conv.weight": torch.ones(5, 3, 3, 3), "conv.bias": torch.ones(4)}
    fc = {"fc.weight": torch.ones(3, 144), "fc.bias": torch.ones(3)}
    save_file(wide | fc, tmp_path / "wide.safetensors")
    (tmp_path / "code.pkl").write_bytes(pickle.dumps(len, protocol=4))
    (tmp_path / "empty.npy").write_bytes(b"")
    for torn in ("torn.safetensors", "torn.pt2"):
        (tmp_path / torn).write_bytes(b"no such thing")
    arguments = [text.format(mine, dir=tmp_path) for text in (source, *more)]
    with pytest.raises(SystemExit) as end:
        main(["open", *arguments])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1


def test_a_server_of_strangers_runs_no_code(mine, monkeypatch, capsys):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    with pytest.raises(SystemExit):
        main(["open", f"{mine}:MyNet", "--input", "3,8,8", "--json"])
    assert "runs no code of others" in capsys.readouterr().err
