"""The diagram in a real browser: choosing, walking, folding, saving."""

import xml.etree.ElementTree as ET

import pytest

from tests.e2e.browser import PHONE, in_the_address_bar, sideways_overflow, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def diagram(page, server, step="layer2.0.add"):
    """The flow page with that step chosen."""
    visit(page, f"{server.url}/flow?step={step}")
    found = page.get_by_test_id("flow")
    found.wait_for()
    return found


def where(found):
    """The chosen step and the group that is folded open."""
    return found.get_attribute("data-step"), found.get_attribute("data-open")


def box(found, step):
    return found.locator(f'[data-step-name="{step}"]')


def test_a_step_inside_a_block_opens_it_and_shows_its_projection(page, server):
    found = diagram(page, server)
    assert where(found) == ("layer2.0.add", "layer2.0")
    add, projection = box(found, "layer2.0.add"), box(found, "layer2.0.downsample.0")
    branch = box(found, "layer2.0.conv1")
    assert add.get_attribute("aria-selected") == "true"
    assert (
        projection.locator(".front").bounding_box()["y"]
        < branch.locator(".front").bounding_box()["y"]
    )
    assert found.locator("path.skip.dashed").count() == 3  # where layers 2, 3 and 4 begin


def test_keys_walk_and_fold_and_the_address_follows(page, server):
    found = diagram(page, server)
    page.keyboard.press("ArrowRight")
    assert where(found) == ("layer2.0.relu_1", "layer2.0")
    page.keyboard.press("ArrowRight")
    assert where(found) == ("layer2.1.conv1", "layer2.1")
    wait_until_idle(page)
    assert in_the_address_bar(page)["step"] == "layer2.1.conv1"
    page.keyboard.press("End")
    assert where(found)[0] == "fc"
    page.keyboard.press("Home")
    assert where(found) == ("input", "")
    wait_until_idle(page)
    assert "step" not in in_the_address_bar(page)  # the page opens with it


def test_a_held_key_shows_every_step_and_ends_where_it_was_let_go(page, server):
    found = diagram(page, server, "input")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert found.locator(".count").text_content() == "30 / 69"
    wait_until_idle(page)
    last = where(found)[0]
    assert found.locator(".name").text_content() == last
    assert in_the_address_bar(page)["step"] == last


def test_a_click_on_a_folded_block_chooses_its_output_and_a_double_click_opens_it(page, server):
    found = diagram(page, server, "input")
    block = box(found, "layer1.0.relu_1").locator(".front")
    block.click()
    assert where(found)[0] == "layer1.0.relu_1"
    assert where(found)[1] != "layer1.0"
    block.dblclick()
    assert where(found) == ("layer1.0.relu_1", "layer1.0")
    found.locator(".title .label").click()
    assert where(found) == ("layer1.0.relu_1", "")


def test_play_walks_on_and_stops_when_told(page, server):
    found = diagram(page, server, "input")
    found.get_by_role("button", name="Play").click()
    page.wait_for_url(lambda url: "step=input" not in url, timeout=5000)
    found.get_by_role("button", name="Pause").click()
    stopped = where(found)[0]
    page.wait_for_timeout(1200)  # longer than one beat
    assert where(found)[0] == stopped != "input"


def test_the_saved_picture_stands_alone(page, server):
    found = diagram(page, server)
    found.hover()
    with page.expect_download() as download:
        found.get_by_role("button", name="Save the diagram").click()
    assert download.value.suggested_filename == "flow-layer2.0.add.svg"
    root = ET.parse(download.value.path()).getroot()
    images = root.findall(".//{http://www.w3.org/2000/svg}image")
    assert len(images) == len(found.locator(".box").all())
    assert all(i.get("href").startswith("data:image/png") for i in images)
    text = download.value.path().read_text(encoding="utf-8")
    assert "var(--" not in text
    assert "color(srgb" not in text


def test_a_diagram_that_is_gone_hears_no_keys(page, server):
    diagram(page, server)
    page.get_by_test_id("stTopNavLink").get_by_text("Explore").click()
    wait_until_idle(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert "step" not in in_the_address_bar(page)  # home has a diagram with a parameter of its own


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_phone_scrolls_the_stage_and_never_the_page(page, server):
    found = diagram(page, server)
    assert sideways_overflow(page) == 0
    chosen = box(found, "layer2.0.add").locator(".front").bounding_box()
    assert 0 <= chosen["x"] <= PHONE.width - chosen["width"]


def test_a_diagram_that_is_called_again_stands_where_it_stood(page, server):
    """Streamlit may take an instrument down and call it again with what Python sent last."""
    found = diagram(page, server, "input")
    found.evaluate(  # in one go, so that nobody has heard of the step yet
        """root => {
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
          root.flow.close();
        }"""
    )
    page.get_by_label("Tint of the boxes", exact=True).click()
    page.get_by_role("option").nth(1).click()
    wait_until_idle(page)
    assert where(found)[0] == "conv1"
    assert in_the_address_bar(page)["step"] == "conv1"
