"""From the bytes of a file to an upright RGB photo, or one line that says what is wrong."""

import hashlib
import io
import threading
import warnings
from contextlib import suppress

import numpy as np
from PIL import Image, UnidentifiedImageError

from viz_models.images import jpeg
from viz_models.images.convert import middle, rgb_array, turn_upright
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ImageRef, Pair, Photo

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")  # by content; the rest of Pillow stays closed
MAX_PIXELS = 16_000_000
MAX_WEBP_PIXELS = 8_000_000  # canvases of libwebp and Pillow take up to 19 bytes a pixel
MAX_JPEG_PIXELS = 50_500_000  # phones call 8192 × 6144 "50 megapixels"; halved above MAX_PIXELS
SMALL_SIDE = 224  # below, the network sees an enlarged photo

_LIMITS = N_(
    ": the limit is 50 megapixels for JPEG, 8 for WebP and 16 for other formats. "
    "Save a smaller copy."
)
_ORIENTATION = 0x0112  # EXIF tag
_ONE_AT_A_TIME = threading.Lock()  # ten large uploads at once must not need ten times the memory

# Once for the process: switching it around each call would race with other threads.
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class BadImage(ValueError):  # noqa: N818 - named for what it is, shown to people as such
    """A file that cannot be shown; its text is one line for the person who chose it."""

    def __init__(self, name: str, reason: str, advice: str = "") -> None:
        """Say why, and what to do about it.

        Args:
            name: Of the file.
            reason: What is wrong with it, such as "is empty"; all that a folder's line needs.
            advice: What the person who uploads it can do.
        """
        super().__init__(f"{name} {reason}{advice}")
        self.reason = reason


def decode(raw: bytes, label: str) -> Photo:
    """Decode one picture; nothing of its metadata is kept.

    Accepts PNG, JPEG, WebP, GIF and BMP by content, whatever the name says. The size in the
    header is checked before any pixel is decoded. Safe to call from several threads.

    Args:
        raw: The whole file.
        label: What to call it in an error, usually its file name.

    Returns:
        Photo with (H, W, 3) uint8 pixels: upright, alpha over white, 16 bits scaled to 8, the
        first frame of an animation. `notes` says what was changed.

    Raises:
        BadImage: If it is no such picture, is damaged or is too large.
    """
    name = "".join(c for c in label if c.isprintable())[:60] or _("This file")
    try:
        with _ONE_AT_A_TIME, _open(raw, name) as image:
            return _photo(image, raw, name)
    except (BadImage, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage(name, _("has too many pixels"), _(_LIMITS)) from error
    except Exception as error:  # Pillow's decoders raise a dozen types on damaged files
        advice = _(". Export it once more.")
        raise BadImage(name, _("is damaged and cannot be read"), advice) from error


def fingerprint(pixels: np.ndarray) -> str:
    """SHA-256 of decoded pixels and their size, hexadecimal.

    Args:
        pixels: (H, W, 3) uint8.
    """
    digest = hashlib.sha256(f"{pixels.shape[0]}x{pixels.shape[1]}:".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


def _open(raw: bytes, name: str) -> Image.Image:
    if not raw:
        raise BadImage(name, _("is empty"), _(". Choose a picture."))
    try:
        return Image.open(io.BytesIO(raw), formats=FORMATS)
    except UnidentifiedImageError as error:
        other = raw[4:8] == b"ftyp"
        found = _("is HEIC or AVIF") if other else _("is not PNG, JPEG, WebP, GIF or BMP")
        advice = _(". Save it as JPEG or PNG and try again.")
        raise BadImage(name, found, advice) from error


def _photo(image: Image.Image, raw: bytes, name: str) -> Photo:
    _check_size(image, raw, name)
    orientation = _orientation(image)
    full: Pair = (image.height, image.width)
    notes = [*_reduce(image), *_first_frame(image)]
    pixels, converted = rgb_array(image, raw)
    image.close()  # frees its copy before turning makes another one
    pixels = turn_upright(pixels, orientation)
    notes += [*converted, *_turned(orientation)]
    kept = middle(pixels)
    ref = ImageRef(kind="upload", name="upload", sha256=fingerprint(kept))
    size = (full[1], full[0]) if orientation in {5, 6, 7, 8} else full
    return Photo(ref, kept, size, (*notes, *_unusual_size(pixels, kept)))


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged metadata does not make the picture unreadable
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _check_size(image: Image.Image, raw: bytes, name: str) -> None:
    count = image.width * image.height
    if count > _most_pixels(image):
        size = _("is {width} × {height} = {count:.0f} megapixels").format(
            width=image.width, height=image.height, count=count / 1e6
        )
        raise BadImage(name, size, _(_LIMITS))
    if not jpeg.is_progressive(image):
        return
    costly = jpeg.coefficient_bytes(image) > jpeg.MAX_COEFFICIENT_BYTES
    if costly or jpeg.scan_count(raw) > jpeg.MAX_SCANS:
        advice = _(". Save it as a baseline JPEG.")
        raise BadImage(name, _("is a very large progressive JPEG"), advice)


def _most_pixels(image: Image.Image) -> int:
    if jpeg.is_jpeg(image):
        return MAX_JPEG_PIXELS
    return MAX_WEBP_PIXELS if image.format == "WEBP" else MAX_PIXELS


def _reduce(image: Image.Image) -> list[str]:
    return [jpeg.reduce(image)] if image.width * image.height > MAX_PIXELS else []


def _first_frame(image: Image.Image) -> list[str]:
    if image.format == "MPO" or not getattr(image, "is_animated", False):
        return []
    return [_("Only the first frame of the animation is used.")]


def _turned(orientation: int) -> list[str]:
    if orientation not in range(2, 9):
        return []
    return [_("Turned upright, as the camera noted.")]


def _unusual_size(pixels: np.ndarray, kept: np.ndarray) -> list[str]:
    height, width = pixels.shape[:2]
    if kept is not pixels:
        used = f"{kept.shape[1]} × {kept.shape[0]}"
        return [
            _("Very narrow: only the middle {used} of {width} × {height} is used.").format(
                used=used, width=width, height=height
            )
        ]
    if min(height, width) < SMALL_SIDE:
        return [
            _("Small: {width} × {height} is enlarged for the network.").format(
                width=width, height=height
            )
        ]
    return []
