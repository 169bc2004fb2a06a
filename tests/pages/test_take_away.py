"""Every file that a lesson gives away is made and read, by name."""

import csv
from pathlib import Path

import pytest
import streamlit as st

from tests.conftest import ROOT

LESSONS = sorted(
    str(page)
    for chapter in ("flow", "build", "normalize", "attend")
    for page in (ROOT / "pages" / chapter).glob("*.py")
)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: Path(path).stem)
def test_scripts_compile_and_tables_are_tables(lesson, open_page, monkeypatch):
    given = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, file, **_: given.__setitem__(file, data)
    )
    assert not open_page("pages/site.py").switch_page(lesson).run().exception
    assert given
    for file, data in given.items():
        text = data() if callable(data) else data
        if file.endswith(".py"):
            compile(text, file, "exec")
        else:
            head, *rows = csv.reader(text.splitlines())
            assert {len(row) for row in rows} == {len(head)}
