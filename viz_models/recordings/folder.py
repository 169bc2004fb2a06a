"""Where the recordings lie."""

from viz_models.places import PRETRAINED

FOLDER = PRETRAINED / "recorded"
