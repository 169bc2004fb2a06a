"""The demo while it learned, drawn from a small recording made up here."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from viz_models.figures.flow import learned as figures
from viz_models.records import ImageRef, ModelRef, Provenance
from viz_models.records.flow.learned import DemoMoment, DemoMoments, DemoStep, encoded
from viz_models.ui.instruments.tiles import limits_of
from viz_models.ui.kit import words
from viz_models.ui.panels.flow import learned as panel

RNG = np.random.default_rng(0)
FILTERS = RNG.normal(size=(2, 64, 3, 7, 7)).astype(np.float32)
MAPS = RNG.normal(size=(2, 8, 5, 6)).astype(np.float32)
SCORES = np.array([[0, 3], [2, -1]], np.float32)


@pytest.fixture
def record():
    codes, limits = encoded(FILTERS, axes=(1, 2, 3, 4))
    map_codes, map_limits = encoded(MAPS, axes=(2, 3))
    channels = (9, 4, 1, 0, 7, 3, 2, 8)
    return DemoMoments(
        photo=ImageRef(),
        shows="cat",
        classes=("cat", "dog"),
        tested=500,
        moments=(
            DemoMoment(step=1, samples=125, size=48, accuracy=0.1, probabilities=(0.25, 0.75)),
            DemoMoment(step=1400, samples=175_000, size=64, accuracy=0.9, probabilities=(0.9, 0.1)),
        ),
        chosen_after=175_000,
        steps=(
            DemoStep(
                name="conv1", channels=channels, values=map_codes, limits=map_limits, pooled=4
            ),
            DemoStep(name="fc", channels=(0, 1), values=SCORES, limits=None),
        ),
        filter_codes=codes,
        filter_limits=limits,
        provenance=Provenance(kind="recorded run", seed=0, date="2026-01-02"),
    )


def page():
    import streamlit as st

    from viz_models.records import ModelRef
    from viz_models.ui.kit import state, words
    from viz_models.ui.panels.flow import learned as flow_learned

    state.enter("flow")
    text = words.sections("pages/flow/tensor_flow.py")
    flow_learned._panel(ModelRef(), st.session_state.get("name", "conv1"), text)


def opened(monkeypatch, record, name="conv1", **query):
    monkeypatch.setattr(panel, "found", lambda model: record)
    at = AppTest.from_function(page)
    at.session_state["name"] = name
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def scrubber(at):
    """What the line of moments, the first instrument, was told."""
    return json.loads(at.get("bidi_component")[0].proto.json)


@pytest.mark.parametrize(("moment", "chosen"), [(None, 1), ("0", 0), ("2", 1), ("x", 1)])
def test_the_address_says_which_moment(monkeypatch, record, moment, chosen):
    at = opened(monkeypatch, record, **({"moment": moment} if moment else {}))
    assert not at.exception
    line = scrubber(at)
    assert (line["start"], line["labels"]) == (chosen, ["125", "175 k"])
    assert line["said"] == ["guesses dog 75.0 %", "guesses cat 90.0 %"]
    assert line["everywhere"] is False  # arrow keys of the page walk through the steps


def test_captions_name_maps_photo_and_where_it_is_from(monkeypatch, record):
    said = " ".join(c.value for c in opened(monkeypatch, record).caption)
    assert "Maps 9, 4, 1, 0, 7, 3, 2, 8 of conv1 for the photo of the cat" in said
    assert "those that varied most after 175,000 pictures" in said
    assert "500 test pictures" in said
    assert "recorded run · 2026-01-02" in said
    assert "{" not in said


def test_the_photo_itself_did_not_change(monkeypatch, record):
    at = opened(monkeypatch, record, "input")
    assert not at.exception
    assert any("same at every moment" in c.value for c in at.caption)


def test_maps_are_those_of_the_moment(record):
    group = panel.maps(record, record.step("conv1"), 0)
    span = MAPS[0].max((1, 2)) - MAPS[0].min((1, 2))
    worst = np.abs(group.values - MAPS[0]).max((1, 2))
    assert (worst <= span / 510 * 1.001).all()
    assert group.indices == record.step("conv1").channels
    assert limits_of(group) == pytest.approx((-np.abs(MAPS[0]).max(), np.abs(MAPS[0]).max()))


def test_scores_have_the_names_of_their_classes(record):
    group = panel.maps(record, record.step("fc"), 1)
    assert group.row_labels == ("cat", "dog")
    assert group.row_margins == (("2", "−1"),)
    np.testing.assert_array_equal(group.values.ravel(), SCORES[1])


def test_only_the_demo_has_a_past():
    assert panel.found(ModelRef()) is None
    assert panel.found(ModelRef(weights="imagenet")) is None


def test_the_prose_is_there():
    names = {f"While it learned, {part}" for part in ("maps", "vector", "no step", "recorded")}
    assert names | {"While it learned"} <= words.sections("pages/flow/tensor_flow.py").keys()


def test_a_filter_is_a_picture_where_gray_is_zero():
    filters = np.zeros((9, 3, 2, 2), np.float32)
    filters[1, 0] = 2  # red
    sheet, full = figures.mosaic(filters)
    assert full == 2
    assert sheet.shape == (9, 39, 3)  # two rows of filters, eight columns
    assert sheet[0, 0].tolist() in ([127] * 3, [128] * 3)
    red, green, blue = sheet[0, 5].tolist()
    assert red == 255
    assert {green, blue} <= {127, 128}
    assert (sheet[-1, -1] == 255).all()  # the ground, where there is no filter


def test_the_chart_tells_shares_and_marks_the_moment(record):
    option = figures.course(record, panel.stops(record), 1)
    assert [line["data"] for line in option["series"]] == [[25, 90], [10, 90]]
    assert option["series"][0]["markLine"]["data"] == [{"xAxis": 1}]
