"""ICC profiles written from the specification (ICC.1:2001-04), from published primaries."""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
P3 = ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06))


def gamma(exponent):
    """A curve: linear value = value ** exponent."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256))


def srgb_curve(n=1024):
    """A curve: IEC 61966-2-1, as a table."""
    x = np.arange(n) / (n - 1)
    linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    return b"curv\0\0\0\0" + struct.pack(">I", n) + (linear * 65535).round().astype(">u2").tobytes()


def _fixed(values):
    return b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def _whole(space, tags):
    table = data = b""
    for name, content in tags:
        at = 128 + 4 + 12 * len(tags) + len(data)
        table += name + struct.pack(">II", at, len(content))
        data += content + bytes(-len(content) % 4)
    body = struct.pack(">I", len(tags)) + table + data
    head = struct.pack(">I", 128 + len(body)) + bytes(4) + b"\2\x40\0\0mntr" + space + b"XYZ "
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(D50)
    return head + bytes(128 - len(head)) + body


def _common(name):
    said = name.encode() + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(said)) + said + bytes(78)
    return [
        (b"desc", description),
        (b"cprt", b"text\0\0\0\0none\0"),
        (b"wtpt", b"XYZ \0\0\0\0" + _fixed(D50)),
    ]


def rgb(name, primaries, curve, white=(0.3127, 0.3290)):
    """A matrix profile; white is D65 where nothing else is said."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in primaries]).T
    xyz = np.array([white[0] / white[1], 1, (1 - sum(white)) / white[1]])
    adapted = np.diag((BRADFORD @ D50) / (BRADFORD @ xyz))
    columns = np.linalg.inv(BRADFORD) @ adapted @ BRADFORD @ columns * np.linalg.solve(columns, xyz)
    tags = _common(name)
    tags += [(t, b"XYZ \0\0\0\0" + _fixed(c)) for t, c in zip(COLORANTS, columns.T, strict=True)]
    return _whole(b"RGB ", tags + [(tag, curve) for tag in (b"rTRC", b"gTRC", b"bTRC")])


COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")


def gray(name, curve):
    """A profile of one channel."""
    return _whole(b"GRAY", [*_common(name), (b"kTRC", curve)])
