import json

import pytest

from viz_models.__main__ import main


def test_all_networks_are_listed(capsys):
    assert main(["architectures"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    assert lines[2].split()[:4] == ["vgg11", "11", "132.9", "M"]


def test_one_network_as_json_has_its_layers(capsys):
    assert main(["architectures", "--network", "resnet18", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["networks"]
    assert (found["parameters"], found["macs"]) == (11_689_512, 1_814_073_344)
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]
    assert found["parent"] == "vgg11"
    assert found["provenance"]["kind"] == "recorded run"


def test_an_unknown_network_is_refused_in_a_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(["architectures", "--network", "lenet"])
    assert end.value.code == 2
    assert "choose alexnet, vgg11" in capsys.readouterr().err
