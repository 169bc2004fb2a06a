import logging

import pytest

from viz_models import patches


@pytest.mark.parametrize(
    ("installed", "known"), [("1.67.0", True), ("1.67.2", True), ("1.68.0", False), ("1.6", False)]
)
def test_a_patch_is_left_out_on_a_version_that_nobody_has_looked_at(
    monkeypatch, caplog, installed, known
):
    monkeypatch.setattr(patches, "version", lambda library: installed)
    with caplog.at_level(logging.WARNING):
        assert patches.is_known("streamlit", ("1.67.",), "unsent") is known
    assert ("is new to the patch" in caplog.text) is not known


def test_every_patch_says_what_it_was_seen_with_and_how_to_test_whether_it_is_needed():
    from pathlib import Path

    files = [p for p in Path(patches.__file__).parent.glob("*.py") if p.name != "__init__.py"]
    assert len(files) >= 4
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert all(f"\n{word}" in text for word in ("Seen with: ", "Symptom: ", "Still needed? "))
        assert "patches.is_known(" in text
