"""Every pixel format that the accepted files can hold, as (H, W, 3) uint8."""

import numpy as np
from PIL import Image

MAX_ASPECT = 64  # resizing the short side of a longer strip to 256 would take gigabytes

_STRIP_BYTES = 4_000_000  # converted a strip at a time: a 16 megapixel photo fits in 150 MB
_NAMES = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with alpha",
    "CMYK": "CMYK",
    "P": "a color palette",
    "PA": "a color palette",
    "I;16": "16-bit grey",
    "I": "32-bit grey",
    "F": "floating point grey",
}


def rgb_array(image: Image.Image) -> tuple[np.ndarray, tuple[str, ...]]:
    """Pixels of an image in any mode, alpha laid over white.

    Grey with more than 8 bits is scaled, never clipped: "I;16" from 0..65535, so that 40000
    becomes 156; "I" and "F", which have no fixed range, from their own minimum and maximum.

    Args:
        image: Decoded or lazy; it is loaded here.

    Returns:
        (H, W, 3) uint8 and one plain sentence for each thing that was converted.
    """
    image.load()
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    low, high = _value_range(image)
    rows = max(1, _STRIP_BYTES // (4 * width))
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        pixels[top : top + rows] = _strip_rgb(strip, low, high)
    return pixels, _notes(image)


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


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith(("I", "F"))


def _value_range(image: Image.Image) -> tuple[float, float]:
    if not _is_deep(image) or image.mode.startswith("I;16"):
        return 0.0, 65535.0
    values = np.asarray(image)
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _strip_rgb(strip: Image.Image, low: float, high: float) -> np.ndarray:
    if _is_deep(strip):
        values = np.nan_to_num(np.asarray(strip, np.float64), nan=low, posinf=high, neginf=low)
        scaled = (values - low) * (255 / (high - low or 1.0))
        return np.rint(scaled).astype(np.uint8)[..., None]
    if _has_alpha(strip):
        rgba = strip.convert("RGBA")
        white = Image.new("RGBA", strip.size, "white")
        strip = Image.alpha_composite(white, rgba)
    return np.asarray(strip.convert("RGB"))


def _notes(image: Image.Image) -> tuple[str, ...]:
    notes = []
    if image.mode in _NAMES:
        notes.append(f"Converted from {_NAMES[image.mode]}.")
    if _is_deep(image):
        notes.append("Its values were scaled to 8 bits, not clipped.")
    elif _has_alpha(image):
        notes.append("Transparent parts are shown over white.")
    return tuple(notes)
