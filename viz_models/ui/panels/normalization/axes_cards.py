"""The cards of the lesson on axes: one value, who changes whom, and how many means."""

import base64
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.normalization import axes as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import CellNorm, Line, Normalized, NormSpec, Nudge, Place
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import take_away as take
from viz_models.ui.kit import words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.normalization import tensors
from viz_models.ui.panels.normalization.axes import NORMS, View
from viz_models.ui.results.normalization import axes as results

NUDGE: Nudge = "any"  # the whole Jacobian block: in every direction at once
SHOWN = 4  # digits of a total; its line has the digits that make it true
EXACT = 16  # examples up to which every pair is measured on screen


def draw_cards(view: View, text: dict[str, str]) -> None:
    """Draw one value with its line, who changes whom, and how many means there are."""
    left, middle, right = st.columns([4.1, 5.1, 3.5], gap="xsmall")
    with left.container(border=True, height="stretch"):
        draw_one_value(view)
    with middle.container(border=True, height="stretch"):
        draw_influence(view, text)
    with right.container(border=True, height="stretch"):
        draw_means(view)


def draw_one_value(view: View) -> None:
    """Draw the line of the chosen value with its numbers, beside torch's value."""
    cell = view.cell()
    n, c, y, x = view.place
    where = _("{examples} · channel {c} · row {y}, column {x}").format(
        examples=view.examples()[n], c=c, y=y, x=x
    )
    ledger([], key="cell_title", title=_("One cell, exactly"), note=where)
    show(kept(figures.stages, cell.stages, dark=is_dark(), height=128), "stages")
    ledger(
        [
            Line(label=cell.formula, role="muted"),
            Line(label=_("total"), value=digits(cell.total, SHOWN), role="chosen", rule=True),
            _torchs(cell),
        ],
        key="cell_line",
        badge=_badge(view),
        terms=words.glossary(),
    )


def _torchs(cell: CellNorm) -> Line:
    if cell.torch_value is None or cell.difference is None:
        return Line(label=_("torch refuses this input"), role="warning")
    return beside_torch(cell.torch_value, cell.difference, agrees=cell.agrees)


def draw_influence(view: View, text: dict[str, str]) -> None:
    """Draw the effect of every example on every other, for the chosen norm and for another one."""
    if view.shape[0] > EXACT:
        st.caption(
            _("Measured for up to {exact} examples; this batch has {shape}.").format(
                exact=EXACT, shape=view.shape[0]
            )
        )
        return
    rival = "BN" if view.label != "BN" else "LN"
    same: dict[str, Any] = {"gamma": view.spec.gamma, "beta": view.spec.beta, "eps": view.spec.eps}
    groups = [
        _matrix(view, label, spec)
        for label, spec in ((view.label, view.spec), (rival, replace(NORMS[rival], **same)))
    ]
    title = N_("Change one example: which outputs change?")
    ledger([], key="who_title", title=_(title), note=_("‖∂y/∂x‖, autograd"))
    tiles(groups, key="who", luts=luts(is_dark()))
    st.caption(text[title])


def _matrix(view: View, label: str, spec: NormSpec) -> Tiles:
    found = results.influence(view.source, spec, NUDGE)
    effect = found.effect
    photos = results.photos(view.examples()) if view.source.kind == "layer" else None
    off = effect[~np.eye(len(effect), dtype=bool)]
    touched = (
        _("{count_nonzero} of {size} pairs touch").format(
            count_nonzero=np.count_nonzero(off), size=off.size
        )
        if not found.refusal
        else "refused"
    )
    return Tiles(
        name=_("influence {label}").format(label=label),
        values=effect[None].astype(np.float32),
        title=f"{label}, {_(spec.mode)}" if spec.norm == "batch" else label,
        note=touched,
        scheme="sequential",
        limits=(0.0, float(effect.max()) or 1.0),
        show_values=True,
        size=174,
        row_photos=photos,
        column_photos=photos,
    )


def draw_means(view: View) -> None:
    """Draw how many means every norm computes for this tensor."""
    lines = []
    for label, spec in NORMS.items():
        chosen = label == view.label
        grouping = results.grouping(view.shape, view.spec if chosen else spec)
        what = _("no mean, rms") if spec.norm == "rms" else _("means")
        lines.append(
            Line(
                label=label,
                note=_("{formula} {what} · {size:,} each").format(
                    formula=grouping.formula, what=what, size=grouping.size
                ),
                value=f"{grouping.count:,}",
                role="chosen" if chosen else "plain",
            )
        )
    checked = view.result.max_difference
    if checked is not None:
        how = _("equal torch's to") if view.result.agrees else _("differ from torch's by")
        said = _("all {size:,} values {how} {difference}").format(
            size=view.x.size, how=how, difference=digits(checked, 1)
        )
        lines.append(
            Line(label=said, role="checked" if view.result.agrees else "warning", rule=True)
        )
    ledger(
        lines, key="means", title=_("How many means?"), note=_("on this tensor"), badge=_badge(view)
    )


