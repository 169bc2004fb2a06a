"""PNG files written from the specification, with the pixels that it says they show."""

import zlib
from fractions import Fraction

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # samples a pixel, by color type
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # table 11.1
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
         (1, 0, 2, 1))  # fmt: skip


def chunk(name, data):
    """Section 5.3: length, name, data, CRC of name and data."""
    crc = zlib.crc32(name + data)
    return len(data).to_bytes(4, "big") + name + data + crc.to_bytes(4, "big")


def packed(row, depth):
    """Section 7.2: samples of a scanline, the leftmost in the high bits, padded to a byte."""
    bits = "".join(f"{sample:0{depth}b}" for pixel in row for sample in pixel)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def passes(pixels, interlaced):
    """Section 8.2: the rows of each reduced image; one image without interlacing."""
    if not interlaced:
        return [pixels]
    reduced = [
        [row[left::across] for row in pixels[top::down]] for top, left, down, across in ADAM7
    ]
    return [[row for row in rows if row] for rows in reduced]


def file(pixels, color_type, depth, *, palette=(), trns=b"", interlaced=False, extra=()):
    """A PNG of rows of pixels, each a tuple of samples."""
    size = len(pixels[0]).to_bytes(4, "big") + len(pixels).to_bytes(4, "big")
    lines = [b"\0" + packed(row, depth) for rows in passes(pixels, interlaced) for row in rows]
    parts = [(b"IHDR", size + bytes([depth, color_type, 0, 0, interlaced])), *extra]
    if palette:
        parts.append((b"PLTE", bytes(sample for color in palette for sample in color)))
    if trns:
        parts.append((b"tRNS", trns))
    parts += [(b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def shown(pixels, color_type, depth, *, palette=(), trns=b""):
    """What the specification says is seen over white, as rows of three bytes.

    Section 13.12: floor(sample * 255 / maximum + 0.5) for gray; of 16-bit colors the high byte,
    the shift that the same section allows and browsers take. Section 13.16: alpha * foreground +
    (1 - alpha) * background. Section 11.3.1.1: a pixel whose samples, at the image's own depth,
    equal those of tRNS is transparent; of a palette each entry has an alpha, 255 where it has
    none.
    """
    key = tuple(int.from_bytes(trns[i : i + 2], "big") for i in range(0, len(trns), 2))

    def seen(pixel):
        opaque = not trns or pixel != key
        if depth == 16 and color_type != 0:
            pixel, most = tuple(sample >> 8 for sample in pixel), 255
        else:
            most = 2**depth - 1
        if color_type == 3:
            alphas = [*trns, *[255] * (len(palette) - len(trns))]
            color = [Fraction(sample, 255) for sample in palette[pixel[0]]]
            alpha = Fraction(alphas[pixel[0]], 255)
        elif color_type in (4, 6):
            color, alpha = [Fraction(s, most) for s in pixel[:-1]], Fraction(pixel[-1], most)
        else:
            color, alpha = [Fraction(s, most) for s in pixel], int(opaque)
        bytes_ = [int((alpha * c + (1 - alpha)) * 255 + Fraction(1, 2)) for c in color]
        return bytes_ * (3 if len(bytes_) == 1 else 1)

    return [[seen(pixel) for pixel in row] for row in pixels]
