"""Nothing that people see is forgotten by the door for words; links mean the same in any language.

`?lang=x-pseudo` shows every translated text in odd letters between marks: "[!! Ŝčõřë !!]". What
stays in plain letters outside of the marks would stay English in every language.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import in_the_address_bar, red_boxes, visit, wait_until_idle
from tests.e2e.test_every_screen import TO_THE_END
from viz_models.language import pseudo
from viz_models.ui.kit import lessons

pytestmark = pytest.mark.e2e
SETTLED = 90_000  # ms
# Pages where nothing is forgotten. A page that is mended moves from the second list to the first.
DONE = ["normalize", "batch-size", "train-eval", "sentences", "norm-training"]
NOT_YET = [
    "home",
    "flow",
    "yours",
    "my-lesson",
    "build",
    "compare",
    "window",
    "surface",
    "attend",
    "positions",
    "heads",
    "sharing",
    "scale",
    "decode",
    "attention-cost",
    "patches",
    "memory",
    "gates",
    "bottleneck",
    "masked-words",
    "new-task",
    "bleu",
    "architectures",
    "inception",
    "dense-memory",
    "fast",
    "boxes",
    "captions",
    "squeeze",
    "train",
    "descend",
    "broken",
    "gan",
    "workers",
    "sweep",
    "regularize",
    "freeze",
    "runs",
    "class",
]

# What is the same in every language: names of libraries, of networks and layers, and of what a
# network was trained on; keys of a keyboard; units; symbols.
SAME = re.compile(
    r"""(?x)
    \b(torch|torchvision|cpu|cuda|seed\s\d+|Forward\sPass|arXiv|CSV|PNG|SVG|Python|PyTorch|CIFAR)\b
    | \b\w*[a-z][A-Z]\w*\b | \b[A-Z]{2,}s?\b     # BatchNorm2d, ReLU, GN
    | \b\w+([._]\w+)+\b | \b\w*\d\w*\b           # layer1.0.relu_1, conv1
    | \b(?:cos|sin|log|exp|max|min|std|rms|mean|eps|lim|softmax|argmax)\b(?=[\s(²₂]*[(\w])
    | https?://\S+
    """
)

# What Streamlit itself says, in English to everybody.
STREAMLITS_OWN = {
    *("Navigate to home page", "Logo", "App pages", "Link to heading", "Choose an option", "Open"),
    "Skip to main content",
}

# The texts of a page. What stands in one block of the page is one text; code and formulas are left
# out, and what Streamlit draws around the page.
TEXTS = r"""() => {
  const skip = `code, pre, .katex, script, style, .modebar-container, [translate=no],
    [data-testid="stMainMenu"], [data-testid="stAppDeployButton"], [data-testid="stLogo"],
    [data-testid="stFileUploaderDropzone"], [data-testid="stElementToolbar"],
    [data-testid="stStatusWidget"], [data-testid="stSliderTickBar"],
    [data-testid="stIconMaterial"]`;
  const own = /^(BUTTON|A|OPTION|text)$/; // a block, though it may stand in a line
  const found = [];
  const blockOf = (node) => {
    let at = node.parentElement;
    const inline = () => getComputedStyle(at).display.startsWith("inline") && !own.test(at.tagName);
    while (at?.parentElement && inline()) at = at.parentElement;
    return at?.closest("text") ?? at;
  };
  const look = (root) => {
    const blocks = new Map();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.shadowRoot) look(node.shadowRoot);
        if (node.closest(skip)) continue;
        for (const name of ["aria-label", "title", "placeholder", "alt"]) {
          const text = node.getAttribute?.(name);
          if (text && node.checkVisibility?.() !== false) found.push(text);
        }
        if (node.matches("input[role=combobox]")) found.push(node.value);
        continue;
      }
      const holder = node.parentElement ?? root.host;
      const hidden = !holder || holder.closest(skip) || holder.checkVisibility?.() === false;
      if (hidden || !node.data.trim()) continue;
      const block = blockOf(node) ?? holder;
      blocks.set(block, (blocks.get(block) ?? "") + node.data);
    }
    found.push(...blocks.values());
  };
  look(document.body);
  return [...new Set(found)];
}"""


def plain_words(texts):
    """The texts in which a word stands outside of the marks, in plain letters."""
    found = []
    for text in set(texts) - STREAMLITS_OWN:
        if re.fullmatch(r"\d+ more", text):  # pages of the menu, in Streamlit's words
            continue
        rest, before = text, None
        while rest != before:  # the inner marks first
            before, rest = rest, re.sub(r"\[!! (?:(?!\[!!).)*? !!\]", " ", rest, flags=re.DOTALL)
        if re.search(r"[A-Za-z]{3}", SAME.sub(" ", rest)):
            found.append(text)
    return found


def test_plain_words_are_found():
    marked = pseudo.marked("Score of {name}").format(name="conv1 and others")
    assert plain_words([marked, "BatchNorm2d", "layer1.0.relu_1", "3 × 4"]) == []
    assert plain_words([f"{marked} of the step"]) == [f"{marked} of the step"]


def test_every_page_is_in_one_list():
    assert sorted([*DONE, *NOT_YET]) == sorted(lessons.index())


@pytest.mark.parametrize("path", DONE)
def test_no_word_is_forgotten(server, page, path):
    visit(page, f"{server.url}/{path}?lang={pseudo.NAME}", timeout_ms=SETTLED)
    page.evaluate(TO_THE_END)
    wait_until_idle(page, timeout_ms=SETTLED)
    charts = page.get_by_test_id("stPlotlyChart")
    expect(charts.filter(has_not=page.locator(".main-svg"))).to_have_count(0, timeout=30_000)
    assert red_boxes(page) == []
    assert plain_words(page.evaluate(TEXTS)) == []


def chosen(page, key):
    """The text that a select box shows."""
    return page.locator(f".st-key-{key} input").first.input_value()


def choose(page, key, number):
    page.locator(f".st-key-{key} input").first.click()
    page.get_by_role("option").nth(number).click()
    wait_until_idle(page)


def test_a_link_means_the_same_in_every_language(server, page):
    visit(page, f"{server.url}/train-eval?lang={pseudo.NAME}")
    choose(page, "batch", 3)
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=32)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME, "batch": "32"}
    page.reload()
    wait_until_idle(page)
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=32)
    visit(page, page.url.replace(pseudo.NAME, "en"))
    assert chosen(page, "batch") == "batches of 32"
    assert in_the_address_bar(page) == {"lang": "en", "batch": "32"}


def test_an_old_link_with_english_words_opens_in_every_language(server, page):
    old = "batch=batches of 2&channel=channel 3&momentum=average"
    visit(page, f"{server.url}/train-eval?{old}&lang={pseudo.NAME}")
    assert chosen(page, "batch") == pseudo.marked("batches of {n}").format(n=2)
    assert chosen(page, "channel") == pseudo.marked("channel {c}").format(c=3)
    visit(page, f"{server.url}/train-eval?{old}")
    assert chosen(page, "batch") == "batches of 2"
    assert in_the_address_bar(page) == {"batch": "2", "channel": "3", "momentum": "average"}


def test_the_language_stays_on_the_way_and_in_copied_links(server, page):
    visit(page, f"{server.url}/batch-size?lang={pseudo.NAME}")
    page.locator(".st-key-lesson_next a").click()
    page.wait_for_url("**/train-eval?*")
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME}
    expect(page.get_by_role("heading", level=1)).to_contain_text(pseudo.BEGIN)
    page.get_by_test_id("bar").locator("[data-do=reset]").click()
    page.wait_for_load_state()
    wait_until_idle(page)
    assert in_the_address_bar(page) == {"lang": pseudo.NAME}


def test_a_language_that_nobody_knows_is_english(server, page):
    visit(page, f"{server.url}/batch-size?lang=tlh")
    expect(page.get_by_role("heading", level=1)).to_contain_text("how many examples")
