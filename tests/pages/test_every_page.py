import ast

import pytest

from tests.conftest import ROOT
from viz_models.ui.kit import charts
from viz_models.ui.kit.charts import drawn

PAGES = sorted(p.relative_to(ROOT) for p in (ROOT / "pages").glob("*/*.py"))
SITE = (ROOT / "pages/site.py").read_text(encoding="utf-8")


def headlines(at):
    """What the page puts on top: a title, or a heading of the first rank in markdown."""
    return [t.value for t in at.title] + [m for m in at.markdown if m.value.startswith("# ")]


def test_only_the_frame_sits_directly_in_pages():
    # A script directly in a folder pages/ would be taken for a page of Streamlit's old kind.
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["site.py"]


def test_the_list_names_every_lesson_once_and_no_other():
    listed = [
        node.value
        for node in ast.walk(ast.parse(SITE))
        if isinstance(node, ast.Constant) and str(node.value).endswith(".py")
    ]
    assert sorted(listed) == [p.relative_to("pages").as_posix() for p in PAGES], (
        "list it in pages/site.py"
    )


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_its_prose_lies_beside_it(path):
    prose = (ROOT / path).with_suffix(".en.md")
    assert "\n## " in "\n" + prose.read_text(encoding="utf-8"), "one section for each panel"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_lesson_is_short(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.slow
def test_the_site_opens_on_its_first_page(open_page):
    at = open_page("pages/site.py")
    assert [e.value for e in at.exception] == []
    assert len(headlines(at)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=str)
def test_page_opens_with_one_headline_and_draws_its_charts_once(open_page, monkeypatch, path):
    at = open_page("pages/site.py").switch_page(path.relative_to("pages").as_posix()).run()
    assert [e.value for e in at.exception] == []
    assert len(headlines(at)) == 1
    assert [e.value for e in at.error] == []
    anew = []
    monkeypatch.setattr(charts, "drawn", lambda fig: anew.append(fig) or drawn(fig))
    at.run()
    assert [fig.layout.title.text for fig in anew] == []  # all was in the store
