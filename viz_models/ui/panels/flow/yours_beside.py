"""Any network beside another one: where they part, and one tensor of both."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from viz_models.digits import digits, exact, percent, shape
from viz_models.figures.flow import beside as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, Made, OpenSpec, SideBySide, StepPair
from viz_models.records.flow.beside import NUMBERS
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import state, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.flow.yours import View
from viz_models.ui.results.flow import yours as results

_NAMED = 12  # steps without a partner that are written out
_CHOICES = {
    "none": N_("nothing"),
    "train": N_("its train mode"),
    "bfloat16": N_("its rounded weights"),
}
_HEAD = (
    "", "A", "B", N_("largest difference"), N_("relative"), N_("mean in A"), N_("mean in B"),
)  # fmt: skip


def draw_beside(view: View, text: Mapping[str, str]) -> None:
    """Draw the network beside another one, or beside itself after a change."""
    named = view.spec.against
    choices = _CHOICES | ({"named": named.rpartition("/")[2]} if named else {})
    first = "named" if named else "none" if view.spec.source else "train"
    chosen = chips(_("Compare with"), choices, key="beside", default=first, show=_("Compare with"))
    if chosen == "none":
        return
    spec = view.spec if chosen == "named" else replace(view.spec, against=chosen)
    try:
        found = results.side_by_side(spec)
    except ValueError as error:
        st.warning(words.plain(str(error)), icon=":material/error:")
        return
    st.markdown(f"**{words.plain(found.sentence)}**")
    if chosen in ("train", "bfloat16"):
        st.caption(text[f"Beside: {chosen}"])
    _draw_found(view, spec, found)


def _draw_found(view: View, spec: OpenSpec, found: SideBySide) -> None:
    by_name = {p.name: p for p in reversed(found.pairs)}
    pair = by_name.get(state.choice("step", "", by_name.__contains__))
    pair = pair or found.parting or found.pairs[0]
    with st.container(border=True):
        fig = kept(figures.apart_over_steps, found, pair.name, **figure_look())
        names = [p.name for p in found.pairs]
        show(fig, "apart", wide=True, on_click=partial(_open, names))
    numbers, pictures = st.columns(2, gap="small")
    with numbers.container(border=True, height="stretch"):
        ledger(_lines(pair), key="both", title=pair.name, note="A | B", terms=words.glossary())
    with pictures.container(border=True, height="stretch"):
        _draw_maps(spec, pair)
    if found.alone:
        _draw_alone(found)
    whole = st.expander(_("All tensors of both"), key="all_pairs", on_change="rerun")
    if whole.open:
        with whole, st.container(height=400, border=False):
            sheet([_(name) for name in _HEAD], [_row(p) for p in found.pairs], key="pairs")


def _open(names: list[str], point: Point) -> None:
    """Choose the step that was clicked."""
    state.choose("step", names[point["index"]])


def _lines(pair: StepPair) -> list[Line]:
    """Return what both networks have at a step, and how far it lies apart."""
    a, b = pair.made("a"), pair.made("b")
    lines = [Line(label=_("shape"), value=f"{_shape(a)} | {_shape(b)}")]
    for name in NUMBERS:
        lines.append(Line(label=_(name), value=f"{_number(a, name)} | {_number(b, name)}"))
    if pair.difference is None:
        return [*lines, Line(label=_(pair.meeting), role="chosen", rule=True)]
    where = _("at {cell}").format(cell=", ".join(map(str, pair.cell))) if pair.cell else ""
    apart = Line(
        label=_("largest difference"),
        note=where,
        value=exact(pair.difference),
        role="chosen" if pair.difference else "checked",
        rule=True,
    )
    lines.append(apart)
    if pair.relative:
        lines.append(Line(label=_("relative to the largest in A"), value=digits(pair.relative, 3)))
    return lines


def _shape(made: Made | None) -> str:
    return _("none") if made is None else shape(made.shape) or _("one number")


def _number(made: Made | None, name: str) -> str:
    if made is None or made.stats is None:
        return "–"
    value = float(getattr(made.stats, name))
    return percent(value) if name == "zeros" else digits(value)


def _draw_maps(spec: OpenSpec, pair: StepPair) -> None:
    both = results.maps(spec, pair)
    if both is None or pair.cell is None:
        same = pair.meeting == "same"
        st.caption(
            _("Both have the same values here. Choose a mark that is higher.")
            if same
            else _("There are no two maps to be seen at this step.")
        )
        return
    st.markdown(
        _("**Where the difference is largest: {map_name}**").format(map_name=_map_name(pair))
    )
    show(kept(figures.maps_of_both, *both, **figure_look()), "both_maps")


def _map_name(pair: StepPair) -> str:
    before = ", ".join(map(str, (pair.cell or ())[:-2]))
    return _("map {before}").format(before=before)


def _draw_alone(found: SideBySide) -> None:
    for side in ("A", "B"):
        names = [p.name for p in found.alone if p.meeting == f"only in {side}"]
        if names:
            left = _(" and {n} more").format(n=len(names) - _NAMED) if len(names) > _NAMED else ""
            listed = ", ".join(names[:_NAMED])
            st.caption(
                words.plain(
                    _("Only in {side}: {listed}{left}.").format(side=side, listed=listed, left=left)
                )
            )


def _row(pair: StepPair) -> tuple[str, list[Cell]]:
    a, b = pair.made("a"), pair.made("b")
    apart = ("–" if n is None else digits(n) for n in (pair.difference, pair.relative))
    cells = (_(pair.meeting), _shape(a), _shape(b), *apart, _number(a, "mean"), _number(b, "mean"))
    return f"{pair.name}[{pair.output}]" if pair.output else pair.name, [(c, "") for c in cells]
