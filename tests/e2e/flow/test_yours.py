"""The page of any network as people use it: a real server, a real Chromium."""

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from tests.e2e.browser import card, in_the_address_bar, line, reload, visit
from tests.e2e.conftest import running_server
from viz_models.records import OpenSpec
from viz_models.records.flow.opened import VARIABLE

pytestmark = pytest.mark.e2e


def test_a_step_is_searched_opened_and_stands_in_the_link(server, page):
    visit(page, f"{server.url}/yours")
    network = page.get_by_test_id("network")
    expect(network.locator(".detail h3")).to_have_text("stem")
    network.get_by_label("Search steps").fill("block1 gate")
    network.locator(".found").get_by_role("button", name="block1.gate", exact=True).click()
    expect(network.locator(".detail h3")).to_have_text("block1.gate")
    expect(page.get_by_text("block1.gate at 0,")).to_be_visible()
    assert in_the_address_bar(page) == {"step": "block1.gate"}
    reload(page)
    expect(network.locator(".detail h3")).to_have_text("block1.gate")
    title = page.get_by_text("block1.gate at 0,").inner_text()
    assert line(card(page, title), "total")


def test_gradients_and_another_network_are_one_click_away_and_stand_in_the_link(server, page):
    visit(page, f"{server.url}/yours?step=block2.conv2")
    network = page.get_by_test_id("network")
    expect(network.locator(".detail h3")).to_have_text("block2.conv2")
    page.get_by_role("radio", name="mean").click()
    expect(network.get_by_text("loss: mean =")).to_be_visible()
    expect(network.get_by_text("gradient of the loss at each of these values")).to_be_visible()
    page.get_by_role("radio", name="its rounded weights").click()
    expect(page.get_by_text("They part at stem: values differ by")).to_be_visible()
    expect(page.get_by_text("Where the difference is largest")).to_be_visible()
    here = {"step": "block2.conv2", "loss": "mean", "beside": "bfloat16"}
    assert in_the_address_bar(page) == here
    reload(page)
    expect(page.get_by_text("They part at stem: values differ by")).to_be_visible()
    expect(network.get_by_text("loss: mean =")).to_be_visible()


MINE = """
from torch import nn


def edges():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
"""


def test_a_network_of_ones_own_sees_another_photo(tmp_path, page):
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    spec = OpenSpec(source=f"{tmp_path / 'mine.py'}:edges", photo="cat")
    with running_server(tmp_path / "log.txt", **{VARIABLE: spec.text()}) as server:
        visit(page, f"{server.url}/yours?step=input")
        detail = page.get_by_test_id("network").locator(".detail")
        before = detail.get_by_text("float32").locator("..").inner_text()
        page.get_by_role("combobox", name="Photo").click()
        page.get_by_role("option", name="coffee").click()
        expect(detail.get_by_text("float32").locator("..")).not_to_have_text(before)
        assert in_the_address_bar(page)["sees"] == "coffee"
        page.goto("about:blank")  # before its server goes


def test_an_exported_language_model_reads_the_numbers_that_are_typed(tmp_path, page):
    net = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 9)).eval()
    long = torch.export.Dim("long", min=2, max=9)
    program = torch.export.export(net, (torch.tensor([[1, 2, 3]]),), dynamic_shapes=[{1: long}])
    torch.export.save(program, tmp_path / "words.pt2")
    spec = OpenSpec(source=str(tmp_path / "words.pt2"))
    with running_server(tmp_path / "log.txt", **{VARIABLE: spec.text()}) as server:
        visit(page, f"{server.url}/yours")
        typed = page.get_by_label("Whole numbers that it reads")
        typed.fill("4 5 6 7 8")
        typed.press("Enter")
        expect(page.get_by_test_id("network").get_by_text("one tensor 1×5×9")).to_be_visible()
        typed.fill("4 99")
        typed.press("Enter")
        expect(page.get_by_text("words.pt2 raised IndexError")).to_be_visible()
        page.goto("about:blank")  # before its server goes
