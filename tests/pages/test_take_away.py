"""Every file that a lesson gives away is made and read; every script runs where nothing else is."""

import csv

import pytest
import streamlit as st

from tests.alone import run_alone
from tests.conftest import ROOT

CHAPTERS = ("flow", "build", "normalization", "attention", "sequence", "vision")
# Scripts of runs: tests/training/test_script.py; `broken` gives its one away after a guess:
# tests/recipes/train/test_broken.py.
RUNS = ("train", "runs", "broken")
LESSONS = sorted(
    page
    for chapter in (*CHAPTERS, "train")
    for page in (ROOT / "pages" / chapter).glob("*.py")
    if page.stem not in RUNS
)


@pytest.fixture
def given(open_page, monkeypatch):
    """What a lesson offers for download: file -> its content."""

    def _given(lesson):
        found = {}
        monkeypatch.setattr(
            st, "download_button", lambda label, data, file, **_: found.__setitem__(file, data)
        )
        assert not open_page("pages/site.py").switch_page(str(lesson)).run().exception
        return {file: data() if callable(data) else data for file, data in found.items()}

    return _given


def test_no_chapter_is_forgotten():
    folders = {page.parent.name for page in (ROOT / "pages").glob("*/*.py")}
    assert folders == {*CHAPTERS, "classroom", "home", "train"}
    assert {page.parent.name for page in LESSONS} == {*CHAPTERS, "train"}


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_script_runs_alone_and_every_table_is_one(lesson, given, tmp_path):
    offered = given(lesson)
    assert offered
    for file, data in offered.items():
        content = data if isinstance(data, bytes) else data.encode()
        (tmp_path / file).write_bytes(content)
        if file.endswith(".csv"):
            head, *rows = csv.reader(data.splitlines())
            assert {len(row) for row in rows} == {len(head)}
    scripts = sorted(tmp_path.glob("*.py"))
    assert scripts or (tmp_path / "network.html").exists()  # of one's own network there is no code
    for script in scripts:
        done = run_alone(script)
        assert done.returncode == 0, done.stderr
        assert done.stdout or lesson.parent.name == "build"  # a network is defined, not printed
