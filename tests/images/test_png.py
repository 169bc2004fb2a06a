"""Every color type, bit depth and transparency of PNG against the specification itself."""

import base64
import random

import numpy as np
import pytest

from tests.images import png_files
from viz_models.images import png
from viz_models.images.decode import decode

KINDS = [(color, depth) for color, depths in png_files.DEPTHS.items() for depth in depths]
WITH_KEY = [(color, depth) for color, depth in KINDS if color in (0, 2)]


def drawn(color_type, depth, seed=0, height=9, width=13):
    pick = random.Random(seed)
    ends = (0, 2**depth - 1)

    def sample():
        return pick.choice(ends) if pick.random() < 0.2 else pick.randrange(2**depth)

    channels = png_files.CHANNELS[color_type]
    return [[tuple(sample() for _ in range(channels)) for _ in range(width)] for _ in range(height)]


def palette(depth, seed=1):
    pick = random.Random(seed)
    return [tuple(pick.randrange(256) for _ in range(3)) for _ in range(2**depth)]


def assert_shown(pixels, color_type, depth, **options):
    for interlaced in (False, True):
        raw = png_files.file(pixels, color_type, depth, interlaced=interlaced, **options)
        photo = decode(raw, "photo.png")
        expected = np.array(png_files.shown(pixels, color_type, depth, **options))
        assert np.array_equal(photo.pixels, expected)
    return photo


@pytest.mark.parametrize(("color_type", "depth"), KINDS)
def test_pixels_are_those_of_the_specification(color_type, depth):
    colors = palette(depth) if color_type == 3 else ()
    photo = assert_shown(drawn(color_type, depth), color_type, depth, palette=colors)
    assert any("not clipped" in note for note in photo.notes) == (depth == 16)
    assert any("over white" in note for note in photo.notes) == (color_type in (4, 6))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("color_type", "depth"), WITH_KEY)
def test_the_transparent_color_is_compared_at_full_depth(color_type, depth, seed):
    pixels = drawn(color_type, depth, seed)
    key = pixels[2][3]
    if depth == 16:  # not transparent: only its high bytes are those of the key
        pixels[2][4] = tuple(sample ^ 1 for sample in key)
        pixels[2][5] = tuple(sample >> 8 for sample in key)
    trns = b"".join(sample.to_bytes(2, "big") for sample in key)
    photo = assert_shown(pixels, color_type, depth, trns=trns)
    assert photo.pixels[2, 3].tolist() == [255, 255, 255]
    assert any("over white" in note for note in photo.notes)


@pytest.mark.parametrize("known", [1, 2, 5])
@pytest.mark.parametrize("depth", png_files.DEPTHS[3])
def test_palette_entries_have_an_alpha_each(depth, known):
    pick = random.Random(known)
    trns = bytes(pick.choice([0, 255, pick.randrange(256)]) for _ in range(min(known, 2**depth)))
    assert_shown(drawn(3, depth), 3, depth, palette=palette(depth), trns=trns)


@pytest.mark.parametrize(("text", "expected"), [
    ("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAAAnRSTlMAAHaTzTgAAAANSURBVHicY2BgmOMAAAF9AN1"
     "dvXqiAAAAAElFTkSuQmCC", [[[255, 255, 255], [156, 156, 156]]]),
    ("iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAIAAAAr0DSeAAAABnRSTlMAyADIAMi9wCnxAAAAD0lEQVR4nGNgOAGCYII"
     "BAB6FBLEdoGUKAAAAAElFTkSuQmCC", [[[255, 255, 255], [200, 200, 200]]]),
])  # fmt: skip
def test_files_that_were_shown_wrongly(text, expected):
    photo = decode(base64.b64decode(text), "photo.png")
    assert photo.pixels.tolist() == expected
    assert "Transparent parts are shown over white." in photo.notes


def test_gray_of_sixteen_bits_is_rounded_and_not_cut():
    pixels = [[(value,) for value in range(row, 65536, 500)] for row in range(0, 65536, 500)]
    width = min(len(row) for row in pixels[:60])
    assert_shown([row[:width] for row in pixels[:60]], 0, 16)


def test_strips_of_sixteen_bits_meet_without_a_seam(monkeypatch):
    monkeypatch.setattr(png, "STRIP_PIXELS", 30)
    pixels = drawn(2, 16)
    trns = b"".join(sample.to_bytes(2, "big") for sample in pixels[7][3])
    assert_shown(pixels, 2, 16, trns=trns)


@pytest.mark.parametrize(("extra", "said"), [
    ((b"gAMA", (45455).to_bytes(4, "big")), None),
    ((b"gAMA", (100_000).to_bytes(4, "big")), "gAMA chunk says 1)"),
    ((b"cICP", bytes([1, 13, 0, 1])), None),
    ((b"cICP", bytes([9, 16, 0, 1])), "cICP"),
    ((b"cHRM", b"".join(v.to_bytes(4, "big") for v in (
        31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))), None),
    ((b"cHRM", b"".join(v.to_bytes(4, "big") for v in (
        31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000))), "cHRM"),
])  # fmt: skip
def test_colors_that_a_chunk_says_are_not_srgb_carry_a_note(extra, said):
    pixels = drawn(2, 8, height=230, width=230)
    notes = decode(png_files.file(pixels, 2, 8, extra=(extra,)), "photo").notes
    assert [said in note for note in notes] == ([True] if said else [])
