"""Every pixel format that the accepted files can hold, as (H, W, 3) uint8 in sRGB."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from viz_models.images import png
from viz_models.images.color import Colors, colors
from viz_models.language import N_
from viz_models.language import gettext as _

MAX_ASPECT = 64  # resizing the short side of a longer strip to 256 would take gigabytes

_NAMES = {
    "1": N_("black and white"),
    "L": N_("gray"),
    "LA": N_("gray with alpha"),
    "CMYK": "CMYK",
    "P": N_("a color palette"),
    "PA": N_("a color palette"),
    "I;16": N_("16-bit gray"),
}
_DEEP_NAMES = {
    2: N_("16-bit RGB"),
    4: N_("16-bit gray with alpha"),
    6: N_("16-bit RGB with alpha"),
}


@dataclass(frozen=True, slots=True)
class _Source:
    """A decoded picture, and what its samples mean."""

    image: Image.Image
    depth: int = 8  # bits of a sample, as they are scaled: 16 for gray alone
    low: np.ndarray | None = None  # (H, W, 3) uint8: the low bytes of 16-bit RGB with a key
    key: tuple[int, ...] = ()  # the color that is transparent, at the file's depth


def rgb_array(image: Image.Image, raw: bytes = b"") -> tuple[np.ndarray, tuple[str, ...]]:
    """Convert an image in any mode to sRGB, alpha laid over white.

    Samples of another depth are scaled, never clipped: gray linearly and rounded, so that 40000
    of 65535 becomes 156; colors of 16 bits keep their high byte, as in browsers (both are in
    section 13.12 of the PNG specification). What a PNG names as transparent is compared at the
    file's own depth.

    Args:
        image: Decoded or lazy; it is loaded here.
        raw: The whole file, for what Pillow does not say of it.

    Returns:
        (H, W, 3) uint8 and one plain sentence for each thing that was converted.
    """
    header = png.read_header(raw)
    as_srgb = colors(image, raw)
    notes = (*_notes(image, header), *filter(None, [as_srgb.note]))
    image.load()
    source = _source(image, raw, header)
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top, bottom in _strips(height, width):
        pixels[top:bottom] = _strip_rgb(source, top, bottom, as_srgb)
    return pixels, notes


def turn_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Undo what the camera's EXIF orientation says: 1 to 8; anything else changes nothing.

    Args:
        pixels: (H, W, 3) as stored in the file.
        orientation: Value of EXIF tag 0x0112.

    Returns:
        (H, W, 3) or (W, H, 3), contiguous.
    """
    transposed = pixels.transpose(1, 0, 2)
    turned = {
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: transposed,
        6: transposed[:, ::-1],
        7: transposed[::-1, ::-1],
        8: transposed[::-1],
    }.get(orientation, pixels)
    return np.ascontiguousarray(turned)


def middle(pixels: np.ndarray) -> np.ndarray:
    """Cut a strip that is longer than 64 times its width to its middle.

    Args:
        pixels: (H, W, 3).

    Returns:
        The same array when it is no such strip, a copy of its middle otherwise.
    """
    height, width = pixels.shape[:2]
    keep = MAX_ASPECT * min(height, width)
    if max(height, width) <= keep:
        return pixels
    top, left = max(0, (height - keep) // 2), max(0, (width - keep) // 2)
    return pixels[top : top + keep, left : left + keep].copy()


def _source(image: Image.Image, raw: bytes, header: png.Header | None) -> _Source:
    given = image.info.get("transparency")
    key = () if given is None or image.mode == "P" else np.atleast_1d(given).tolist()
    if header is None:
        depth = 16 if image.mode == "I;16" else 8
        return _Source(image, depth, key=tuple(key))
    if header.depth == 16 and image.mode == "RGB" and key:
        return _Source(image, 8, png.low_bytes(raw), tuple(key))
    if image.mode == "1":  # Pillow has scaled the key with the pixels
        key = [value and 1 for value in key]
    depth = header.depth if image.mode in {"1", "L", "I;16"} else 8
    return _Source(image, depth, key=tuple(value & (2**depth - 1) for value in key))


def _strips(height: int, width: int) -> Iterator[tuple[int, int]]:
    rows = max(1, png.STRIP_PIXELS // width)
    return ((top, min(top + rows, height)) for top in range(0, height, rows))


def _strip_rgb(source: _Source, top: int, bottom: int, as_srgb: Colors) -> np.ndarray:
    """(h, W, 3) uint8 of some rows; rounded once, unless a profile takes bytes."""
    strip = source.image.crop((0, top, source.image.width, bottom))
    if source.depth <= 8 and not _has_alpha(source.image):
        plain = strip.convert(as_srgb.mode)
        return np.asarray(as_srgb.transform.apply(plain) if as_srgb.transform else plain)
    color, alpha = _samples(source, strip, top, bottom)
    most = most_alpha = 2**source.depth - 1
    if as_srgb.transform:
        scaled = _divided(255 * color, most).astype(np.uint8)
        of_mode = Image.fromarray(scaled[..., 0] if as_srgb.mode == "L" else scaled)
        color, most = np.asarray(as_srgb.transform.apply(of_mode), np.int64), 255
    if alpha is None:
        return _divided(255 * color, most)
    over_white = color * alpha + most * (most_alpha - alpha)
    return _divided(255 * over_white, most * most_alpha)


def _samples(
    source: _Source, strip: Image.Image, top: int, bottom: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Color (h, W, 1 or 3) and alpha (h, W, 1) of some rows, int64 at the source's depth."""
    values = _at_depth(strip, source.depth)
    if values.shape[2] in (2, 4):
        return values[..., :-1], values[..., -1:]
    if not source.key:
        return values, None
    whole = values if source.low is None else values << 8 | source.low[top:bottom]
    hidden = (whole == np.array(source.key)).all(axis=2, keepdims=True)
    return values, np.where(hidden, 0, 2**source.depth - 1)


def _at_depth(strip: Image.Image, depth: int) -> np.ndarray:
    """(h, W, C) int64; Pillow scales fewer than 8 bits to 8, and this undoes it."""
    if strip.mode == "I;16":
        return np.asarray(strip, np.int64)[..., None]
    if strip.mode in {"1", "L"}:
        return _divided(np.asarray(strip.convert("L"), np.int64) * (2**depth - 1), 255)[..., None]
    if strip.mode not in {"LA", "RGB", "RGBA"}:
        alpha = strip.mode == "PA" or "transparency" in strip.info
        strip = strip.convert("RGBA" if alpha else "RGB")
    return np.asarray(strip, np.int64)


def _divided(numerator: np.ndarray, denominator: int) -> np.ndarray:
    """Return the quotient of integers, rounded to the nearest integer."""
    quotient: np.ndarray = (2 * numerator + denominator) // (2 * denominator)
    return quotient


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info


def _notes(image: Image.Image, header: png.Header | None) -> tuple[str, ...]:
    notes = []
    deep = header is not None and header.depth == 16
    name = _DEEP_NAMES.get(header.color_type) if header and deep else None
    if name := name or _NAMES.get(image.mode):
        notes.append(_("Converted from {name}.").format(name=_(name)))
    if deep:
        notes.append(_("Its values were scaled to 8 bits, not clipped."))
    if _has_alpha(image):
        notes.append(_("Transparent parts are shown over white."))
    return tuple(notes)
