"""From the color space that a file names to sRGB, which is what the pages and networks expect."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from viz_models.images import png
from viz_models.language import N_
from viz_models.language import gettext as _

MAX_PROFILE = 4_000_000  # bytes; those of printers have one or two million

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # as ICC.1 spells them -> Pillow's mode
_SRGB_GAMMA = 0.45455  # of a PNG's gAMA chunk
_SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)  # x and y of red, green, blue: cHRM
_INTEROP = 0xA005  # EXIF: a folder with the tag below
_ADOBE_RGB = "R03"  # its value of tag 1, in the DCF standard
_UNREADABLE = N_("Its color profile cannot be read: its colors are shown as if they were sRGB.")
_OTHER = N_("Its colors are not sRGB, and are shown as if they were ({why}).")


@dataclass(frozen=True, slots=True)
class Colors:
    """How the pixels of one file become sRGB."""

    transform: ImageCms.ImageCmsTransform | None = None  # None: they are sRGB as they are
    mode: str = "RGB"  # of the strips that `transform` takes
    note: str = ""  # one sentence, empty where there is nothing to say


def colors(image: Image.Image, raw: bytes) -> Colors:
    """Read the ICC profile of a file, or what else it says of its colors.

    Args:
        image: Opened; its pixels may not be there yet.
        raw: The whole file.

    Returns:
        A transform into sRGB where there is a profile of another color space; a note where the
        colors are known to be others and cannot be converted.
    """
    profile = image.info.get("icc_profile")
    if not profile:
        return Colors(note=_told_otherwise(image, raw))
    try:
        return _converted(profile, image.mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return Colors(note=_(_UNREADABLE))


def _converted(profile: bytes, mode: str) -> Colors:
    if len(profile) > MAX_PROFILE:
        raise ValueError(_("the profile is too large"))
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    takes = _SPACES.get(source.profile.xcolor_space, "")
    if takes != _mode_of(mode):
        raise ValueError(_("the profile is of another kind of pixels"))
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        takes,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if _changes_nothing(transform, takes):
        return Colors()
    name = "".join(c for c in source.profile.profile_description or "" if c.isprintable())
    if not name.strip():
        return Colors(transform, takes, _("Its colors were converted to sRGB."))
    said = _("Its colors were converted from the color profile {name} to sRGB.")
    return Colors(transform, takes, said.format(name=name.strip()[:40]))


def _mode_of(mode: str) -> str:
    """Return the kind of profile that goes with pixels of a mode."""
    if mode == "CMYK":
        return "CMYK"
    return "L" if mode in {"1", "L", "LA", "I;16"} else "RGB"


def _changes_nothing(transform: ImageCms.ImageCmsTransform, takes: str) -> bool:
    """Whether it is sRGB's own profile, of which there are many versions."""
    if takes == "CMYK":
        return False
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    if takes == "L":
        given = steps[:, None]
        expected = np.repeat(given[..., None], 3, axis=2)
    else:
        given = expected = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 1, 3)
    found = np.asarray(transform.apply(Image.fromarray(given)), np.int16)
    return int(np.abs(found - expected).max()) <= 1


def _told_otherwise(image: Image.Image, raw: bytes) -> str:
    """Return a sentence where a file without a profile says that its colors are not sRGB's."""
    if png.is_wide_gamut(raw):
        return _(_OTHER).format(why=_("its cICP chunk"))
    said: Any = {} if "srgb" in image.info else image.info  # the sRGB chunk wins over both
    if abs(said.get("gamma", _SRGB_GAMMA) - _SRGB_GAMMA) > 0.01:
        why = _("its gAMA chunk says {gamma:g}").format(gamma=said["gamma"])
        return _(_OTHER).format(why=why)
    primaries = said.get("chromaticity", (0, 0, *_SRGB_PRIMARIES))[2:]
    if np.abs(np.subtract(primaries, _SRGB_PRIMARIES)).max() > 0.01:
        return _(_OTHER).format(why=_("its cHRM chunk names other primaries"))
    try:
        known = image.getexif().get_ifd(_INTEROP).get(1)
    except Exception:  # damaged metadata does not make the picture unreadable
        return ""
    if known and str(known).strip("\0 ") == _ADOBE_RGB:
        return _(_OTHER).format(why=_("the camera says Adobe RGB, without a profile"))
    return ""
