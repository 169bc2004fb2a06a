"""Every page fits a phone, on dark ground, and a projector, on light; and keeps nobody out.

It is opened in the pseudo-language, whose texts are longer than the English ones: what fits in it
fits in English, and what it does not translate was forgotten.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import language
from tests.e2e.browser import (
    View,
    barriers,
    red_boxes,
    sideways_overflow,
    visit,
    wait_until_idle,
)
from viz_models.language import pseudo
from viz_models.ui.kit import lessons

pytestmark = pytest.mark.e2e

PATHS = [path for path in lessons.index() if path != "home"]  # the first page is at /
NARROW = View(width=390, height=844, scheme="dark", touch=True)
WIDE = {"width": 1920, "height": 1080}
# these speak of a softmax over nothing but minus infinity
MAY_SAY_NAN = {"attend"}
WITHOUT_PANELS = {"runs"}  # nothing is there yet to put into the spotlight
SETTLED = 90_000  # ms

TO_THE_END = """async () => {
  const main = document.querySelector('[data-testid="stMain"]');
  for (let y = 0; y < main.scrollHeight; y += 500) {
    main.scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
}"""


def check(page: Page, path: str):
    page.evaluate(TO_THE_END)  # some panels are drawn when somebody comes to them
    wait_until_idle(page, timeout_ms=SETTLED)
    charts = page.get_by_test_id("chart")
    empty = charts.filter(has_not=page.locator(".main-svg"))  # more charts may still come
    expect(empty).to_have_count(0, timeout=30_000)
    lines = charts.locator("path").evaluate_all("all => all.map(e => e.getAttribute('d') || '')")
    assert not any("NaN" in line for line in lines)
    assert red_boxes(page) == []
    assert barriers(page) == []
    assert sideways_overflow(page) == 0
    said = page.locator("body").inner_text()
    assert path in MAY_SAY_NAN or not re.search(r"\bnan\b", said, re.IGNORECASE)


@pytest.mark.parametrize("page", [NARROW], indirect=True, ids=["phone"])
@pytest.mark.parametrize("path", ["", *PATHS])
def test_it_fits_and_no_word_is_forgotten(request, page, path):
    server = request.getfixturevalue("empty_server" if path == "runs" else "server")
    visit(page, f"{server.url}/{path}?lang={pseudo.NAME}", timeout_ms=SETTLED)
    check(page, path)
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    assert language.forgotten(page, path) == []
    page.keyboard.press("p")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()  # as it is presented
    check(page, path)
    if path not in WITHOUT_PANELS:
        alone = page.locator("[data-spotlight]")
        page.keyboard.press("s")
        expect(alone).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_hidden()
        page.keyboard.press("s")
        expect(alone).to_have_count(0)
