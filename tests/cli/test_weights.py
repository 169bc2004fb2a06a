import pytest

from viz_models.__main__ import main


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path / "home"))  # pages open with what is here
    monkeypatch.setenv("FORWARD_PASS_MIRROR", "http://127.0.0.1:9")  # nobody answers there
    return tmp_path


def test_without_a_network_one_line_says_so(capsys):
    with pytest.raises(SystemExit) as end:
        main(["weights", "fetch", "alexnet"])
    assert end.value.code == 3
    assert "alexnet: 127.0.0.1 cannot be reached" in capsys.readouterr().err


def test_what_is_here_is_not_fetched_again(capsys, empty_cache):
    folder = empty_cache / "hub/checkpoints"
    folder.mkdir(parents=True)
    (folder / "resnet18-f37072fd.pth").write_bytes(bytes(3 << 20))
    assert main(["weights", "fetch", "resnet18"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["resnet18", "3", "MiB"]
    assert main(["weights", "list"]) == 0
    assert "vit_b_16     not here" in capsys.readouterr().out


def test_an_unknown_name_is_refused_in_a_line(capsys):
    with pytest.raises(SystemExit) as end:
        main(["weights", "fetch", "resnet19"])
    assert end.value.code == 2
    assert "unknown model 'resnet19'" in capsys.readouterr().err
