"""Readers of all languages share cached results, so what is computed holds no translated word."""

import ast

import pytest

from tests.conftest import ROOT

SAYS = {"_", "ngettext", "numbered"}
# Sentences of these are made anew for each reader, or kept for each language: the keys in
# ui/results/flow and ui/results/build hold it.
FOR_EACH_LANGUAGE = ("analysis/flow/arithmetic/", "analysis/pricing/", "models/builder/repair")
COMPUTED = [
    path
    for folder in ("analysis", "models", "recordings")
    for path in sorted((ROOT / "viz_models" / folder).rglob("*.py"))
    if not path.relative_to(ROOT / "viz_models").as_posix().startswith(FOR_EACH_LANGUAGE)
]


def said(node, refusing=False):
    """Calls that translate, but for those in a refusal: a refusal is raised and never kept."""
    refusing = refusing or isinstance(node, ast.Raise)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYS and not refusing:
        yield ast.unparse(node)
    for child in ast.iter_child_nodes(node):
        yield from said(child, refusing)


@pytest.mark.parametrize("path", COMPUTED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_computed_holds_no_translated_word(path):
    assert list(said(ast.parse(path.read_text(encoding="utf-8")))) == []
