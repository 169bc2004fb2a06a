"""The HTML file of any network, opened from the disk in a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.analysis.anynet import zoo
from viz_models import trace

pytestmark = pytest.mark.e2e


def test_the_file_folds_searches_and_opens_a_step(page, tmp_path):
    net, args, kwargs = zoo._torchvision("resnet18", "classification")
    trace(net, *args, **kwargs).html(tmp_path / "net.html")
    page.goto((tmp_path / "net.html").as_uri())
    expect(page.get_by_text("bit-exact")).to_be_visible()
    expect(page.locator(".diagram .group")).not_to_have_count(0)
    assert page.locator(".diagram .box").count() < 30
    page.get_by_label("Search steps").fill("layer2 add")
    expect(page.get_by_text("2 of 70 steps")).to_be_visible()
    page.get_by_role("button", name="layer2.0.add", exact=True).click()
    expect(page.locator(".detail h3")).to_have_text("layer2.0.add")
    expect(page.locator(".detail code")).to_have_text("add(layer2.0.bn2, layer2.0.downsample.1)")
    page.locator(".detail").get_by_role("button", name="layer2.0.downsample.1").click()
    expect(page.locator(".detail h3")).to_have_text("layer2.0.downsample.1")


def test_a_thousand_steps_of_one_module_fold_into_runs(page, tmp_path):
    """What an SSD does with its boxes belongs to no module: 1,300 calls in one forward."""
    net, args, kwargs = zoo._torchvision("ssdlite320_mobilenet_v3_large", "detection")
    found = trace(net, *args, **kwargs)
    found.html(tmp_path / "net.html")
    page.goto((tmp_path / "net.html").as_uri())
    boxes = page.locator(".diagram .box")
    assert 5 < boxes.count() <= 20
    run = page.locator(".diagram .group", has_text="…").last
    expect(run).to_be_visible()
    before = boxes.count()
    run.click()
    assert before < boxes.count() < before + 20
    step = next(s.name for s in reversed(found.steps) if not s.path)
    page.get_by_label("Search steps").fill(step)
    page.get_by_role("button", name=step, exact=True).first.click()
    expect(page.locator(".detail h3")).to_have_text(step)
    expect(page.locator(".diagram .chosen")).to_be_visible()
    assert boxes.count() < 80
