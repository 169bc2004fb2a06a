"""The lesson on regularization as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import (
    card,
    in_the_address_bar,
    line,
    red_boxes,
    reload,
    visit,
    wait_until_idle,
)

pytestmark = pytest.mark.e2e


def test_a_method_is_chosen(server, page):
    visit(page, f"{server.url}/regularize")
    numbers = card(page, "L1 (λ = 0.0003)")
    assert " ± " in line(numbers, "paired by seed")
    page.get_by_role("radio", name="mirror").click()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"how": "mirror"}
    numbers = card(page, "mirror (share of images = 0.5)")
    assert line(numbers, "paired by seed").startswith("−")
    reload(page)
    expect(page.get_by_text("mirror (share of images = 0.5)").first).to_be_visible()
    assert line(card(page, "weight_decay against L2 in the loss"), "torch.optim.SGD")


def test_one_seed_is_trained_here_and_a_link_opens_it(fresh_server, page):
    visit(page, f"{fresh_server.url}/regularize?how=L2&l2=0.01")
    page.get_by_role("button", name="Run it here").click()
    numbers = card(page, "Seed 8, without → with it")
    expect(numbers).to_be_visible(timeout=180_000)
    assert line(numbers, "one seed") == "no verdict"
    kept = line(numbers, "test accuracy")
    reload(page)
    assert line(card(page, "Seed 8, without → with it"), "test accuracy") == kept
    run = in_the_address_bar(page)["run"]
    visit(page, f"{fresh_server.url}/runs?run={run}")
    page.get_by_role("link", name="Open it on the page of its lesson").click()
    assert line(card(page, "Seed 8, without → with it"), "test accuracy") == kept
    assert in_the_address_bar(page) == {"how": "l2", "run": run}  # 0.01 is where the slider begins
    page.get_by_role("radio", name="L1").click()  # the run is of another method
    expect(page.get_by_role("button", name="Run it here")).to_be_visible()
    wait_until_idle(page)
    assert red_boxes(page) == []


def test_nonsense_falls_back(server, page):
    visit(page, f"{server.url}/regularize?how=nonsense&l1=17&seeds=train%20seed%208%20now")
    assert " ± " in line(card(page, "L1 (λ = 0.0003)"), "paired by seed")
