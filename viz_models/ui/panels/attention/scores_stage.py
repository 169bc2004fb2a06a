"""The main picture of the lesson on scores: Q K^T, the mask, the softmax, the output."""

from collections.abc import Callable
from typing import Any

import numpy as np

from viz_models.digits import percent, shape
from viz_models.figures import pixels
from viz_models.language import gettext as _
from viz_models.records import FilledRow
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.instruments.tiles.over import Bar, Bars, Curve, Mark
from viz_models.ui.kit import state
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.attention.scores import View, first_cell
from viz_models.ui.panels.attention.sentence import token_labels
from viz_models.ui.results.attention import scores as results

STAGE = 316  # px
CURVE = 40  # points on it


def draw_stage(view: View) -> None:
    """Draw Q, K and V and what becomes of them: scores, mask, weights, output."""
    tiles(
        [*_scores(view), *_softmax(view), *_output(view)],
        key="stage",
        luts=luts(is_dark()),
        start=view.cell,
        default=first_cell(view.stages),
        height=STAGE,
        flipped=view.mask.painted,
        on_change=_listen("stage"),
    )


def _listen(key: str) -> Callable[[], None]:
    cell, flipped = state.listen(key, "cell", "cell"), state.listen(key, "flipped", "painted")

    def keep() -> None:
        cell()
        flipped()

    return keep


def _matrix(name: str, values: np.ndarray, **fields: Any) -> Tiles:  # noqa: ANN401
    return Tiles(
        name=name,
        values=values[None],
        **{"note": shape(values.shape), "stretch": True, "pick": "cell", **fields},
    )


def _scores(view: View) -> list[Tiles]:
    """Return Q, the scores, and K^T that stands on top of them."""
    found = view.stages
    queries, keys = token_labels(found.queries), token_labels(found.keys)
    signed: dict[str, Any] = {"scheme": "diverging", "axes": (_("query"), _("dimension"))}
    vectors = pixels.robust_limits(np.concatenate([found.q, found.k]))
    return [
        _matrix(
            "q", found.q, title="Q", row_labels=queries, limits=vectors, size=58,
            follows=(0, None), after="·", **signed,
        ),
        _matrix(
            "scores", found.scores, title=_("scores  Q Kᵀ"), scheme="diverging", show_values=True,
            column_labels=keys, row_names=queries, follows=(0, 1),
            after=_("÷ √{shape}\n+ mask").format(shape=found.q.shape[1]),
        ),
        _matrix(
            "k", found.k.T, title="Kᵀ", column_names=keys, limits=vectors, size=64,
            follows=(None, 1), above="scores", scheme="diverging", axes=(_("dimension"), _("key")),
        ),
    ]  # fmt: skip


def _softmax(view: View) -> list[Tiles]:
    """Return the scores as they enter the softmax, and the weights that come out."""
    found, fill = view.stages, view.mask.fill
    queries, keys = token_labels(found.queries), token_labels(found.keys)
    shared: dict[str, Any] = {"column_labels": keys, "row_names": queries, "follows": (0, 1)}
    paints = "painted" in view.mask.kinds
    totals = found.weights.sum(axis=1, dtype=np.float64)
    whole = bool(np.all(np.abs(totals - 1) < 1e-5))
    size = shape(found.weights.shape)
    note = (
        _("{size} · rows sum to 1").format(size=size)
        if whole
        else _("{size} · rows do not sum to 1").format(size=size)
    )
    return [
        _matrix(
            "masked", found.scaled, title=_("scaled and masked"), scheme="diverging",
            note=_("drag to paint the mask") if paints else shape(found.scaled.shape),
            show_values=True, hatched=~found.allowed, pick="mask" if paints else "cell",
            hatched_text={"-inf": "−∞", "0": "0", "after": ""}[fill],
            over=_curve(view), after=_("softmax\neach row"), **shared,
        ),
        _matrix(
            "weights", found.weights, title=_("weights"), show_values=True, limits=(0.0, 1.0),
            hatched=~found.allowed & (found.weights == 0), over=_bars(view), after="· V\n",
            note=note,
            row_margins=(tuple(_sum(t) for t in totals),), row_margin_names=("Σ",),
            row_margin_role="checked" if whole else "warning", **shared,
        ),
    ]  # fmt: skip


def _sum(total: float) -> str:
    return "NaN" if np.isnan(total) else f"{total:.2f}"


def _output(view: View) -> list[Tiles]:
    """Return the output, and V that stands on top of it."""
    found = view.stages
    signed: dict[str, Any] = {"scheme": "diverging", "axes": (_("query"), _("dimension"))}
    finite = np.concatenate([found.v, found.output])
    limits = pixels.robust_limits(finite[np.isfinite(finite)])
    return [
        _matrix(
            "output", found.output, title=_("output"), size=74,
            row_names=token_labels(found.queries),
            limits=limits, follows=(0, None), **signed,
        ),
        _matrix(
            "v", found.v, title="V", row_names=token_labels(found.keys), size=64, limits=limits,
            follows=(1, None), above="output", scheme="diverging", axes=(_("key"), _("dimension")),
        ),
    ]  # fmt: skip


def _bars(view: View) -> Bars:
    """Return the sums of the chosen row, masked in three ways, of which one is right."""
    query, _rest = view.cell
    ways = results.three_ways(view.spec, query)
    labels = (_("−∞ before"), _("0 before"), _("0 after"))
    rows = (_bar(label, way) for label, way in zip(labels, ways, strict=True))
    return Bars(_("Row {query} masked three ways").format(query=view.query), tuple(rows))


def _bar(label: str, way: FilledRow) -> Bar:
    if np.isnan(way.total):
        return Bar(label, (), "NaN", "warning")
    kept = min(way.total - way.leak, 1.0)
    if way.leak > 0:
        return Bar(
            label,
            ((kept, "plain"), (way.leak, "warning")),
            _("{share} leaks").format(share=percent(way.leak)),
            "warning",
        )
    right = abs(way.total - 1) < 1e-5
    return Bar(label, ((kept, "plain"),), f"Σ {way.total:.2f}", "checked" if right else "warning")


def _apart(keys: list[int], scaled: np.ndarray) -> set[int]:
    """Return those of the keys whose labels do not overlap."""
    room = 0.16 * float(np.ptp(scaled))
    kept: list[int] = []
    for key in keys:
        if all(abs(scaled[key] - scaled[other]) > room for other in kept):
            kept.append(key)
    return set(kept)


def _curve(view: View) -> Curve:
    """Return the curve of the exponential with the scores of the chosen row on it."""
    query, key = view.cell
    scaled, allowed = view.stages.scaled[query].astype(float), view.stages.allowed[query]
    low, high = float(scaled.min()) - 0.6, float(scaled.max()) + 0.05
    x = np.linspace(low, high, CURVE)
    struck = view.mask.fill == "-inf"
    names = token_labels(view.stages.keys)
    named = _apart([key, *np.argsort(-np.where(allowed, scaled, -np.inf)).tolist()[:2]], scaled)
    marks = tuple(
        Mark(
            float(v),
            float(np.exp(v)),
            names[j] if j in named and allowed[j] else "",
            "chosen" if j == key or (struck and not allowed[j]) else "plain",
            bool(struck and not allowed[j]),
        )
        for j, v in enumerate(scaled)
    )
    line = tuple((float(a), float(b)) for a, b in zip(x, np.exp(x), strict=True))
    return Curve("eˣ", line, marks, "e^−∞ = 0" if struck else "")
