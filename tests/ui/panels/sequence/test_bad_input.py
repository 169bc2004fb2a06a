"""What no network of the chapter can read is refused in one red line, on every page."""

import pytest

LONG = "a" * 3000
TEXTS = {
    "": "no word",
    "   ": "no word",
    "😀 😀": "no word",
    "<pad> <pad>": "which is no word",
    "cat " * 200: "has 200 words; the limit is",
    LONG: "has 3000 letters; the limit is 40 a word",
}
UNKNOWN = " ".join(f"zebra{letter}" for letter in "abcdefghijk")
PAGES = {
    "gates": ("text",),
    "translators": ("text",),
    "memory": ("text",),
    "masked_words": ("a", "b"),
    "new_task": ("text",),
}


def red(at):
    return [c.value for c in at.caption if c.value.startswith(":red[")]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "field"), [(p, f) for p, fields in PAGES.items() for f in fields])
def test_bad_text_gets_one_clear_line(open_page, page, field):
    at = open_page(f"pages/sequence/{page}.py")
    box = at.text_input(key=field)
    for text, line in TEXTS.items():
        if field == "b" and not text.strip():
            continue  # there need not be a second sentence
        box.set_value(text).run()
        assert not at.exception, text[:20]
        (said,) = red(at)
        assert line in said.replace("\\", "")
        assert len(said) < 120
    box.set_value(f"<b> {UNKNOWN}").run()
    assert not at.exception
    (said,) = red(at)
    assert said == (
        r":red[“\<b\>”, “zebraa”, “zebrab”, “zebrac”, “zebrad”, “zebrae” and 6 more → \<unk>]"
    )
