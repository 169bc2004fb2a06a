import io
import os
import random
import zlib

import numpy as np
import pytest
from PIL import Image

from viz_models.images import jpeg

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8))


def encoded(**options):
    buffer = io.BytesIO()
    PICTURE.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def test_scans_of_a_baseline_and_a_progressive_file():
    assert jpeg.scan_count(encoded()) == 1
    assert jpeg.scan_count(encoded(progressive=True)) == 10  # libjpeg's script for color


def test_a_thumbnail_inside_and_a_video_behind_do_not_count():
    inside = encoded(exif=b"Exif\0\0" + b"\xff\xda\0\2" * 200)
    behind = encoded() + b"\xff\xda" * 200 + os.urandom(1000)
    assert jpeg.scan_count(inside) == 1
    assert jpeg.scan_count(behind) == 1


def test_repeated_scans_are_counted():
    raw = encoded(progressive=True)
    last = raw.rindex(b"\xff\xda")
    scan = raw[last:-2]
    assert jpeg.scan_count(raw[:last] + scan * 90 + raw[-2:]) == 99


def scan(pick):
    """A scan's header, and pixels with what may stand in them: stuffed bytes, restarts."""
    parts = [b"\xff\x00", b"\xff\xd3", b"\xda", b"\x00\x02", b"\x41"]
    return b"\xff\xda\0\x08" + b"\xff\xda" * 3 + b"".join(pick.choices(parts, k=200))


def segment(pick):
    """A marker that is no scan, sometimes with fill bytes, around what looks like scans."""
    marker = pick.choice([0xC0, 0xC4, 0xDB, 0xDD, 0xE1, 0xFE])
    inside = b"\xff\xda\0\2" * pick.randrange(50)
    length = (len(inside) + 2).to_bytes(2, "big")
    return b"\xff" * pick.randint(1, 3) + bytes([marker]) + length + inside


@pytest.mark.parametrize("seed", range(20))
def test_scans_among_other_segments_are_counted(seed):
    pick = random.Random(seed)
    kinds = pick.choices([scan, segment], k=30)
    raw = b"\xff\xd8" + b"".join(kind(pick) for kind in kinds)
    assert jpeg.scan_count(raw + b"\xff\xd9" + scan(pick)) == kinds.count(scan)
    assert jpeg.scan_count(raw) == kinds.count(scan)  # cut off before its end


@pytest.mark.parametrize("seed", range(20))
def test_rubbish_has_no_more_scans_than_bytes_that_begin_one(seed):
    rubbish = np.random.default_rng(seed).choice([255, 218, 0, 3, 192], 5000).astype(np.uint8)
    for raw in (b"\xff\xd8" + rubbish.tobytes(), zlib.compress(rubbish), b"", b"\xff\xd8\xff"):
        assert jpeg.scan_count(raw) <= raw.count(b"\xff\xda")


@pytest.mark.parametrize(("subsampling", "share"), [(0, 3.0), (1, 2.0), (2, 1.5)])
def test_coefficients_follow_the_chroma_subsampling(subsampling, share):
    image = Image.open(io.BytesIO(encoded(subsampling=subsampling)))
    assert jpeg.coefficient_bytes(image) == 2 * 64 * 96 * share


@pytest.mark.parametrize(("progressive", "size"), [(False, (48, 32)), (True, (24, 16))])
def test_reduce_halves_or_quarters(progressive, size):
    image = Image.open(io.BytesIO(encoded(progressive=progressive)))
    note = jpeg.reduce(image)
    image.load()
    assert image.size == size
    assert note == f"Decoded at {size[0]} × {size[1]} instead of 96 × 64, to save memory."
