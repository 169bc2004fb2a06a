"""Watching runs as people do: a real server, a real worker, a real Chromium."""

import hashlib
import io
import re
import time
import uuid

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    DARK,
    PHONE,
    PROJECTOR,
    in_the_address_bar,
    red_boxes,
    reload,
    sideways_overflow,
    visit,
    wait_until_idle,
)
from viz_models.figures import theme
from viz_models.records import ENDED, Arm, Budget, DigitsNetSpec, ExperimentSpec, RunSpec
from viz_models.runs import client

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SMALL = DigitsNetSpec(widths=(8,))
PATIENCE = 90_000  # ms, for a worker that must import torch first on a machine with other work


def start(seconds, arms=("a",), seeds=(0,), name="", owner="local"):
    """A real run through the real dispatcher; its experiment."""
    run = RunSpec(
        model=SMALL,
        budget=Budget(amount=seconds, unit="seconds"),
        evaluations=min(100, int(10 * seconds)),
        moments=4,
        device="cpu",
    )
    spec = ExperimentSpec(name=name, arms=tuple(Arm(label=a, run=run) for a in arms), seeds=seeds)
    return client.start(owner, spec, uuid.uuid4().hex)


@pytest.fixture
def long_run():
    """A run that goes on for longer than the test."""
    experiment = start(120, name="a long one")
    yield experiment
    client.store().cancel(None, experiment.id)
    end(experiment.id)


def end(id):
    deadline = time.monotonic() + PATIENCE / 1000
    while any(run.state not in ENDED for run in client.experiment(id).runs):
        assert time.monotonic() < deadline, client.experiment(id).runs
        time.sleep(0.1)
    return client.experiment(id)


@pytest.fixture(scope="module")
def finished():
    """Two experiments that have ended, one of them with two arms."""
    made = [start(1.5, ("x", "y"), (0, 1), "two arms"), start(1.5, ("z",), name="one arm")]
    return [end(each.id) for each in made]


def chart(page: Page):
    return page.get_by_test_id("stEChartsChart").first.locator("canvas")


def curve(page: Page, arm=0) -> np.ndarray:
    """Where the canvas has the color of an arm: (x, y) of its pixels, from left to right."""
    picture = Image.open(io.BytesIO(chart(page).screenshot())).convert("RGB")
    pixels = np.asarray(picture).astype(int)
    ink = np.array(theme.rgb(theme.LIGHT.categorical[arm]))
    y, x = np.nonzero((np.abs(pixels - ink) < 12).all(axis=2))
    return np.stack([x, y], axis=1)[np.argsort(x)]


def told(page: Page) -> float:
    """The share that stands in the line below the chart."""
    text = page.get_by_test_id("stProgress").inner_text()
    return float(re.search(r"([\d.]+) %", text)[1])


def scroll_down(page: Page):
    """To what is drawn only when somebody looks."""
    page.get_by_text("Inside a run").hover()
    page.mouse.wheel(0, 500)
    expect(page.locator(".st-key-confusion")).to_be_visible(timeout=30_000)


def until_it_runs(page: Page):
    expect(page.get_by_test_id("stProgress")).to_contain_text("samples/s", timeout=PATIENCE)


def test_the_curve_grows_without_a_flicker_and_a_reload_keeps_it(server, page, long_run):
    visit(page, f"{server.url}/runs?run={long_run.id}")
    until_it_runs(page)
    page.wait_for_function("() => document.querySelector('canvas')")
    chart(page).evaluate("canvas => { canvas.dataset.mark = 'the same' }")
    share = told(page)
    inks = []
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        inks.append(len(curve(page)))
    assert min(inks) > 0, "a frame without the curve"
    assert chart(page).get_attribute("data-mark") == "the same", "mounted anew"
    expect(page.get_by_test_id("stProgress")).not_to_contain_text(f" {share:.0f} %")
    after = told(page)
    assert after > share
    assert len(set(inks)) > 1, "the same picture all the time"
    reload(page)
    until_it_runs(page)
    assert in_the_address_bar(page)["run"] == long_run.id
    assert told(page) >= after
    assert len(curve(page)) > 0
    assert red_boxes(page) == []


