"""Any network of torchvision's on the flow page: choosing one, fetching weights, a refusal."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import (
    PHONE,
    in_the_address_bar,
    red_boxes,
    sideways_overflow,
    visit,
    wait_until_idle,
)
from tests.e2e.conftest import running_server

pytestmark = pytest.mark.e2e
SETTLED = 90_000  # ms


def test_a_network_is_chosen_by_typing_and_its_steps_open(server, page):
    visit(page, f"{server.url}/flow", timeout_ms=SETTLED)
    box = page.get_by_role("combobox", name="Network")
    box.click()
    box.fill("densenet121")
    page.keyboard.press("Enter")
    wait_until_idle(page, timeout_ms=SETTLED)
    flow = page.get_by_test_id("flow")
    assert flow.get_attribute("data-step") == "input"  # every network opens at the photo
    visit(
        page,
        f"{server.url}/flow?model=densenet121&step=features.denseblock1.denselayer2.cat",
        timeout_ms=SETTLED,
    )
    expect(page.locator("h1")).to_have_text("What does a dense block keep?", timeout=SETTLED)
    assert flow.get_attribute("data-step") == "features.denseblock1.denselayer2.cat"
    assert in_the_address_bar(page)["model"] == "densenet121"
    # four blocks of 58 layers are folded; the layers of the block in question are seen
    groups = flow.locator(".box").evaluate_all("all => all.map(b => b.dataset.group)")
    assert "features.denseblock1.denselayer6" in groups
    assert {"features.denseblock2.*", "features.denseblock4.*"} <= set(groups)
    assert len(groups) < 40
    expect(page.get_by_text("64 + 32 = 96 maps")).to_be_visible()
    flow.locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    wait_until_idle(page, timeout_ms=SETTLED)
    assert flow.get_attribute("data-step") == "features.denseblock1.denselayer2.norm1"
    expect(page.get_by_text("equals torch").first).to_be_visible()
    assert red_boxes(page) == []


def test_a_folded_stage_opens_and_closes(server, page):
    visit(page, f"{server.url}/flow?model=densenet121", timeout_ms=SETTLED)
    flow = page.get_by_test_id("flow")
    flow.locator('[data-group="features.denseblock2.*"] .fold').click()
    expect(flow).to_have_attribute("data-open", "features.denseblock2.*")
    expect(flow.locator('[data-group="features.denseblock2.denselayer12"]')).to_have_count(1)
    flow.locator(".title .label").click()
    expect(flow).to_have_attribute("data-open", "")
    expect(flow.locator('[data-group="features.denseblock2.denselayer12"]')).to_have_count(0)


@pytest.mark.parametrize(
    ("model", "step"),
    [
        ("googlenet", "inception3a.cat"),
        ("shufflenet_v2_x1_0", "stage2.0.cat"),
        ("vit_b_16", "encoder.layers.encoder_layer_0.self_attention"),
        ("swin_t", "features.1.0.attn.shifted_window_attention"),
        ("mobilenet_v3_small", "features.1.block.1.mul"),
    ],
)
def test_a_network_of_another_family_opens_on_its_idea(server, page, model, step):
    visit(page, f"{server.url}/flow?model={model}&step={step}", timeout_ms=SETTLED)
    assert page.get_by_test_id("flow").get_attribute("data-step") == step
    expect(page.get_by_text("total", exact=True)).to_have_count(1)
    assert red_boxes(page) == []


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_on_a_phone_only_the_diagram_scrolls(server, page):
    visit(page, f"{server.url}/flow?model=googlenet", timeout_ms=SETTLED)
    assert sideways_overflow(page) == 0


def test_weights_that_cannot_be_fetched_are_told_and_none_stand_in(page, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("FORWARD_PASS_MIRROR", "http://127.0.0.1:9")  # nobody listens there
    with running_server(tmp_path / "log.txt") as server:
        visit(page, f"{server.url}/flow?model=alexnet&weights=imagenet", timeout_ms=SETTLED)
        expect(page.get_by_text("not on this machine yet")).to_be_visible()
        assert page.get_by_test_id("flow").count() == 0
        page.get_by_role("button", name="Download").click()
        expect(page.get_by_text("127.0.0.1 cannot be reached")).to_be_visible(timeout=SETTLED)
        assert page.get_by_test_id("flow").count() == 0
        page.close()  # before the server goes


def test_a_shared_machine_refuses_and_names_what_fits(page, tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOSTED", "1")
    with running_server(tmp_path / "log.txt") as server:
        visit(page, f"{server.url}/flow?model=convnext_large", timeout_ms=SETTLED)
        expect(page.get_by_text("The nearest that fits: convnext_base")).to_be_visible()
        assert page.get_by_test_id("flow").count() == 0
        page.close()
