"""What is special about JPEG: it can be decoded small, and it can be made to cost much."""

import re

from PIL import Image

from viz_models.language import gettext as _

MAX_SCANS = 64  # real files have about ten, and each one walks over the whole picture
MAX_COEFFICIENT_BYTES = 160_000_000  # a progressive file keeps them all while it is read

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # not stuffing, not a restart
_END, _SCAN = b"\xd9", b"\xda"


def is_jpeg(image: Image.Image) -> bool:
    """Whether it is one; MPO is a phone's JPEG with a second picture behind it."""
    return image.format in {"JPEG", "MPO"}


def is_progressive(image: Image.Image) -> bool:
    """Whether it comes in scans that each sharpen the whole picture."""
    return is_jpeg(image) and "progressive" in image.info


def scan_count(raw: bytes) -> int:
    """Return number of scans of the first picture in a file.

    Thumbnails in its metadata and videos behind it (motion photos) do not count.
    """
    at, scans = 2, 0
    while (marker := _MARKER.search(raw, at)) and marker[1] != _END:
        scans += marker[1] == _SCAN
        length = int.from_bytes(raw[marker.end() : marker.end() + 2], "big")
        at = marker.end() + max(2, length)
    return scans


def coefficient_bytes(image: Image.Image) -> int:
    """Memory for all DCT coefficients, 2 bytes each, with the file's chroma subsampling."""
    layers = [(across, down) for _, across, down, _ in image.layer]  # type: ignore[attr-defined]
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    share = sum(across * down for across, down in layers) / most
    return int(2 * image.width * image.height * share)


def reduce(image: Image.Image) -> str:
    """Have it decoded at half its width and height, at a quarter when progressive.

    Returns:
        One sentence that says so.
    """
    parts = 4 if is_progressive(image) else 2
    full = f"{image.width} × {image.height}"
    image.draft(None, (image.width // parts, image.height // parts))
    return _("Decoded at {width} × {height} instead of {full}, to save memory.").format(
        width=image.width, height=image.height, full=full
    )