def draw_before_after(view: View, text: dict[str, str]) -> None:
    """Draw mean and standard deviation of every group before and after the norm."""
    result = view.result
    if result.mean_after is None or result.variance_after is None:
        return
    st.subheader(_("Before and after"))
    st.markdown(text["Before and after"])
    few = slice(0, 512)  # dots that a chart can still tell apart
    left, right = st.columns(2, gap="small")
    pairs = (
        (_("mean"), result.mean[few], result.mean_after[few]),
        (_("std"), np.sqrt(result.variance[few]), np.sqrt(result.variance_after[few])),
    )
    for column, (what, before, after) in zip((left, right), pairs, strict=True):
        with column:
            of = (before, after, what)
            show(kept(figures.before_after, *of, dark=is_dark(), height=200), what)
    if result.grouping.count > few.stop:
        st.caption(
            _("The first {stop} of the groups.").format(
                stop=percent(few.stop / result.grouping.count)
            )
        )


def _badge(view: View) -> str:
    made = view.result.provenance
    network = _("random weights, ") if view.source.kind in ("layer", "digits") else ""
    return _("{kind} · {device} · {network}seed {seed}").format(
        kind=made.kind, device=made.device, network=network, seed=view.source.seed
    )


def draw_take_away(view: View, text: dict[str, str]) -> None:
    """Draw the buttons for the statistics of every group and for a script that computes them."""
    st.subheader(_("Take it away"))
    st.markdown(text["Take it away"])
    rows = take.when_long(view.result.grouping.count, partial(table, view.result))
    take.row("who_shares_a_mean", code=code(view), table=rows)


def code(view: View) -> str:
    """Return a script that holds the tensor, or draws it, and prints the same statistics."""
    spec, shape = view.spec, view.shape
    n, c, h, w = shape
    last = spec.norm in ("layer", "rms") and spec.over == "c"
    fixed = spec.norm == "batch" and spec.mode == "eval"
    dims = {"batch": (0, 2, 3), "instance": (2, 3), "group": (2, 3, 4)}
    drawn = view.source.kind == "normal"
    return take.filled(
        "normalization/axes",
        imports="" if drawn else "\nimport base64\n",
        data=_drawn(shape, view.source.seed) if drawn else _held(view),
        gamma=spec.gamma,
        beta=spec.beta,
        eps=spec.eps,
        module=tensors.module(spec, shape),
        mode=".eval()" if fixed else "",
        grouped=f".reshape({n}, {spec.groups}, {c // spec.groups}, {h}, {w})"
        if spec.norm == "group"
        else "",
        dims=dims.get(spec.norm, (1,) if last else (1, 2, 3)),
        kept=_kept(view.result) if fixed else "",
        used=_used(spec, fixed=fixed),
        shift="" if spec.norm == "rms" else " + beta",
        through="module(x.movedim(1, -1)).movedim(-1, 1)" if last else "module(x)",
    )


def _drawn(shape: Place, seed: int) -> str:
    return f"x = torch.randn({shape}, generator=torch.Generator().manual_seed({seed}))  # N C H W"


def _held(view: View) -> str:
    """Return the tensor's bytes: what a layer makes of photos cannot be computed without them."""
    text = base64.b64encode(np.ascontiguousarray(view.x).tobytes()).decode("ascii")
    lines = "\n".join(f'    "{text[i : i + 88]}"' for i in range(0, len(text), 88))
    return (
        f"# {view.source.kind}, float32, N C H W\nheld = (\n{lines}\n)\n"
        f"x = torch.frombuffer(bytearray(base64.b64decode(held)), dtype=torch.float32)\n"
        f"x = x.reshape{view.shape}"
    )


def _kept(result: Normalized) -> str:
    """Return the lines that give the module the running statistics that the page uses."""
    lines = ("running_mean", result.subtracted), ("running_var", result.used)
    return "".join(f"\nmodule.{name} = torch.tensor({v.tolist()})" for name, v in lines)


def _used(spec: NormSpec, *, fixed: bool) -> str:
    """Return what is subtracted, and the square that is divided by."""
    if spec.norm == "rms":
        return _("subtracted, used = 0.0, variance + mean**2  # RMSNorm subtracts no mean")
    if fixed:
        return _(
            "subtracted, used = (s[None, :, None, None].double() for s in "
            "(module.running_mean, module.running_var))"
        )
    return _("subtracted, used = mean, variance")


def table(result: Normalized) -> str:
    """Mean, variance and what is divided by, one row a group."""
    columns = (result.mean, result.variance, result.subtracted, result.divided)
    rows = ([i, *map(float, values)] for i, values in enumerate(zip(*columns, strict=True)))
    return take.csv_text(("group", "mean", "variance", "subtracted", "divided"), rows)
