"""How an instrument gets to the browser: its three files, and bytes behind a JSON header."""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from viz_models import language
from viz_models.language import markup
from viz_models.ui.guides import locks
from viz_models.ui.instruments import scripts

HERE = Path(__file__).parent
Sent = Mapping[str, Any] | bytes  # what an instrument is told


def mounted(name: str, *, isolated: bool = True) -> Callable[..., Any]:
    """Register the instrument `name`: name.html, name.css and name.js in its folder.

    Its words are those of the reader's language.

    Args:
        name: Of its folder.
        isolated: Whether its styles and those of the page do not meet (a shadow root).

    Returns:
        What mounts it. `params` are the URL parameters that it writes: a guided lesson may lock
        or hide it by these, and by its key.
    """
    return _mounted(name, language.current(), isolated)


@cache
def _mounted(name: str, spoken: str, isolated: bool) -> Callable[..., Any]:
    with language.speaking(spoken):
        html = markup.translated(
            (HERE / name / f"{name}.html").read_text(encoding="utf-8"), language.gettext
        )
        js = scripts.inline(name)
    mount = st.components.v2.component(
        f"forward_pass.{name}" + ("" if spoken == language.ENGLISH else f".{spoken}"),
        html=html,
        css=(HERE / name / f"{name}.css").read_text(encoding="utf-8"),
        js=js,
        isolate_styles=isolated,
    )

    def mounting(
        *,
        key: str,
        data: Sent,
        params: Sequence[str] = (),
        **options: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        sent = data if isinstance(data, bytes) else _without_lists(data)
        with locks.around(key, params):
            return mount(key=key, data=sent, **options)

    return mounting


def _without_lists(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same JSON.

    Of a list Streamlit asks whether it is a table, and imports pandas for it.
    """
    return {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}


def pack(header: Mapping[str, Any], arrays: Sequence[np.ndarray] = ()) -> bytes:
    """Header and arrays as one byte string, which Streamlit sends without base64.

    Layout: uint32 little-endian length of the header, the header as UTF-8 JSON padded with
    spaces so that the first array starts at a multiple of 8, then the arrays, each C-contiguous
    and padded to a multiple of 8. The header gets `arrays`: one [dtype, shape, offset] each,
    where offset counts from the end of the header.
    """
    offset, index, parts = 0, [], []
    for array in arrays:
        raw = np.ascontiguousarray(array).tobytes()
        index.append([array.dtype.str, list(array.shape), offset])
        parts.append(raw + b"\0" * (-len(raw) % 8))
        offset += len(parts[-1])
    text = json.dumps({**header, "arrays": index}, allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(parts)
