"""Where the files are that are no code of this package: pages, app.py, lessons, trained weights."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
INSTALLED = PACKAGE / "installed"  # a wheel brings them there (pyproject.toml)
ROOT = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent
PAGES = ROOT / "pages"
PRETRAINED = ROOT / "pretrained"
LESSONS = ROOT / "lessons"
