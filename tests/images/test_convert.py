import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from viz_models.images.convert import MAX_ASPECT, middle, rgb_array, turn_upright

RNG = np.random.default_rng(0)
COLORS = Image.fromarray(RNG.integers(0, 256, (37, 53, 3), np.uint8))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "HSV"])
def test_opaque_modes_equal_pillows_own_conversion(mode):
    image = COLORS.convert(mode)
    pixels, _ = rgb_array(image)
    assert np.array_equal(pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_laid_over_white(mode):
    image = COLORS.convert(mode)
    image.putalpha(Image.fromarray(RNG.integers(0, 256, (37, 53), np.uint8)))
    pixels, notes = rgb_array(image)

    rgba = np.asarray(image.convert("RGBA"), np.float64)
    alpha = rgba[..., 3:] / 255
    expected = rgba[..., :3] * alpha + 255 * (1 - alpha)
    assert np.array_equal(pixels, np.floor(expected + 0.5))
    assert "Transparent parts are shown over white." in notes


def test_a_transparent_palette_entry_becomes_white():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((2, 1), 0)
    image.info["transparency"] = 0
    pixels, _ = rgb_array(image)
    assert pixels[1, 2].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [0, 0, 255]


@given(st.integers(0, 65535))
def test_16_bit_gray_is_scaled_not_clipped(value):
    image = Image.fromarray(np.full((2, 3), value, np.uint16))
    pixels, _ = rgb_array(image)
    assert np.all(pixels == round(value * 255 / 65535))


def test_the_value_from_the_specification():
    pixels, _ = rgb_array(Image.fromarray(np.full((1, 1), 40000, np.uint16)))
    assert pixels.tolist() == [[[156, 156, 156]]]


def test_strips_meet_without_a_seam():
    tall = np.arange(1000 * 1500 * 3).reshape(1500, 1000, 3).astype(np.uint8)  # 1.5 strips
    pixels, _ = rgb_array(Image.fromarray(tall))
    assert np.array_equal(pixels, tall)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_equal_pillows_own(orientation):
    image = COLORS.copy()
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(turn_upright(np.asarray(COLORS), orientation), expected)


@pytest.mark.parametrize("orientation", [0, 9, -1, 65535])
def test_a_senseless_orientation_changes_nothing(orientation):
    assert np.array_equal(turn_upright(np.asarray(COLORS), orientation), np.asarray(COLORS))


@given(st.integers(1, 400), st.integers(1, 400))
def test_middle_bounds_the_aspect_and_keeps_what_fits(height, width):
    pixels = np.arange(height * width * 3).reshape(height, width, 3).astype(np.uint8)
    kept = middle(pixels)
    assert max(kept.shape[:2]) <= MAX_ASPECT * min(kept.shape[:2])
    assert min(kept.shape[:2]) == min(height, width)
    if max(height, width) <= MAX_ASPECT * min(height, width):
        assert kept is pixels


def test_middle_takes_the_middle():
    line = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert middle(line)[0, :, 0].tolist() == list(range(18, 82))
