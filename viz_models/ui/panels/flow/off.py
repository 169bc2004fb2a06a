"""Switch a part off: a residual branch or a single map, and see the scores move."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.flow import off as figures
from viz_models.language import gettext as _
from viz_models.records import Line, Step
from viz_models.records.flow.ablation import AblationRecord, OffSpec, Switched
from viz_models.records.flow.inputs import Off
from viz_models.records.flow.prediction import Guess
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.kit import frame, lesson, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import is_dark
from viz_models.ui.kit.photos import Chosen
from viz_models.ui.panels.flow import switches
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.results.flow import why as why_results

HEIGHT = 330  # px at normal type size, of the panel
MEASURED = 20  # branches that are measured one by one at once
TOP = 5


def draw_off(view: View, text: Mapping[str, str]) -> None:
    """Draw the switches, and what the network says without a part of it."""
    st.subheader(_("Switch a part off"))
    st.markdown(text["Switch a part off"])
    switches.draw_switches(view.trace.steps, view.step, view.cell, view.spec.off)
    if in_sight("off_sight", height=HEIGHT):
        _draw_panel(view, text)


def _draw_panel(view: View, text: Mapping[str, str]) -> None:
    whole = replace(view.spec, off=Off())
    asked = OffSpec(trace=whole, off=view.spec.off)
    found = why_results.switched(asked, view.chosen.prepared)
    numbers, chart = st.columns([1, 1.7], gap="xsmall")
    with numbers.container(border=True, height="stretch"):
        _draw_scores(asked, found)
    with chart.container(border=True, height="stretch"):
        _draw_each(asked, view.chosen, view.trace.steps, text)


def _draw_scores(asked: OffSpec, found: Switched) -> None:
    """Draw the likeliest classes of both, before and after."""
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
        lines.append(
            Line(label=_("logits move by"), note=_("of their length"), value=moved, rule=True)
        )
        top = before[0].label
        said = f"{top} → {after[0].label}" if found.changed else _("still {top}").format(top=top)
        lines.append(
            Line(label=_("top 1"), value=said, role="warning" if found.changed else "plain")
        )
    ledger(
        lines,
        key="off_scores",
        title=_("Before → after") if asked.off else _("With everything on"),
        badge=lesson.badge(replace(found.provenance, seed=None, date="")),
        terms=words.glossary(),
    )


def _share(guess: Guess) -> str:
    return percent(guess.probability)


def _change(before: float, after: float) -> str:
    return f"{percent(before)} → {percent(after)}"


def _draw_each(
    asked: OffSpec, chosen: Chosen, steps: tuple[Step, ...], text: Mapping[str, str]
) -> None:
    """Every branch off alone: over test images where that was recorded, else for this photo."""
    look: dict[str, Any] = {"dark": is_dark(), "scale": frame.px(100) / 100}
    record = why_results.recorded()
    if record and asked.trace.model.weights == "demo":
        for i, (column, network) in enumerate(zip(st.columns(2), record.networks, strict=True)):
            column.markdown(
                _("**{title}**, all on: {whole}").format(
                    title=network.title, whole=percent(network.whole)
                )
            )
            with column:
                show(kept(figures.accuracies, network, **look), f"each_{i}")
        st.caption(text["Each branch, recorded"].format(**_found(record)))
        return
    count = len(switches.branch_names(steps))
    if not count:
        st.caption(text["No branches"])
    elif count > MEASURED:
        st.caption(text["Many branches"].format(count=count))
    else:
        found = why_results.each_branch(asked, chosen.prepared)
        names = switches.branch_names(steps)
        show(kept(figures.moved, found, names, asked.off.branches, **look), "each")
        changed = sum(one.changed for one in found)
        least, most = (digits(100 * edge(o.moved for o in found), 2) for edge in (min, max))
        facts = {"count": count, "changed": changed, "least": least, "most": most}
        st.caption(text["Each branch"].format(**facts))


def _found(record: AblationRecord) -> dict[str, str]:
    """Return what the recorded bars come to, in words."""
    facts = {"images": f"{record.images:,}", "made": lesson.badge(record.provenance)}
    for name, network in zip(("skips", "plain"), record.networks, strict=True):
        left = [part.accuracy for part in network.parts]
        facts |= {
            name: network.title,
            f"{name}_least": percent(min(left)),
            f"{name}_most": percent(max(left)),
        }
    return facts | {"guessing": percent(1 / record.networks[0].classes)}
