"""Links with empty and nonsense values: every parameter of every page falls back or says a line."""

import sys
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from viz_models.ui.kit import controls, state

pytestmark = pytest.mark.slow
PAGES = sorted(p.relative_to(ROOT / "pages").as_posix() for p in (ROOT / "pages").glob("*/*.py"))
VALUES = ("", "nan", "-1", "9" * 400, "<script>../../etc\x00,,")
# what pages may ask the URL for themselves
ALWAYS = {"run", "spec", "folder", "present", "teacher", "screen"}


@contextmanager
def recorded(monkeypatch):
    """The names of what a page reads from the URL while it is drawn."""
    names = set()
    control, choice = controls.control, state.choice

    def noted_control(widget, label, *args, key, bound=True, **options):
        if bound:
            names.add(key)
        return control(widget, label, *args, key=key, bound=bound, **options)

    def noted_choice(param, *args):
        names.add(param)
        return choice(param, *args)

    with monkeypatch.context() as patch:
        for module in list(sys.modules.values()):
            if getattr(module, "control", None) is control:
                patch.setattr(module, "control", noted_control)
        patch.setattr(state, "choice", noted_choice)
        yield names


def visit(open_page, page, **query):
    at = open_page("pages/site.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.switch_page(page).run()


def fine(at, said):
    assert [f"{said}: {e.value}" for e in at.exception] == []
    assert len(at.title) + sum(m.value.startswith("# ") for m in at.markdown) == 1, said


@pytest.mark.parametrize("page", PAGES)
def test_no_value_of_any_parameter_kills_a_page(open_page, page, monkeypatch):
    visit(open_page, page)  # imports what it needs
    with recorded(monkeypatch) as names:
        visit(open_page, page)
    for value in VALUES:
        said = f"{page} with {value[:9]!r} for {sorted(names | ALWAYS)}"
        fine(visit(open_page, page, **dict.fromkeys(names | ALWAYS, value)), said)


def test_words_of_a_link_are_shown_as_they_are(open_page):
    spec = '{"family": "conv", "![seen](https://evil.example/a.png)": 1}'
    at = visit(open_page, "build/compare.py", a="your network", spec=spec)
    (line,) = [w.value for w in at.warning]
    assert r"\!\[seen\]\(https" in line
