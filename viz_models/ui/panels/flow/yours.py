"""Any network: its diagram, one value of it, and what to take away."""

import math
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import digits, shape, signed
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Calculation, Cell, Check, Line, OpenSpec, Recorded, RecordedStep
from viz_models.ui.instruments.ledger import beside_torch, ledger
from viz_models.ui.instruments.network import network
from viz_models.ui.kit import frame, lesson, state, take_away, words
from viz_models.ui.kit.controls import chips, control, control_row, named
from viz_models.ui.panels.flow.yours_controls import controls
from viz_models.ui.panels.flow.yours_controls import network as network_of
from viz_models.ui.results.flow import yours as results

OPEN = N_("forward-pass open my_file.py:MyNet --input 3,224,224")
_TOKENS = 40  # that are written out
_LONG_SUMS = ("conv2d", "linear")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    spec: OpenSpec
    recorded: Recorded
    step: RecordedStep


def view() -> View | None:
    """Return the network with the chosen step; say in a line why it cannot be opened."""
    with control_row():
        spec = network_of(results.asked())
        found = _recorded(spec)
        if found is None:
            return None
        asked = controls(spec, reads=results.reads(spec))
    if asked != spec and (other := _recorded(asked)):
        spec, found = asked, other
    names = {step.name for step in found.steps}
    shown = (s.name for s in found.steps if s.path and _has_maps(s))
    first = next(shown, found.steps[-1].name)
    chosen = state.choice("step", first, names.__contains__)
    return View(spec, found, found.steps[found.index(chosen)])


def _recorded(spec: OpenSpec) -> Recorded | None:
    """Return the recorded network; None, and a line on the page, where that cannot be."""
    try:
        return results.recorded(spec)
    except ValueError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return None


def _has_maps(step: RecordedStep) -> bool:
    made = step.outputs[0] if step.outputs else None
    if made is None or "float" not in made.dtype or len(made.shape) not in (3, 4):
        return False
    return min(made.shape[-2:]) > 1


def is_example(view: View) -> bool:
    """Return whether nobody has named a network."""
    return not view.spec.source


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the answer names."""
    return {
        "network": words.plain(view.recorded.network),
        "steps": f"{len(view.recorded.steps):,}",
        "parameters": f"{view.recorded.parameters:,}",
        "checked": _checked(view.recorded.check) + _said_of_loss(view.recorded),
    }


def _said_of_loss(found: Recorded) -> str:
    if found.loss is None:
        return ""
    return _(" The loss, {loss_name}, is {loss}.").format(
        loss_name=words.plain(found.loss_name), loss=digits(found.loss)
    )


def _checked(check: Check | None) -> str:
    """Say how the output compares with that of a forward pass without recording."""
    if check is None:
        return _("The output was not compared with a forward pass without recording.")
    if check.exact:
        return _("The output is bit for bit that of a forward pass without recording.")
    if not math.isfinite(check.difference):
        return _("A forward pass without recording gives another output: it may be random.")
    return _(
        "A forward pass without recording gives an output that differs by {difference} at most."
    ).format(difference=digits(check.difference, 2))


def draw_network(view: View) -> None:
    """Draw the diagram, the chosen step and the table of all steps."""
    with st.container(border=True):
        drawn = results.drawn(view.spec)
        network(
            drawn,
            key="network",
            start=state.held("step", drawn, view.step.name),
            on_change=state.listen("network", "step", "step"),
        )


def draw_tokens(view: View) -> None:
    """Draw the tokens of the text with their numbers, in the order in which they are read."""
    tokens = results.tokens(view.spec)
    if tokens:
        names = [step.name for step in view.recorded]
        ids = view.recorded.value("input" if "input" in names else "input.input_ids")
        numbered = zip(tokens, ids[0].tolist(), strict=False)
        shown = [f"**{words.plain(token)}** {number}" for token, number in numbered]
        left = _(" and {n} more").format(n=len(shown) - _TOKENS) if len(shown) > _TOKENS else ""
        st.caption(
            ngettext(
                "{count} token: {shown}{left}", "{count} tokens: {shown}{left}", len(shown)
            ).format(count=len(shown), shown=", ".join(shown[:_TOKENS]), left=left)
        )


def draw_value(view: View) -> None:
    """Draw how one value of the chosen step came about."""
    output = _output(view.step)
    strongest = results.strongest(view.spec, view.step.name, output)
    if view.step.op == "input" or strongest is None:
        st.caption(
            _("Choose a step that computes something: then one of its values is opened here.")
        )
        return
    cell, refusal = _cell(view, strongest, output)
    sums = results.calculation(view.spec, view.step.name, cell, output)
    if refusal:
        st.caption(
            _(":red[{refusal}] The largest value is shown instead.").format(
                refusal=words.plain(refusal)
            )
        )
    with st.container(border=True):
        ledger(
            [*_lines(view, sums), *_slope(view, cell, output)],
            key="sum",
            title=_("{name} at {map}").format(name=view.step.name, map=", ".join(map(str, cell))),
            note=view.step.call,
            badge=lesson.badge(view.recorded.provenance),
            terms=words.glossary(),
        )


def _output(step: RecordedStep) -> int:
    """Return which of a step's outputs is opened; a step with several gets a switch."""
    if len(step.outputs) < 2:
        return 0
    names = {str(k): str(k) for k in range(len(step.outputs))}
    return int(chips(_("Output"), names, key="output", default="0", show=_("Which output")))


