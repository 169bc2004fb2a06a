"""Photos whose colors are not sRGB, and that say so."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.images import profiles
from viz_models.images.decode import decode

ADOBE = profiles.rgb("Adobe RGB (1998)", profiles.ADOBE_RGB, profiles.gamma(563 / 256))
P3 = profiles.rgb("Display P3", profiles.P3, profiles.srgb_curve())
SRGB = profiles.rgb("sRGB, one of many", profiles.SRGB, profiles.srgb_curve())
RED = Image.new("RGB", (300, 300), (200, 60, 60))


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def by_hand(color, primaries, exponent=None):
    """IEC 61966-2-1 and the primaries' own matrices, in float64."""

    def to_xyz(primaries):
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
        white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
        return columns * np.linalg.solve(columns, white)

    x = np.array(color) / 255
    curved = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    linear = x**exponent if exponent else curved
    linear = (np.linalg.inv(to_xyz(profiles.SRGB)) @ to_xyz(primaries) @ linear).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return 255 * encoded


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("profile", "expected", "name"), [
    (ADOBE, by_hand((200, 60, 60), profiles.ADOBE_RGB, 563 / 256), "Adobe RGB (1998)"),
    (P3, by_hand((200, 60, 60), profiles.P3), "Display P3"),
])  # fmt: skip
def test_a_profile_is_converted_to_srgb(kind, profile, expected, name):
    options = {"lossless": True} if kind == "WEBP" else {}
    photo = decode(encoded(RED, kind, icc_profile=profile, **options), "photo")
    assert np.abs(photo.pixels - expected).max() <= (3 if kind == "JPEG" else 1)
    assert photo.notes == (f"Its colors were converted from the color profile {name} to sRGB.",)


@pytest.mark.parametrize(("profile", "expected"), [
    (ADOBE, (231, 57, 57)),
    (profiles.rgb("P3 with gamma 2.2", profiles.P3, profiles.gamma(2.2)), (219, 37, 49)),
    (P3, (217, 42, 52)),
])  # fmt: skip
def test_colors_that_are_known(profile, expected):
    pixels = decode(encoded(RED, icc_profile=profile), "photo").pixels
    assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("profile", [SRGB, ImageCms.ImageCmsProfile(
    ImageCms.createProfile("sRGB")).tobytes()])  # fmt: skip
def test_srgbs_own_profile_changes_nothing_and_needs_no_note(profile):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8))
    photo = decode(encoded(noise, icc_profile=profile), "photo")
    assert np.array_equal(photo.pixels, np.asarray(noise))
    assert photo.notes == ()


def test_the_color_under_alpha_is_converted_before_it_is_laid_over_white():
    image = RED.convert("RGBA")
    image.putalpha(128)
    pixels = decode(encoded(image, icc_profile=P3), "photo").pixels
    opaque = by_hand((200, 60, 60), profiles.P3)
    assert np.abs(pixels - (opaque * 128 + 255 * 127) / 255).max() <= 1


def test_a_gray_profile_is_converted():
    gray = Image.new("L", (300, 300), 100)
    profile = profiles.gray("Gray Gamma 1.8", profiles.gamma(1.8))
    photo = decode(encoded(gray, icc_profile=profile), "photo")
    linear = (100 / 255) ** 1.8
    assert np.abs(photo.pixels - 255 * (1.055 * linear ** (1 / 2.4) - 0.055)).max() <= 1
    assert photo.notes[0] == "Converted from gray."


def test_a_palette_with_a_profile():
    image = RED.quantize(4)
    photo = decode(encoded(image, icc_profile=ADOBE), "photo")
    assert np.abs(photo.pixels.astype(int) - (231, 57, 57)).max() <= 1


@pytest.mark.parametrize("profile", [b"no profile", ADOBE[:200], profiles.gray(
    "for another kind of pixels", profiles.gamma(2.2)), bytes(5_000_000)])  # fmt: skip
def test_a_profile_that_is_none_carries_a_note(profile):
    photo = decode(encoded(RED, "WEBP", lossless=True, icc_profile=profile), "photo")
    assert np.array_equal(photo.pixels, np.asarray(RED))
    assert "Its color profile cannot be read" in photo.notes[-1]


def test_adobe_rgb_in_the_cameras_notes_alone_carries_a_note():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    photo = decode(encoded(RED, "JPEG", exif=exif), "photo")
    assert "the camera says Adobe RGB" in photo.notes[-1]


def test_a_turned_photo_with_a_profile_keeps_its_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (300, 400), (200, 60, 60))
    photo = decode(encoded(image, "JPEG", exif=exif, icc_profile=P3), "photo")
    assert photo.pixels.shape == (300, 400, 3)
