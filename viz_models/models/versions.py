"""Which versions decide about a measured number."""

import torch


def torch_version() -> str:
    """Return "torch 2.14.1", without the build that stands behind the number."""
    return f"torch {torch.__version__.partition('+')[0]}"
