"""A recorded network as one HTML file, or as what an instrument of the app draws."""

import base64
import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from viz_models import language
from viz_models.digits import digits, percent, shape
from viz_models.figures import pixels, theme
from viz_models.language import gettext as _
from viz_models.language import markup
from viz_models.records.flow.recorded import Made, Recorded, RecordedStep

HERE = Path(__file__).parent
MAP_SIDE = 36  # pixels of one map
MOST_MAPS = 8  # of one step
MAP_BYTES = 1_600_000  # of all maps: a file that can be mailed


def page(recorded: Recorded) -> str:
    """Return one HTML file that needs no server and no network.

    Args:
        recorded: Any recorded forward pass.
    """
    text = json.dumps(drawn(recorded), ensure_ascii=False, allow_nan=False)
    title = escape(
        _("{network}: {count} steps").format(network=recorded.network, count=len(recorded.steps))
    )
    return (
        f'<!doctype html>\n<html lang="{language.current()}"><meta charset="utf-8">'
        f"<title>{title}</title>\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<style>{source('file.css')}{source('draw.css')}</style>\n"
        '<div class="network" id="network"></div>\n'
        f'<script type="application/json" id="data">{_safe(text)}</script>\n'
        f"<script type=module>{markup.WORD.read_text(encoding='utf-8')}{source('draw.js')}\n"
        f"speak({_safe(json.dumps(markup.said(source('draw.js'))))});\n"
        'drawNetwork(document.getElementById("network"), '
        'JSON.parse(document.getElementById("data").textContent));</script></html>\n'
    )


def _safe(text: str) -> str:
    """Return JSON in which no text can end the script around it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def source(name: str) -> str:
    """Return one of the files beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def drawn(recorded: Recorded) -> dict[str, Any]:
    """Return everything that the drawing shows, in plain values.

    Args:
        recorded: Any recorded forward pass.
    """
    place = {step.name: i for i, step in enumerate(recorded.steps)}
    images, slopes = _images(recorded)
    seen = [_step(*each, place) for each in zip(recorded.steps, images, slopes, strict=True)]
    return {
        "network": recorded.network,
        "check": recorded.check.text if recorded.check else "",
        "exact": bool(recorded.check and recorded.check.exact),
        "about": _("{count:,} steps · {parameters:,} parameters").format(
            count=len(recorded.steps), parameters=recorded.parameters
        ),
        "notes": list(recorded.notes),
        "loss": "" if recorded.loss is None else f"{recorded.loss_name} = {digits(recorded.loss)}",
        "made": recorded.provenance.versions,
        "steps": seen,
        "given": [
            [place.get(source.name, -1) if source.kind == "step" else -1, name, shape(source.shape)]
            for name, source in zip(recorded.output_names, recorded.outputs, strict=False)
        ],
        "luts": {
            kind: base64.b64encode(theme.lut(kind).astype(np.uint8).tobytes()).decode()
            for kind in ("sequential", "diverging")
        },
    }


_Image = dict[str, Any] | None


def _step(
    step: RecordedStep, image: _Image, slope: _Image, place: dict[str, int]
) -> dict[str, Any]:
    return {
        "name": step.name,
        "op": step.op,
        "function": step.function,
        "module": step.module,
        "path": step.path,
        "call": step.call,
        "inputs": [
            [place.get(s.name, -1) if s.kind == "step" else -1, s.text, _(s.kind), shape(s.shape)]
            for s in step.inputs
        ],
        "outputs": [_made(made) for made in step.outputs],
        "kernels": list(step.kernels),
        "image": image,
        "slope": slope,
    }


def _made(made: Made) -> dict[str, Any]:
    stats, size = made.stats, made.gradient
    numbers = [] if stats is None else [stats.mean, stats.std, stats.min, stats.max]
    return {
        "shape": shape(made.shape) or _("one number"),
        "dtype": made.dtype,
        "stats": [digits(n) for n in numbers] + ([percent(stats.zeros)] if stats else []),
        "gradient": [digits(size.norm), digits(size.largest), percent(size.zeros)] if size else [],
        "kept": made.kept,
    }


def _images(recorded: Recorded) -> tuple[list[_Image], list[_Image]]:
    """Return the maps of each step and of its gradient, as many as there is room for."""
    shown = [_maps(given[0]) if given else None for given in recorded.values]
    slopes = [_maps(given[0]) if given else None for given in recorded.gradients]
    count = sum(maps is not None for maps in (*shown, *slopes))
    most = min(MOST_MAPS, max(1, MAP_BYTES // max(1, count * MAP_SIDE * MAP_SIDE)))
    slopes += [None] * (len(shown) - len(slopes))
    orders = [None if maps is None else _most_varied(maps, most) for maps in shown]
    return (
        [None if m is None else _image(m, o) for m, o in zip(shown, orders, strict=True)],
        [None if m is None else _image(m, o) for m, o in zip(slopes, orders, strict=True)],
    )


def _maps(value: np.ndarray | None) -> np.ndarray | None:
    """Return (C, H, W) of what can be seen as maps: N C H W, or tokens x features as one map."""
    if value is None or value.dtype.kind != "f" or value.ndim not in (3, 4) or value.size == 0:
        return None
    maps = value[0] if value.ndim == 4 else value[:1]
    return maps if min(maps.shape[1:]) > 1 else None


def _most_varied(maps: np.ndarray, most: int) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.argsort(-np.nan_to_num(maps.std(axis=(1, 2))), kind="stable")[:most]


def _image(maps: np.ndarray, order: np.ndarray | None) -> dict[str, Any]:
    order = np.arange(1) if order is None else order  # a gradient of what was not kept
    chosen = np.nan_to_num(maps[order].astype(np.float32)).astype(np.float64)  # −inf fits, too
    down, right = (-(-n // MAP_SIDE) for n in chosen.shape[1:])
    kind = pixels.scheme(chosen)
    low, high = pixels.robust_limits(chosen)
    small = chosen[:, ::down, ::right]
    painted = np.round((small - low) / (high - low) * 255).clip(0, 255).astype(np.uint8)
    return {
        "kind": kind,
        "channels": order.tolist(),
        "size": list(small.shape[1:]),
        "data": base64.b64encode(painted.tobytes()).decode(),
    }
