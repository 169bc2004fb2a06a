"""A class of three: a teacher asks and reveals, two students vote."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import DARK, PHONE, PROJECTOR, look, red_boxes, sideways_overflow, visit

pytestmark = pytest.mark.e2e
QUESTION = "Why does a deeper plain network have a higher <b>training</b> error?"
CHOICES = "It overfits\n* It is harder to optimize\nIts gradients vanish"


def test_a_class_votes_and_the_teacher_reveals(server, new_page):
    teacher, ann, bob = new_page(), new_page(PHONE), new_page(DARK)
    visit(teacher, f"{server.url}/class")
    teacher.get_by_role("button", name="Start a class").click()
    code = teacher.locator(".room-code").inner_text()
    assert re.fullmatch("[A-Z0-9]{5}", code)
    assert "teacher" not in teacher.url  # the secret does not stand in the address bar
    visit(ann, f"{server.url}/class?room={code}")
    visit(bob, f"{server.url}/class")
    bob.get_by_label("Room code").fill(code.lower())
    bob.get_by_role("button", name="Join").click()
    for student in (ann, bob):
        expect(student.get_by_text("You are in")).to_be_visible()
        expect(student.get_by_text("Ask the room")).to_have_count(0)
    expect(teacher.get_by_text("2 people are here")).to_be_visible()
    look(teacher, "class_started")

    teacher.get_by_label("Question", exact=True).fill(QUESTION)
    teacher.get_by_label("Choices", exact=True).fill(CHOICES)
    teacher.get_by_role("button", name="Ask", exact=True).click()
    counts = teacher.get_by_test_id("ballot").locator(".count")
    expect(counts).to_have_text(["00 %", "00 %", "00 %"])
    ann.get_by_role("button", name="It overfits").click()
    bob.get_by_role("button", name="It overfits").click()
    bob.get_by_role("button", name="It is harder").click()  # until the reveal minds may change
    expect(teacher.get_by_text("2 of 2 present have voted")).to_be_visible()
    expect(counts).to_have_text(["150 %", "150 %", "00 %"])
    for student in (ann, bob):
        expect(student.get_by_role("heading", name=QUESTION)).to_be_visible()
        expect(student.get_by_text("Your vote counts")).to_be_visible()
        expect(student.get_by_test_id("ballot").locator(".bar")).to_have_count(0)
        expect(student.get_by_text("right answer")).to_have_count(0)
        expect(student.get_by_role("button", name="Reveal")).to_have_count(0)
    look(ann, "class_student_phone")

    wall = new_page(PROJECTOR)  # whoever knows the code may look, and is not counted
    visit(wall, f"{server.url}/class?room={code}&screen=true&present=true")
    expect(wall.get_by_text("2 of 2 present have voted")).to_be_visible()
    expect(wall.get_by_test_id("ballot").locator(".bar")).to_have_count(0)
    teacher.get_by_role("button", name="Reveal").click()
    for each in (teacher, ann, bob, wall):
        expect(each.get_by_text("✓ right answer")).to_be_visible()
        expect(each.get_by_test_id("ballot").locator("button")).to_have_count(0)
        assert sideways_overflow(each) == 0
        assert red_boxes(each) == []
    expect(bob.get_by_text("✓ right answer · your vote")).to_be_visible()
    look(wall, "class_projector")
    look(bob, "class_student_revealed")
