"""Links with empty and nonsense values: every parameter of every page falls back or says a line."""

import ast
from contextlib import contextmanager

import pytest
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy

from tests.conftest import ROOT
from viz_models.ui.kit import state

pytestmark = pytest.mark.slow
SITE = ast.parse((ROOT / "pages/site.py").read_text(encoding="utf-8"))
PAGES = [
    node.value
    for node in ast.walk(SITE)
    if isinstance(node, ast.Constant) and str(node.value).endswith(".py")
]
# Pages that read other parameters when another one says something else: each is tried as well.
OPENED = [
    ("build/builder.py", {"net": "Transformer"}),
    ("build/builder.py", {"net": "Recurrent"}),
    ("build/compare.py", {"a": "your network"}),
    ("train/train.py", {"card": "your own run"}),
]
VALUES = ("", "nan", "-1", "9" * 400, "<script>../../etc\x00,,")
FRAME = {"find", "present"}  # what the frame of all pages reads: tried on one of them
# what a page may read in a state that is rarely seen
ALWAYS = {"run", "spec", "folder", "teacher", "screen"}


@contextmanager
def recorded(monkeypatch):
    """The names of all that a page reads from the URL while it is drawn, however it does so."""
    names = set()

    def noted(method):
        def noting(self, *args, **options):
            names.add(options["param_key"] if "param_key" in options else args[0])
            return method(self, *args, **options)

        return noting

    choice = state.choice
    with monkeypatch.context() as patch:
        for door, method in (
            (QueryParamsProxy, "__getitem__"),
            (QueryParamsProxy, "get_all"),
            (QueryParams, "bind_widget"),
        ):
            patch.setattr(door, method, noted(getattr(door, method)))
        patch.setattr(state, "choice", lambda name, *args: names.add(name) or choice(name, *args))
        yield names


def visit(open_page, page, **query):
    at = open_page("pages/site.py")
    for name, value in query.items():
        at.query_params[name] = value
    return at.switch_page(page).run()


def fine(at, said):
    assert [f"{said}: {e.value}" for e in at.exception] == []
    assert len(at.title) + sum(m.value.startswith("# ") for m in at.markdown) == 1, said


@pytest.mark.parametrize(("page", "opened"), [(p, {}) for p in PAGES] + OPENED, ids=str)
def test_no_value_of_any_parameter_kills_a_page(open_page, page, opened, monkeypatch):
    with recorded(monkeypatch) as names:
        visit(open_page, page, **opened)
    assert {*FRAME, *opened} <= names, "what a page reads is no longer seen by this test"
    names -= opened.keys() | (FRAME if page != PAGES[0] else set())
    asked = sorted(names | ALWAYS)
    # one empty choice may hide what reads another, so each half is tried alone, too
    for params, value in [(asked[::2], ""), (asked[1::2], ""), *((asked, v) for v in VALUES)]:
        said = f"{page} with {value[:9]!r} for {params}"
        fine(visit(open_page, page, **opened, **dict.fromkeys(params, value)), said)


def test_words_of_a_link_are_shown_as_they_are(open_page):
    spec = '{"family": "conv", "![seen](https://evil.example/a.png)": 1}'
    at = visit(open_page, "build/compare.py", a="your network", spec=spec)
    (line,) = [w.value for w in at.warning]
    assert r"\!\[seen\]\(https" in line
