"""A class in which things go wrong: a wrong code, a reload, a server that is started again."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, red_boxes, visit, wait_until_idle
from tests.e2e.conftest import running_server

pytestmark = pytest.mark.e2e
SETTLED = 90_000  # ms
BACK = 120_000  # ms, until a tab has found the next server and has its page again
VOTED = re.compile("2 of [23] present have voted")


def test_a_class_outlives_a_reload_and_its_server(tmp_path, new_page, complaints):
    teacher, ann, bob = new_page(), new_page(PHONE), new_page()
    with running_server(tmp_path / "first.txt") as server:
        visit(teacher, f"{server.url}/class", timeout_ms=SETTLED)
        teacher.get_by_role("button", name="Start a class").click()
        code = teacher.locator(".room-code").inner_text(timeout=SETTLED)
        visit(bob, f"{server.url}/class", timeout_ms=SETTLED)
        join(bob, "ZZZZZ")
        expect(bob.get_by_text("There is no class with this code")).to_be_visible(timeout=SETTLED)
        join(bob, code.lower())
        visit(ann, f"{server.url}/class?room={code}", timeout_ms=SETTLED)
        for student in (ann, bob):
            expect(student.get_by_text("You are in")).to_be_visible(timeout=SETTLED)
        teacher.get_by_label("Question", exact=True).fill("How long is the sum?")
        teacher.get_by_label("Choices", exact=True).fill("as long as x\n* 1.31 times as long")
        teacher.get_by_role("button", name="Ask", exact=True).click()
        ann.get_by_role("button", name="as long as x").click(timeout=SETTLED)
        expect(ann.get_by_text("Your vote counts")).to_be_visible(timeout=SETTLED)
        ann.reload()
        wait_until_idle(ann, timeout_ms=SETTLED)
        expect(ann.get_by_text("your vote", exact=True)).to_be_visible(timeout=SETTLED)
        expect(bob.get_by_role("button", name="1.31 times as long")).to_be_visible()
    with running_server(tmp_path / "second.txt", int(server.url.rpartition(":")[2])):
        bob.get_by_role("button", name="1.31 times as long").click(timeout=BACK)
        expect(bob.get_by_text("Your vote counts")).to_be_visible(timeout=BACK)
        expect(teacher.get_by_text("present have voted")).to_have_text(VOTED, timeout=BACK)
        teacher.get_by_role("button", name="Reveal").click(timeout=BACK)
        for each in (teacher, ann, bob):
            expect(each.get_by_text("✓ right answer")).to_be_visible(timeout=BACK)
            assert red_boxes(each) == []
        for each in (teacher, ann, bob):
            each.close()
    complaints.lines.clear()  # of a server that was not there for a while


def join(student, code):
    """Type a code and go in, or not."""
    student.get_by_label("Room code").fill(code)
    student.get_by_role("button", name="Join").click()
