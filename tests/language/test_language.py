"""The door for words: which language is spoken, what a catalog says, what stays as it is."""

import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT
from viz_models import language
from viz_models.language import N_, markup, ngettext, pseudo
from viz_models.language import gettext as _

TEMPLATE = language.LOCALE / "messages.pot"


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A catalog with two messages, compiled by Babel and read by Python."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalog = Catalog(locale="de")
    catalog.add("no norm", "keine Norm")
    catalog.add(("{n} mean", "{n} means"), ("{n} Mittel", "{n} Mittelwerte"))
    folder = tmp_path / "de/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    language.known.cache_clear()
    language._catalog.cache_clear()
    yield
    language.known.cache_clear()
    language._catalog.cache_clear()


def test_a_catalog_that_babel_compiled_is_spoken(german):
    assert language.known() == {"de", "en", pseudo.NAME}
    with language.speaking("de"):
        assert (_("no norm"), _("never heard")) == ("keine Norm", "never heard")
        assert [ngettext("{n} mean", "{n} means", n) for n in (1, 2)] == [
            "{n} Mittel",
            "{n} Mittelwerte",
        ]
        assert N_("no norm") == "no norm"
    assert (_("no norm"), ngettext("{n} mean", "{n} means", 1)) == ("no norm", "{n} mean")


def test_the_empty_text_is_not_the_head_of_a_catalog(german):
    with language.speaking("de"):
        assert _("") == ""


def test_an_unknown_language_is_english():
    with language.speaking("tlh"):
        assert language.current() == "en"


def test_each_thread_speaks_its_own_language():
    heard = []
    with language.speaking(pseudo.NAME):
        other = threading.Thread(target=lambda: heard.append(language.current()))
        other.start()
        other.join()
        assert language.current() == pseudo.NAME
    assert heard == ["en"]


def test_a_thread_that_was_not_told_asks(monkeypatch):
    monkeypatch.setattr(language, "_asked", [lambda: pseudo.NAME])
    heard = []
    other = threading.Thread(target=lambda: heard.append(language.current()))
    other.start()
    other.join()
    assert heard == [pseudo.NAME]


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Score", "Ŝčõřë"),
        ("{n:,} of {total!r}", "{n:,} õƒ {total!r}"),
        ("N = %{x}<br>%{y:.3~%}", "Ñ = %{x}<br>%{y:.3~%}"),
        ("`conv1` [a link](flow?step=fc) &nbsp;", "`conv1` [à ľïñķ](flow?step=fc) &nbsp;"),
        (
            ":material/lock: shut :blue[sky] $x^2$ 3e-7",
            ":material/lock: ŝĥũţ :blue[ŝķý] $x^2$ 3ë-7",
        ),
    ],
)
def test_the_pseudo_language_leaves_alone_what_is_no_word(text, odd):
    assert pseudo.odd(text) == odd
    assert pseudo.marked(text) == f"[!! {odd} !!]"


def test_the_pseudo_language_knows_what_is_listed_and_nothing_else():
    with language.speaking(pseudo.NAME):
        assert _("no norm") == "[!! ñõ ñõřɱ !!]"
        assert _("a text that nobody marked") == "a text that nobody marked"
        assert ngettext("{n} mean", "{n} means", 2).format(n=2) == "[!! 2 ɱëàñŝ !!]"


def test_a_text_that_has_its_numbers_already_is_found_by_its_pattern():
    with language.speaking(pseudo.NAME):
        assert language.numbered("seed 3") == "[!! ŝëëď 3 !!]"
        assert language.numbered("no norm") == "[!! ñõ ñõřɱ !!]"
        assert language.numbered("no norm, seed 3") == "[!! ñõ ñõřɱ !!], [!! ŝëëď 3 !!]"
        assert language.numbered("{odd} text, 3 of it") == "{odd} text, 3 of it"
    assert language.numbered("seed 3") == "seed 3"


def test_tables_and_code_keep_their_structure():
    text = "Words\n\n| a | b |\n|---|---|\n\n```python\nx = 1\n```\n1. first"
    assert pseudo.prose(text) == (
        "[!! Ŵõřďŝ !!]\n\n| à | ƀ |\n|---|---|\n\n```python\nx = 1\n```\n1. [!! ƒïřŝţ !!]"
    )


def test_words_of_an_instrument_are_translated_and_its_markup_is_not():
    html = '<b class="bar" title="Save it">Stop</b> <i aria-label="Play"></i>'
    assert markup.translated(html, str.upper) == (
        '<b class="bar" title="SAVE IT">STOP</b> <i aria-label="PLAY"></i>'
    )


@pytest.mark.slow
def test_the_list_for_translators_is_complete(tmp_path):
    """If this fails, run `make messages` and commit the file."""
    made = tmp_path / "messages.pot"
    tool = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "pyproject.toml",
    ]
    how = ["-k", "N_", "-k", "word", "--no-location", "--sort-output", "--omit-header"]
    where = ["-o", str(made), "pages", "viz_models"]
    subprocess.run([*tool, *how, *where], cwd=ROOT, check=True)
    listed = set(pseudo.messages(TEMPLATE.read_text(encoding="utf-8")))
    assert set(pseudo.messages(made.read_text(encoding="utf-8"))) == listed


@pytest.mark.parametrize("text", pseudo.messages(TEMPLATE.read_text(encoding="utf-8")))
def test_every_blank_of_a_text_has_a_name(text):
    """A translator may have to change the order of blanks."""
    assert "{}" not in text


def test_english_opens_no_catalog():
    """A page calls the door some hundred times; in English each call is a comparison."""
    language._catalog.cache_clear()
    assert [_("Score"), ngettext("{n} mean", "{n} means", 3)] == ["Score", "{n} means"]
    assert language._catalog.cache_info().currsize == 0
