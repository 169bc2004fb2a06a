"""The QR code of a room, read from the screen as a phone would, in both themes."""

import io

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.browser import DARK, LAPTOP, PHONE, PROJECTOR, look, visit
from tests.e2e.conftest import running_server
from viz_models.figures.classroom import room_qr

pytestmark = pytest.mark.e2e


def read(picture):
    """What a reader of codes makes of an image on the page."""
    photo = Image.open(io.BytesIO(picture.screenshot()))
    return [code.text for code in zxingcpp.read_barcodes(photo)]


@pytest.fixture
def hosted_server(tmp_path):
    home = str(tmp_path / "home")
    with running_server(
        tmp_path / "log.txt", FORWARD_PASS_HOSTED="1", FORWARD_PASS_HOME=home
    ) as running:
        yield running


def test_a_phone_reads_the_link_from_the_projector(hosted_server, new_page):
    teacher = new_page(DARK)
    visit(teacher, f"{hosted_server.url}/class")
    teacher.get_by_role("button", name="Start a class").click()
    code = teacher.locator(".room-code").inner_text()
    link = teacher.get_by_test_id("stCode").first.inner_text().strip()
    assert link.endswith(f"/class?room={code}")
    small = teacher.get_by_alt_text(f"QR code of {link}")
    assert read(small) == [link]

    for view, name in ((PROJECTOR, "light"), (DARK, "dark")):
        wall = new_page(view)
        visit(wall, f"{hosted_server.url}/class?room={code}&screen=true&present=true")
        picture = wall.get_by_alt_text("QR code of")
        expect(picture).to_be_visible()
        assert picture.bounding_box()["width"] > 0.35 * view.height
        assert read(picture) == [link]
        look(wall, f"class_qr_{name}")

    phone = new_page(PHONE)
    query = link.partition("?")[2]  # the server of this test listens at localhost alone
    visit(phone, f"{hosted_server.url}/class?{query}")
    expect(phone.get_by_text("You are in")).to_be_visible()
    teacher.get_by_label("Question", exact=True).fill("Who came late?")
    teacher.get_by_label("Choices", exact=True).fill("I\nNot I")
    teacher.get_by_role("button", name="Ask", exact=True).click()
    expect(wall.get_by_role("heading", name="Who came late?")).to_be_visible()
    assert read(wall.get_by_alt_text("QR code of")) == [link]  # who comes late scans it, too
    look(wall, "class_qr_asked")


def test_there_is_none_where_no_phone_could_open_it(server, new_page):
    teacher = new_page(LAPTOP)
    visit(teacher, f"{server.url}/class")
    teacher.get_by_role("button", name="Start a class").click()
    expect(teacher.locator(".room-code")).to_be_visible()
    expect(teacher.get_by_alt_text("QR code of")).to_have_count(0)


def test_a_link_that_no_code_can_hold_is_refused():
    with pytest.raises(ValueError, match="too large"):
        room_qr.image("http://a.org/" + "x" * 3000)
