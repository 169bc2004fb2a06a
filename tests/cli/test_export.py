import json

import pytest

from tests.alone import printed_alone
from viz_models.__main__ import main
from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.specs import to_json
from viz_models.records import ConvSpec


@pytest.fixture
def exported(capsys):
    def _exported(*arguments):
        assert main(["export", *arguments]) == 0
        return capsys.readouterr().out

    return _exported


def test_the_file_runs_alone(exported, tmp_path):
    (tmp_path / "net.py").write_text(exported("--preset", "lenet5"))
    said = printed_alone(tmp_path / "net.py")
    assert said == "61,706 parameters\n(2, 10)\n"


def test_a_spec_from_a_file(exported, tmp_path):
    spec = ConvSpec(depths=(3,), widths=(8,), norm="group")
    (tmp_path / "spec.json").write_text(json.dumps(to_json(spec)))
    text = exported("--spec", str(tmp_path / "spec.json"))
    assert "nn.GroupNorm(4, channels)" in text
    assert text.startswith('"""A network from the builder in plain PyTorch.')


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_compiles(exported, name):
    text = exported("--preset", name)
    compile(text, name, "exec")
    assert "def make_model() -> nn.Module:" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--preset", "resnet19"], "unknown preset 'resnet19'"),
        (["--spec", "nowhere.json"], "no such file: nowhere.json"),
        ([], "one of the arguments --preset --spec is required"),
    ],
)
def test_bad_input(arguments, says, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", *arguments])
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
