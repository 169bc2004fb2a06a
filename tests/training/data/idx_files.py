"""Tiny pairs of idx files, as the tests need them: written by hand, byte by byte."""

import gzip
import struct
from pathlib import Path

import numpy as np


def packed(values: np.ndarray) -> bytes:
    """The format of MNIST's files: big-endian axes, then the bytes."""
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return head + values.tobytes()


def write(
    folder: Path, *, train: int = 30, test: int = 10, size: int = 28, zipped: bool = True
) -> Path:
    """Write four matching files: images of noise with a bright row, lower for a higher label."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = np.random.default_rng(0)
    for part, count in (("train", train), ("t10k", test)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = drawn.integers(0, 30, (count, size, size), dtype=np.uint8)
        images[np.arange(count), labels.astype(int) * size // 10] = 250
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            content = packed(values)
            path = folder / f"{part}-{kind}-ubyte{'.gz' if zipped else ''}"
            path.write_bytes(gzip.compress(content) if zipped else content)
    return folder