def _cell(view: View, strongest: Cell, output: int) -> tuple[Cell, str]:
    """Return which value is opened, and what is wrong with what was typed."""
    sizes = view.step.outputs[output].shape
    with control_row(), named(_("Which value of {x}").format(x=shape(sizes) or _("one number"))):
        typed: str = control(
            st.text_input,
            _("Which value, as numbers with commas"),
            "",
            key="cell",
            placeholder=", ".join(map(str, strongest)),
            label_visibility="collapsed",
            width=frame.px(220),
        )
    if not typed.strip():
        return strongest, ""
    try:
        cell = tuple(int(part) for part in typed.split(","))
        results.calculation(view.spec, view.step.name, cell)
    except ValueError as error:
        plain = "invalid literal" in str(error)
        return strongest, _(
            "Type whole numbers with commas between them."
        ) if plain else f"{error}."
    return cell, ""


def _lines(view: View, sums: Calculation) -> list[Line]:
    """Return the operands, the total, and torch's own; or that no rule is known."""
    if not sums.formula:
        reads = [
            Line(
                label=_("reads {text}").format(text=s.text),
                value=shape(s.shape) or _("one number"),
                note=s.kind,
            )
            for s in view.step.inputs
        ]
        note = _("torch's value; the arithmetic of {op} is not opened here").format(op=view.step.op)
        return [*reads, Line(label=note, value=digits(sums.torch_value, 6), role="chosen")]
    many = sums.op in _LONG_SUMS
    lines = [
        Line(
            label=n.symbol,
            note="" if many else n.meaning,
            value=signed(n.value) if many else digits(n.value),
            role="number",
        )
        for n in sums.numbers
    ]
    if not many:
        lines.append(Line(label=sums.formula, role="muted"))
    total = Line(label=_("total"), value=digits(sums.total, 6), role="chosen", rule=True)
    torchs = beside_torch(sums.torch_value, sums.difference, agrees=sums.agrees)
    return [*lines, total, torchs]


def _slope(view: View, cell: Cell, output: int) -> list[Line]:
    """Return the gradient of the loss at the value that is opened, where there is one."""
    found = view.recorded
    if found.loss is None:
        return []
    slope = found.gradients[found.index(view.step.name)][output]
    value = _("none comes back") if slope is None else digits(float(slope[cell]), 6)
    return [
        Line(
            label=_("gradient of the loss ({loss_name})").format(loss_name=found.loss_name),
            value=value,
            rule=True,
        )
    ]


def draw_take_away(view: View) -> None:
    """Draw the buttons: the page as one file, and the table."""
    rows = view.recorded.rows()
    table = take_away.csv_text(list(rows[0]), [list(row.values()) for row in rows])
    with st.container(horizontal=True):
        st.download_button(
            _("The page as one HTML file"),
            lambda: results.file(view.spec),
            "network.html",
            on_click="ignore",
            icon=":material/draft:",
            key="take_network.html",
        )
        st.download_button(
            _("Table (CSV)"),
            table,
            "network.csv",
            on_click="ignore",
            icon=":material/table:",
            key="take_network.csv",
        )
