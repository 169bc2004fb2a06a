"""The lesson on regularization as people use it: a real server, a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit, wait_until_idle

pytestmark = pytest.mark.e2e


def test_a_method_is_chosen_and_one_seed_is_trained_here(server, page):
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


def test_a_link_trains_a_seed_and_nonsense_falls_back(server, page):
    visit(page, f"{server.url}/regularize?how=L2&l2=0.01&seeds=train%20seed%208%20now")
    assert line(card(page, "L2 (λ = 0.01)"), "one seed") == "no verdict"
    visit(page, f"{server.url}/regularize?how=nonsense&l1=17&seeds=never")
    assert " ± " in line(card(page, "L1 (λ = 0.0003)"), "paired by seed")