def test_a_second_person_sees_the_same_and_a_cancel_by_one_shows_for_both(
    server, page, new_page, long_run
):
    other = new_page()
    for each in (page, other):
        visit(each, f"{server.url}/runs?run={long_run.id}")
        until_it_runs(each)
    assert abs(told(page) - told(other)) <= 10
    page.get_by_role("button", name="Cancel").click()
    for each in (page, other):
        expect(each.get_by_test_id("stProgress")).to_contain_text("cancelled", timeout=15_000)
        expect(each.get_by_role("button", name="Cancel")).to_have_count(0)
        expect(each.get_by_role("button", name="Resume")).to_have_count(0)
        assert len(curve(each)) > 0  # it stays as far as it came
    assert client.experiment(long_run.id).runs[0].state == "cancelled"


def test_two_experiments_are_laid_over_each_other_by_ticking(server, page, finished):
    two, one = finished
    visit(page, f"{server.url}/runs?run={two.id}")
    assert len(curve(page, 0)) > 0
    assert len(curve(page, 1)) > 0
    assert len(curve(page, 2)) < 20  # where lines cross
    page.get_by_text("one arm", exact=True).click()
    expect(page).to_have_url(re.compile(one.id))
    wait_until_idle(page)
    assert len(curve(page, 2)) > 100
    reload(page)
    assert len(curve(page, 2)) > 100
    page.go_back()
    assert red_boxes(page) == []


def test_inside_a_run_a_cell_of_the_confusion_matrix_shows_its_images(server, page, finished):
    visit(page, f"{server.url}/runs?run={finished[1].id}")
    scroll_down(page)
    matrix = page.locator(".st-key-confusion canvas").first
    matrix.scroll_into_view_if_needed(timeout=20_000)
    wait_until_idle(page)
    expect(page.get_by_text("Surest mistakes")).to_be_visible()
    box = page.locator(".st-key-confusion [data-testid=tiles]").bounding_box() or {}
    assert box
    matrix.click(position={"x": 30, "y": 30})
    wait_until_idle(page)
    assert "confused" in in_the_address_bar(page)
    scrubber = page.get_by_test_id("scrubber")
    assert scrubber.locator(".stop").count() == 4
    scrubber.locator(".stop").first.click()
    wait_until_idle(page)
    assert in_the_address_bar(page)["moment"] == "0"
    expect(page.get_by_text("Not tested up to this moment.")).to_be_visible()
    assert red_boxes(page) == []


@pytest.mark.parametrize(
    "page", [DARK, PHONE, PROJECTOR], indirect=True, ids=["dark", "phone", "projector"]
)
def test_the_page_fits_every_screen(server, page, finished):
    large = "&present=true" if page.viewport_size["width"] == 1920 else ""
    visit(page, f"{server.url}/runs?run={finished[0].id}{large}")
    scroll_down(page)
    wait_until_idle(page)
    assert red_boxes(page) == []
    assert sideways_overflow(page) == 0


def test_what_no_id_can_be_is_one_line_and_no_markup(server, page):
    visit(page, f"{server.url}/runs?run=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.get_by_text("No such run")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


@pytest.fixture
def hosted(monkeypatch):
    """Before the server starts: strangers share it."""
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")


def test_on_a_host_nobody_touches_the_runs_of_others(hosted, fresh_server, new_page):
    mine, theirs = new_page(), new_page()
    for each in (mine, theirs):
        visit(each, f"{fresh_server.url}/runs")
        expect(each.get_by_text("No runs yet")).to_be_visible()
    (cookie,) = [c for c in mine.context.cookies() if c["name"] == "owner"]
    assert cookie["httpOnly"]
    assert mine.evaluate("document.cookie").find("owner") == -1
    name, _, _ = cookie["value"].partition(".")  # what follows is the server's signature
    name = hashlib.sha256(name.encode()).hexdigest()[:32]
    experiment = start(60, name="mine alone", owner=name)
    try:
        reload(mine)
        until_it_runs(mine)
        visit(theirs, f"{fresh_server.url}/runs?run={experiment.id}")
        until_it_runs(theirs)  # a link shows it
        expect(theirs.get_by_role("button", name="Cancel")).to_have_count(0)
        expect(theirs.get_by_text("Somebody else's")).to_be_visible()
        expect(theirs.get_by_role("checkbox")).to_have_count(0)
        mine.get_by_role("button", name="Cancel").click()
        expect(theirs.get_by_test_id("stProgress")).to_contain_text("cancelled", timeout=15_000)
    finally:
        client.store().cancel(None, experiment.id)
        end(experiment.id)
