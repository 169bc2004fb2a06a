"""Switch a part off: a residual branch or a single map, and see the scores move."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.flow import off as figures
from viz_models.records import Line, Step, TraceSpec
from viz_models.records.flow.ablation import AblationRecord, Off, OffSpec, Switched
from viz_models.records.flow.prediction import Guess
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.kit import frame, lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.look import is_dark
from viz_models.ui.kit.photos import Chosen
from viz_models.ui.panels.flow.names import labels
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.results.flow import tensor_flow as results
from viz_models.ui.results.flow import why as why_results

HEIGHT = 330  # px at normal type size, of the panel
PILLS = 16  # branches that fit beside each other
MEASURED = 20  # branches that are measured one by one at once
TOP = 5
_BRANCHES, _MAPS = "off", "maps_off"  # URL parameters


def off(view: View, text: Mapping[str, str]) -> None:
    """What the network says without a part of it."""
    st.subheader("Switch a part off")
    st.markdown(text["Switch a part off"])
    if in_sight("off_sight", height=HEIGHT):
        _panel(view.chosen, view.spec, (view.step().name, view.cell()[0]), text)


@st.fragment
def _panel(
    chosen: Chosen, spec: TraceSpec, clicked: tuple[str, int], text: Mapping[str, str]
) -> None:
    """All that follows what is off; it outlives a run, so it is given no trace."""
    steps = results.steps(spec.model)
    asked = OffSpec(trace=spec, off=_controls(steps, clicked))
    found = why_results.switched(asked, chosen.prepared)
    numbers, chart = st.columns([1, 1.7], gap="xsmall")
    with numbers.container(border=True, height="stretch"):
        _scores(asked, found)
    with chart.container(border=True, height="stretch"):
        _each(asked, chosen, steps, text)


def _controls(steps: tuple[Step, ...], clicked: tuple[str, int]) -> Off:
    """Branches by name, maps by a click on them."""
    names = {name: label(name, steps) for name in why_results.branches(steps)}
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        branches = _branches(names) if names else []
        maps = _maps(steps, clicked)
        st.button(
            "Restore",
            icon=":material/settings_backup_restore:",
            key="restore",
            disabled=not (branches or maps),
            on_click=_restore,
        )
    return Off(branches=tuple(n for n in names if n in branches), maps=maps)


def _branches(names: Mapping[str, str]) -> list[str]:
    """Branches that are off: pills where they fit, else a box to search in."""
    few = len(names) <= PILLS
    options: dict[str, Any] = {"selection_mode": "multi"} if few else {"placeholder": "branches"}
    chosen: list[str] = control(
        st.pills if few else st.multiselect,
        "Branches that are off",
        list(names),
        format_func=names.__getitem__,
        key=_BRANCHES,
        label_visibility="collapsed",
        **options,
    )
    return chosen


def _maps(steps: tuple[Step, ...], clicked: tuple[str, int]) -> tuple[tuple[str, int], ...]:
    """Maps that are off; a button adds the one that was clicked."""
    sizes = {step.name: step.output_shape[0] for step in steps if step.op != "input"}
    already = st.session_state.get(_MAPS, st.query_params.get_all(_MAPS))
    known = list(dict.fromkeys(text for text in already if parse(text, sizes)))
    written = f"{clicked[0]} map {clicked[1]}"
    offered = [*known, written] if clicked[0] in sizes and written not in known else known
    if offered != known:
        st.button(
            f"map {clicked[1]} off",
            icon=":material/toggle_off:",
            key="map_off",
            help=f"Map {clicked[1]} of {clicked[0]}, where you clicked, gives zeros",
            on_click=_add,
            args=(offered,),
        )
    chosen = control(  # there from the start: what is set before it exists misses the URL
        st.multiselect,
        "Maps that are off",
        offered,
        key=_MAPS,
        label_visibility="collapsed",
        placeholder="single maps",
        width=frame.px(200),
    )
    return tuple(found for text in chosen if (found := parse(text, sizes)))


def _add(maps: list[str]) -> None:
    st.session_state[_MAPS] = maps


def parse(text: str, sizes: Mapping[str, int]) -> tuple[str, int] | None:
    """The step and channel of "layer1.0.conv1 map 3"; None if there is none."""
    name, _, number = text.rpartition(" map ")
    if not (number.isascii() and number.isdigit()) or name not in sizes:
        return None
    return (name, int(number)) if int(number) < sizes[name] else None


def _restore() -> None:
    for key in (_BRANCHES, _MAPS):
        if key in st.session_state:
            st.session_state[key] = []


def label(name: str, steps: tuple[Step, ...]) -> str:
    """What the diagram calls the block of an add; the add's own name where a block has more."""
    group = next(step.group for step in steps if step.name == name)
    alone = sum(s.op == "add" and s.group == group for s in steps) == 1
    return labels(steps)[group] if alone else name


