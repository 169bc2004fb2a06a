"""A link as a QR code, for the phones of a room."""

import segno

QUIET = 4  # modules of ground around it, which ISO/IEC 18004 asks for


def image(link: str) -> str:
    """Draw a link as black squares on white ground, in both themes: readers expect them so.

    Args:
        link: What a phone opens.

    Returns:
        A data URI of an SVG, without a size of its own.

    Raises:
        ValueError: If the link is longer than a QR code can hold (2,953 bytes at most).
    """
    return segno.make(link, micro=False).svg_data_uri(
        border=QUIET, dark="#000", light="#fff", omitsize=True
    )
