"""Which trained networks lie in pretrained/, told without importing torch."""

import tomllib
from functools import cache

from viz_models.recordings.folder import FOLDER
from viz_models.records import ModelRef

DEMO = "resnet18_demo"


@cache
def names() -> frozenset[str]:
    """Return the entries of pretrained/manifest.toml."""
    return frozenset(tomllib.loads((FOLDER.parent / "manifest.toml").read_text(encoding="utf-8")))


def opening() -> ModelRef:
    """Return what the flow page opens with.

    ResNet18, with what it learned where that is shipped.
    """
    return ModelRef(weights="demo") if DEMO in names() else ModelRef()
