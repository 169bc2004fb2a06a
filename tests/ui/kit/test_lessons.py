"""The index of all pages against the list of the site."""

import re

import pytest

from tests.conftest import ROOT
from viz_models.ui.kit import lessons, words

SITE = (ROOT / "pages/site.py").read_text(encoding="utf-8")
LISTED = dict(re.findall(r'\("([a-z_/]+\.py)", "([a-z-]+)"\)', SITE))  # file -> URL path


def test_the_index_has_exactly_the_pages_of_the_site():
    differ = set(lessons.index()) ^ set(LISTED.values())
    assert differ == set(), "pages/home/lessons.en.md has a section for each page of pages/site.py"


def test_no_two_pages_have_the_same_name():
    names = [about.name for about in lessons.index().values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", sorted(LISTED.values()))
def test_a_page_says_in_full_sentences_what_it_shows(path):
    about = lessons.index()[path].about
    assert about.endswith(".")
    assert 1 <= about.count(".") <= 4
    assert "" not in lessons.index()[path].words


def on_the_home_page():
    text = (ROOT / "viz_models/ui/panels/home/chapters.py").read_text(encoding="utf-8")
    return set(re.findall(r'"([a-z_]+/[a-z_]+\.py)"', text))


@pytest.mark.parametrize("file", sorted(set(LISTED) - {"home/home.py"}))
def test_the_home_page_lists_every_other_page(file):
    assert file in on_the_home_page(), "add it to viz_models/ui/panels/home/chapters.py"


def test_the_home_page_lists_nothing_else():
    assert on_the_home_page() <= set(LISTED) - {"home/home.py"}


def test_a_page_without_a_section_is_refused_by_its_name():
    with pytest.raises(ValueError, match='add a section "## eps" to pages/home'):
        lessons.index()["eps"]


def test_an_incomplete_section_is_refused_by_its_name(monkeypatch):
    monkeypatch.setattr(words, "sections", lambda *_: {"": "", "scale": "Why divide\nYou see it."})
    with pytest.raises(ValueError, match="scale needs three lines"):
        lessons._index.__wrapped__("en")
