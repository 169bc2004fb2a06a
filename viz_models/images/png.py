"""What Pillow does not say of a PNG: how many bits a sample has, and the low byte of 16.

References:
    Portable Network Graphics (third edition), https://www.w3.org/TR/png-3/, sections 11.2.1
    (IHDR), 11.3.1.1 (tRNS) and 13.12 (sample depth rescaling).
"""

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
STRIP_PIXELS = 2**18  # converted at a time: a 16 megapixel photo fits in 150 MB


@dataclass(frozen=True, slots=True)
class Header:
    """What IHDR says of the samples."""

    depth: int  # bits a sample: 1, 2, 4, 8 or 16; of an index where there is a palette
    color_type: int  # 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha


def read_header(raw: bytes) -> Header | None:
    """Return what a PNG's first chunk says; None if it is no PNG."""
    if not raw.startswith(_PNG_SIGNATURE) or raw[12:16] != b"IHDR":
        return None
    depth, color_type = struct.unpack_from(">BB", raw, 24)
    return Header(depth, color_type)


def is_wide_gamut(raw: bytes) -> bool:
    """Return whether a cICP chunk before the pixels names another color space than sRGB."""
    before = raw[: raw.find(b"IDAT")] if raw.startswith(_PNG_SIGNATURE) else b""
    at = before.find(b"cICP")
    return at >= 0 and tuple(before[at + 4 : at + 6]) not in ((1, 13), (1, 1))


def low_bytes(raw: bytes) -> np.ndarray:
    """Decode a PNG with 16-bit RGB once more, for the half that Pillow drops.

    Pillow keeps the high byte of each sample. Its unpacker for the other byte order keeps the
    low byte, when it is given the same data.

    Args:
        raw: The whole file.

    Returns:
        (H, W, 3) uint8.
    """
    with Image.open(io.BytesIO(raw), formats=("PNG",)) as image:
        image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
        image.load()
        width, height = image.size
        low = np.empty((height, width, 3), np.uint8)
        rows = max(1, STRIP_PIXELS // width)
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            low[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return low
