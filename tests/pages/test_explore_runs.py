"""A trained network of any family opens on the flow page, with its own test examples."""

import os

import pytest

from viz_models.language import pseudo
from viz_models.records import DataSpec, MlpSpec, RnnSpec, RunSpec, TransformerSpec, ZooSpec
from viz_models.records.train.experiments import Arm, Budget, ExperimentSpec
from viz_models.runs import client, files
from viz_models.training.loop import loop

pytestmark = pytest.mark.slow
NETWORKS = {
    "LSTM": (RnnSpec(cell="lstm", hidden=8), DataSpec()),
    "MLP": (MlpSpec(depth=1, width=16, in_channels=1), DataSpec()),
    "Transformer": (TransformerSpec(layers=1, size=8, patch=2, in_channels=1), DataSpec()),
    "torchvision": (ZooSpec(name="resnet18"), DataSpec(size=32)),
}


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """The id of a run that has ended, with its weights in the store."""
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))
    monkeypatch.setattr(client, "ready", lambda: None)  # nobody else computes
    client._opened.cache_clear()

    def made(model, data):
        run = RunSpec(model=model, data=data, budget=Budget(amount=1, unit="steps"))
        spec = ExperimentSpec(arms=(Arm(label="", run=run),))
        store = client.store()
        (stored,) = store.submit("local", spec, os.urandom(8).hex()).runs
        job = store.work.claim()
        session = loop.Session(run)
        store.work.push(job.run, job.attempt, list(session.records()), 1.0)
        files.save_checkpoint(store.folder, job.run, 1, session.checkpoint().files())
        store.work.end(job.run, job.attempt, "finished")
        return stored.id

    yield made
    client._opened.cache_clear()


@pytest.mark.parametrize(("model", "data"), NETWORKS.values(), ids=NETWORKS)
def test_a_trained_network_opens_on_the_flow_page(open_page, trained, model, data):
    at = open_page("pages/site.py")
    at.query_params["run"] = trained(model, data)
    at = at.switch_page("flow/tensor_flow.py").run()
    assert [e.value for e in at.exception] == []
    assert [w.value for w in at.warning if "instead" in w.value] == []
    assert [s.label for s in at.selectbox if s.key == "example"] == ["Example"]


@pytest.mark.parametrize(
    ("spoken", "called"),
    [("en", "Test example 0, “"), (pseudo.NAME, pseudo.marked("test example"))],
)
def test_the_answer_names_the_example_in_the_readers_language(open_page, trained, spoken, called):
    at = open_page("pages/site.py")
    at.query_params["run"] = trained(*NETWORKS["MLP"])
    at.query_params["lang"] = spoken
    at = at.switch_page("flow/tensor_flow.py").run()
    assert [e.value for e in at.exception] == []
    said = [c.value for c in at.caption]
    assert any(called.removesuffix(" !!]") in text for text in said), said


def test_a_long_recurrent_network_says_why_it_does_not(open_page, trained):
    at = open_page("pages/site.py")
    at.query_params["run"] = trained(
        RnnSpec(layers=8, hidden=8, bidirectional=True, size=16), DataSpec(size=16)
    )
    at = at.switch_page("flow/tensor_flow.py").run()
    assert [e.value for e in at.exception] == []
    assert any("256 steps in time" in w.value for w in at.warning)
