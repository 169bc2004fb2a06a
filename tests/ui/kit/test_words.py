import re

import pytest

from tests.conftest import ROOT
from viz_models import language
from viz_models.language import pseudo
from viz_models.ui.kit import words


def test_sections_are_read_by_their_titles(tmp_path):
    page = tmp_path / "lesson.py"
    (tmp_path / "lesson.en.md").write_text("Head.\n\n## One\nFirst.\n\n## Two\n**Second**\nline.\n")
    assert words.sections(str(page)) == {"": "Head.", "One": "First.", "Two": "**Second**\nline."}


def test_another_language_is_used_where_it_exists(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "known", lambda: {"en", "zh", "fr"})
    page = tmp_path / "lesson.py"
    (tmp_path / "lesson.en.md").write_text("Head.")
    (tmp_path / "lesson.zh.md").write_text("标题")
    for spoken, head in (("zh", "标题"), ("fr", "Head.")):
        with language.speaking(spoken):
            assert words.sections(str(page))[""] == head


def test_prose_in_the_pseudo_language_keeps_its_structure(tmp_path):
    (tmp_path / "lesson.en.md").write_text("Head of {n:,}\n\n## One\n- `code` and [a link](flow)")
    with language.speaking(pseudo.NAME):
        found = words.sections(str(tmp_path / "lesson.py"))
    assert found[""] == "[!! Ĥëàď õƒ {n:,} !!]"
    assert found["One"] == "- [!! `code` àñď [à ľïñķ](flow) !!]"


@pytest.mark.parametrize("term", ["receptive field", "multiply-adds", "tolerance", "cosine"])
def test_the_glossary_explains(term):
    assert len(words.glossary()[term]) > 20


def test_text_from_outside_is_shown_as_it_is():
    assert words.plain("a*b_[x](y).png") == r"a\*b\_\[x\]\(y\)\.png"


def test_explanations_are_given_for_terms_only():
    assert "" not in words.glossary()


def test_terms_are_plain_and_used():
    told = words.terms()
    spellings = [name for names, _ in told for name in names]
    assert len(set(map(str.lower, spellings))) == len(spellings) > 100
    prose = "\n".join(path.read_text("utf-8") for path in (ROOT / "pages").glob("*/*.en.md"))
    for names, meaning in told:
        assert 15 < len(meaning) < 200, names
        assert meaning.endswith("."), names
        whole = "|".join(rf"\b{re.escape(name)}\b" for name in names)
        assert re.search(whole, prose, 0 if names[0][0].isupper() else re.IGNORECASE), names
