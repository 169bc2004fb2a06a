"""The lesson on freezing as people use it: a real server, a real Chromium."""

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


def test_eval_mode_stops_what_requires_grad_does_not(server, page):
    visit(page, f"{server.url}/freeze")
    trap = card(page, "head only, 50 examples")
    assert not line(trap, "tensors that no optimizer trains").startswith("0 of")
    page.get_by_role("radio", name="head only, blocks in eval()").click()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"train": "head_eval"}
    shut = card(page, "head only, blocks in eval(), 50 examples")
    assert line(shut, "tensors that no optimizer trains").startswith("0 of")
    reload(page)
    expect(page.get_by_text("running_mean stays").first).to_be_visible()


def test_one_seed_is_trained_here_and_opened_tensor_by_tensor(fresh_server, page):
    visit(page, f"{fresh_server.url}/freeze?n=200")
    page.get_by_role("button", name="Run it here").click()
    numbers = card(page, "measured now · seed 5")
    expect(numbers).to_be_visible(timeout=180_000)
    assert line(numbers, "old classes, old head").count(" %") == 2
    expect(page.get_by_text("seed 5 · measured now").first).to_be_visible()
    wait_until_idle(page)
    assert red_boxes(page) == []
