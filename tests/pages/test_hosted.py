"""What one variable, FORWARD_PASS_HOSTED, must do alone."""

import shutil

import pytest
from streamlit import config

from viz_models.records import ModelRef
from viz_models.runs import client
from viz_models.runs.client import StoreError
from viz_models.ui.kit import errors, fetching
from viz_models.ui.results.attention import patches
from viz_models.ui.results.flow import tensor_flow


@pytest.fixture
def hosted(monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")


@pytest.fixture
def details():
    kept = config.get_option("client.showErrorDetails")
    yield lambda: config.get_option("client.showErrorDetails")
    config.set_option("client.showErrorDetails", kept)


def test_strangers_see_the_number_of_an_error_and_the_log_has_the_rest(hosted, monkeypatch, capsys):
    said = []
    monkeypatch.setattr(errors.st, "error", lambda line, **_: said.append(line))
    assert errors.told(KeyError("/home/teacher/secret")) is True
    (line,) = said
    assert "secret" not in line
    log = capsys.readouterr().err
    assert "/home/teacher/secret" in log
    assert log.split()[1] in line


def test_on_ones_own_machine_an_error_is_shown_in_full():
    assert errors.told(KeyError("a")) is False


@pytest.mark.parametrize(("value", "shown"), [("1", "none"), ("", "full")])
def test_tracebacks_are_hidden_where_strangers_share(monkeypatch, details, value, shown):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", value)
    config.set_option("client.showErrorDetails", "full")
    errors.hide_from_strangers()
    assert details() == shown


def test_a_stranger_cannot_make_the_server_fetch_weights(hosted, monkeypatch):
    def forbidden(*_):
        raise AssertionError("something was fetched")

    monkeypatch.setattr("viz_models.models.download.urlopen", forbidden)
    with pytest.raises(OSError, match="fetches nothing for visitors"):
        next(patches.fetch_vit())
    with pytest.raises(OSError, match="fetches nothing for visitors"):
        next(tensor_flow.fetch_weights(ModelRef(name="vgg11", weights="imagenet")))


@pytest.mark.slow
def test_a_host_offers_no_download_of_weights(hosted, open_page, monkeypatch):
    monkeypatch.setattr(tensor_flow, "weights_are_here", lambda _: False)
    at = open_page("pages/site.py")
    at.query_params["model"], at.query_params["weights"] = "vgg11", "imagenet"
    at = at.switch_page("flow/tensor_flow.py").run()
    assert [e.value for e in at.exception] == []
    assert fetching.REFUSED in [c.value for c in at.caption]
    assert not any(b.label.startswith("Download") for b in at.button)


@pytest.fixture
def told(monkeypatch):
    said = []
    monkeypatch.setattr(errors.st, "error", lambda line, **_: said.append(line.replace("\\", "")))
    return said


@pytest.mark.parametrize("value", ["1", ""])
def test_a_data_folder_that_cannot_be_used_is_one_line(monkeypatch, tmp_path, told, value):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", value)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(OSError, match="home") as trouble:
        client.store().experiments(None)
    assert errors.told(trouble.value) is True
    (line,) = told
    assert "The folder of runs cannot be used" in line
    assert str(tmp_path) not in line


def test_a_database_that_is_gone_is_one_line(monkeypatch, tmp_path, told):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    store = client.store()
    store.close()
    shutil.rmtree(tmp_path)
    with pytest.raises(StoreError) as trouble:
        store.experiments(None)
    assert errors.told(trouble.value) is True
    assert told[0].startswith("Runs cannot be read or kept just now: the run store does not answer")


def test_another_error_of_a_file_is_no_error_of_the_data_folder(told):
    assert errors.told(FileNotFoundError(2, "No such file", "/somewhere/else")) is False
    assert told == []
