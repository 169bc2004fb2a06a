"""The tutorial on any network: a real Jupyter kernel runs every cell of it, in order."""

import html
import re

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def cells():
    notebook = nbformat.read(ROOT / "docs/any_network.ipynb", as_version=4)
    run = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}})
    run.execute()  # raises with the traceback of the cell that failed
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {cell.source.splitlines()[-1]: cell for cell in codes}


def shown(cell, kind="text/html"):
    (output,) = [o for o in cell.outputs if o.output_type == "execute_result"]
    return output.data[kind]


@pytest.mark.slow
def test_every_cell_of_the_tutorial_runs_in_a_kernel(cells):
    assert len(cells) == 9
    assert "bit-exact" in shown(cells["found"])
    (slopes,) = (cell for line, cell in cells.items() if line.startswith("learned.frame()"))
    assert "gradient_norm" in shown(slopes)
    assert "They part at mix: values differ" in shown(cells["beside"])
    assert "not kept" in shown(cells["quick.notes"], "text/plain")


@pytest.mark.slow
def test_the_picture_inside_a_notebook_is_the_whole_page(cells):
    frame = shown(cells["found.show()"])
    page = html.unescape(re.search(r'srcdoc="(.*?)"', frame, re.DOTALL).group(1))
    assert page.startswith("<!doctype html>")
    assert int(shown(cells["len(text)"], "text/plain")) == len(page)
