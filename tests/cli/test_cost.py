"""`python -m viz_models cost`."""

import json

import pytest

from viz_models.__main__ import main


def test_resnet18_as_json(capsys):
    assert main(["cost", "--preset", "resnet18", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == 11_689_512
    assert found["macs"] == 1_814_073_344
    assert {"activation_bytes", "layers"} <= set(found)


def test_a_file_as_a_table(capsys, tmp_path):
    file = tmp_path / "net.json"
    file.write_text('{"family": "mlp", "depth": 2, "width": 10, "size": 2}')
    assert main(["cost", "--spec", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["parameters", f"{12 * 10 + 10 + 2 * 110 + 110:,}"]
    assert "for one example" in lines[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "resnet19"], "unknown preset 'resnet19'; choose from lenet5"),
        (["--spec", "nowhere.json"], "no such file: nowhere.json"),
        (["--spec", "README.md"], "README.md is not JSON"),
        ([], "one of the arguments --preset --spec --model is required"),
    ],
)
def test_bad_input_is_one_line(capsys, arguments, message):
    with pytest.raises(SystemExit) as stop:
        main(["cost", *arguments])
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_a_model_of_torchvision(capsys):
    assert main(["cost", "--model", "googlenet", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["parameters"], found["macs"]) == (13_004_888, 1_498_376_192)
    assert found["left_out"].startswith("6,624,904 of 13,004,888 parameters run")
    assert main(["cost", "--model", "resnet18"]) == 0
    assert "multiply-adds        1,814,073,344" in capsys.readouterr().out


def test_an_unknown_model_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["cost", "--model", "resnet19"])
    assert "choose a torchvision name: resnet" in capsys.readouterr().err
