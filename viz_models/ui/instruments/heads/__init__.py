"""The `heads` instrument: all heads of a network as small maps, one of them enlarged.

The browser owns which head is looked at, which query, and which heads are off: it paints them,
writes them to the address bar and then tells Python, which measures what comes out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from viz_models.ui.instruments.mounting import mounted, pack

BUDGET = 100_000  # bytes of all small maps; larger ones are sent at half the size or less


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """All heads of one kind of attention."""

    key: str  # "cross"; a head is "cross.0.2"
    title: str
    queries: Sequence[str]
    keys: Sequence[str]
    weights: np.ndarray  # (L, H, queries, keys), 0 to 1
    captions: Sequence[Sequence[str]]  # (L, H): below each map
    warned: Sequence[Sequence[bool]]  # (L, H): captions in the color of what was lost
    causal: bool = False  # keys after the query are masked, and hatched


def heads(
    parts: Sequence[Part],
    *,
    key: str,
    chosen: str,
    fallback: str,
    off: Sequence[str],
    query: int,
    lut: np.ndarray,
    note: str,
    height: int,
    on_head: Callable[[], None],
    on_off: Callable[[], None],
) -> None:
    """Mount the maps and the enlarged head.

    Args:
        parts: From top to bottom.
        key: Streamlit key.
        chosen: The enlarged head, "cross.0.2".
        fallback: The head that the address leaves out.
        off: Heads that are switched off.
        query: Whose row is marked when the page opens.
        lut: (256, 3) uint8, the colors of 0 to 1.
        note: What the captions say.
        height: Of the enlarged head, px at normal type size.
        on_head: Called when another head is enlarged; the state's field is `head`.
        on_off: Called when a head is switched; the field `off` has all that are, with commas.

    Raises:
        ValueError: If no part has the chosen head.
    """
    name, layer, head = chosen.split(".")
    shown = next((p for p in parts if p.key == name), None)
    if shown is None or int(layer) >= shown.weights.shape[0] or int(head) >= shown.weights.shape[1]:
        raise ValueError(f"there is no head {chosen!r}")
    stride = _stride(parts)
    arrays = [_small(p.weights, stride) for p in parts]
    exact = shown.weights[int(layer), int(head)].astype(np.float32)
    header = {
        "parts": [_described(p) for p in parts],
        "stride": stride,
        "chosen": chosen,
        "fallback": fallback,
        "off": sorted(off),
        "query": query,
        "note": note,
        "height": height,
    }
    mounted("heads")(
        key=key,
        data=pack(header, [*arrays, exact, lut.astype(np.uint8)]),
        params=("head", "off", "query"),
        on_head_change=on_head,
        on_off_change=on_off,
    )


def _described(part: Part) -> dict[str, object]:
    layers, many = part.weights.shape[:2]
    return {
        "key": part.key,
        "title": part.title,
        "queries": list(part.queries),
        "keys": list(part.keys),
        "layers": layers,
        "heads": many,
        "captions": [list(row) for row in part.captions],
        "warned": [list(row) for row in part.warned],
        "causal": part.causal,
    }


def _stride(parts: Sequence[Part]) -> int:
    cells, stride = sum(p.weights.size for p in parts), 1
    while cells / stride**2 > BUDGET:
        stride += 1
    return stride


def _small(weights: np.ndarray, stride: int) -> np.ndarray:
    """(L, H, t, s) uint8; each square of cells by its largest weight, so that none is missed."""
    *_, t, s = weights.shape
    padded = np.pad(weights, [(0, 0), (0, 0), (0, -t % stride), (0, -s % stride)])
    blocks = padded.reshape(*weights.shape[:2], -(-t // stride), stride, -(-s // stride), stride)
    return np.rint(255 * blocks.max(axis=(3, 5))).clip(0, 255).astype(np.uint8)
