"""The page on sweeps without a browser: what it opens with, nonsense, refusals."""

import json

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def sweep(open_page):
    """The page with these parameters."""

    def _open(**params):
        at = open_page("pages/site.py")
        for name, value in params.items():
            at.query_params[name] = value
        at = at.switch_page("train/sweep.py").run()
        assert [e.value for e in at.exception] == []
        return at

    return _open


def text(at):
    return "\n".join([m.value for m in at.markdown] + [c.value for c in at.caption])


def start(at):
    return next(b for b in at.button if b.label == "Run it here")


def test_it_opens_with_a_recorded_sweep_its_verdict_and_the_price_of_ones_own(sweep):
    at = sweep()
    assert "recorded run" in text(at)
    assert "the test accuracy changes by" in text(at)
    assert "n = 5 pairs" in text(at)
    assert "40 runs, about" in text(at)
    assert "{" not in text(at)
    assert not start(at).disabled


def test_another_sweep_has_no_number_before_it_ran(sweep):
    at = sweep(rows="learning rate", rate="0.1, 0.3", columns="batch size", batch="16, 64")
    assert "Nothing has run yet. Each of the 4 cells" in text(at)
    assert "20 runs, about" in text(at)


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"layers": "nonsense"}, "write whole numbers"),
        ({"layers": "4, 99999"}, "from 1 to 64"),
        ({"network": "CNN", "layers": "7"}, "this CNN can have 6, 8, 10"),
        ({"layers": "3,4,5,6,7,8,9,10,11,12,13", "seeds": "10 seeds"}, "at most 64 cells"),
        ({"layers": "3,4,5", "spec": "{nonsense"}, "The link names no network"),
        ({"run": 32 * "0"}, "No such run"),
        ({"spec": '{"data": {"name": "folder", "folder": "/etc"}}'}, "reads no folders"),
    ],
)
def test_nonsense_is_one_line(sweep, params, line):
    at = sweep(**params)
    assert any(line in w.value.replace("\\", "") for w in at.warning)


def test_a_network_of_a_link_can_be_swept(sweep):
    at = sweep(
        spec=json.dumps({"family": "mlp", "depth": 2, "in_channels": 1}),
        network="that of the link",
        layers="4, 8",
        seeds="1 seed",
    )
    assert "4 runs, about" in text(at)


def test_a_shared_machine_says_its_limit_before_the_click(sweep, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    at = sweep(layers="3, 4, 5, 6, 7")
    assert start(at).disabled
    assert any("40 at a time here" in w.value for w in at.warning)