def _scores(asked: OffSpec, found: Switched) -> None:
    """The likeliest classes of both, before and after."""
    model = asked.trace.model
    before, after = (why_results.guesses(model, s) for s in (found.before, found.after))
    was = {guess.index: guess.probability for guess in before}
    lines = [
        Line(
            label=guess.label,
            value=_change(was[guess.index], guess.probability) if asked.off else _share(guess),
            role="chosen" if guess.index == before[0].index and asked.off else "plain",
        )
        for guess in after[:TOP]
    ]
    if asked.off:
        moved = percent(found.moved)
        lines.append(Line(label="logits move by", note="of their length", value=moved, rule=True))
        top = before[0].label
        said = f"{top} → {after[0].label}" if found.changed else f"still {top}"
        lines.append(Line(label="top 1", value=said, role="warning" if found.changed else "plain"))
    made = found.provenance
    ledger(
        lines,
        key="off_scores",
        title="Before → after" if asked.off else "With everything on",
        badge=f"{made.kind} · {made.device} · {made.versions}",
        terms=words.glossary(),
    )


def _share(guess: Guess) -> str:
    return percent(guess.probability)


def _change(before: float, after: float) -> str:
    return f"{percent(before)} → {percent(after)}"


def _each(asked: OffSpec, chosen: Chosen, steps: tuple[Step, ...], text: Mapping[str, str]) -> None:
    """Every branch off alone: over test images where that was recorded, else for this photo."""
    look: dict[str, Any] = {"dark": is_dark(), "scale": frame.px(100) / 100}
    record = why_results.recorded()
    if record and asked.trace.model.weights == "demo":
        for i, (column, network) in enumerate(zip(st.columns(2), record.networks, strict=True)):
            column.markdown(f"**{network.title}**, all on: {percent(network.whole)}")
            draw = partial(figures.accuracies, network)
            with column:
                show(kept(f"accuracies_{i}", draw, **look), f"each_{i}")
        st.caption(text["Each branch, recorded"].format(**_found(record)))
        return
    count = len(why_results.branches(steps))
    if not count:
        st.caption(text["No branches"])
    elif count > MEASURED:
        st.caption(text["Many branches"].format(count=count))
    else:
        found = why_results.each_branch(asked, chosen.prepared)
        names = {name: label(name, steps) for name in why_results.branches(steps)}
        show(figures.moved(found, names, asked.off.branches, **look), "each")
        changed = sum(one.changed for one in found)
        least, most = (digits(100 * edge(o.moved for o in found), 2) for edge in (min, max))
        facts = {"count": count, "changed": changed, "least": least, "most": most}
        st.caption(text["Each branch"].format(**facts))


def _found(record: AblationRecord) -> dict[str, str]:
    """What the recorded bars come to, in words."""
    facts = {"images": f"{record.images:,}", "made": lesson.badge(record.provenance)}
    for name, network in zip(("skips", "plain"), record.networks, strict=True):
        left = [part.accuracy for part in network.parts]
        facts |= {
            name: network.title,
            f"{name}_least": percent(min(left)),
            f"{name}_most": percent(max(left)),
        }
    return facts | {"guessing": percent(1 / record.networks[0].classes)}
