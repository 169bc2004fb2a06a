"""Draw the list of experiments, and what may be done to one of them."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from viz_models.digits import percent
from viz_models.language import gettext as _
from viz_models.language import ngettext, numbered
from viz_models.records import ENDED, Experiment
from viz_models.ui.kit import words
from viz_models.ui.kit.controls import control_row
from viz_models.ui.panels.train.buttons import attempt
from viz_models.ui.panels.train.progress import badges
from viz_models.ui.results.train import runs
from viz_models.ui.results.train.watch import watch

PER_PAGE = 8
REFRESH_S = 4.0
LONGEST_NAME = 80
ICONS = {
    "csv": "table",
    "jsonl": "data_object",
    "tensorboard": "monitoring",
    "checkpoint": "save",
    "script": "code",
}
ENDINGS = {
    "csv": ".csv",
    "jsonl": ".jsonl",
    "tensorboard": "-tensorboard.zip",
    "checkpoint": "-checkpoint.zip",
}
_PICKED = "forward_pass.picked."
_ASKED_ANEW = "forward_pass.asked_anew"


def draw_table(listed: Sequence[Experiment], chosen: Sequence[str]) -> None:
    """Draw one row for each experiment, with a box that puts it into the chart.

    Args:
        listed: The latest first.
        chosen: Ids that the URL names.
    """
    others = [each for each in listed if each.id not in chosen]  # the chart tells of its own
    moving = any(run.state not in ENDED for each in others for run in each.runs)
    draw = partial(_draw_rows, [each.id for each in listed], tuple(chosen))
    with st.container(border=True):
        st.fragment(draw, run_every=REFRESH_S if moving else None)()
        if len(listed) > PER_PAGE:
            pages = -(-len(listed) // PER_PAGE)
            st.pagination(pages, key="page", bind="query-params")


def _draw_rows(ids: Sequence[str], chosen: tuple[str, ...]) -> None:
    if st.session_state.pop(_ASKED_ANEW, False):
        st.rerun()  # a box was ticked: the chart follows
    listed = {each.id: each for each in runs.mine()}
    others = (each for id, each in listed.items() if id not in chosen)
    if any(run.state not in ENDED for each in others for run in each.runs):
        _draw_trouble()
    page = int(st.session_state.get("page") or 1)
    shown = ids[PER_PAGE * (page - 1) :][:PER_PAGE] or ids[:PER_PAGE]
    for each in filter(None, map(listed.get, shown)):
        _draw_row(each, chosen)


def _draw_trouble() -> None:
    if line := runs.trouble():
        st.error(
            _("Not up to date: {line}.").format(line=words.plain(numbered(line))),
            icon=":material/hard_drive:",
        )


def _draw_row(each: Experiment, chosen: tuple[str, ...]) -> None:
    name, states, facts = st.columns([2.2, 2, 2], vertical_alignment="center", gap="small")
    key = _PICKED + each.id
    st.session_state[key] = each.id in chosen
    full = len(chosen) >= runs.MOST_ASKED and each.id not in chosen
    with name:
        st.checkbox(
            words.plain(numbered(each.name)) or _("unnamed"),
            key=key,
            on_change=_pick,
            args=(each.id, chosen),
            disabled=full,
            help=_("The chart shows at most {most_asked} experiments.").format(
                most_asked=runs.MOST_ASKED
            )
            if full
            else None,
        )
    states.markdown(badges(each))
    facts.caption(summary(each))


def _pick(id: str, chosen: tuple[str, ...]) -> None:
    """Put an experiment into the URL, or take it out."""
    others = [other for other in chosen if other != id]
    runs.open_(*(others + [id] * bool(st.session_state.get(_PICKED + id))))
    st.session_state[_ASKED_ANEW] = True


def summary(each: Experiment) -> str:
    """Return the best accuracy, the number of runs, and how long ago it was started."""
    best = max((r.accuracy for r in each.runs if r.accuracy is not None), default=None)
    parts = [percent(best) if best is not None else ""]
    parts.append(_counted_runs(len(each.runs)) if len(each.runs) > 1 else "")
    parts.append(_ago(time.time() - each.created))
    return " · ".join(filter(None, parts))


def _ago(seconds: float) -> str:
    if days := int(seconds // 86_400):
        return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    if hours := int(seconds // 3600):
        return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=hours)
    if minutes := int(seconds // 60):
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=minutes)
    return _("just now")


def draw_actions(id: str) -> None:
    """Draw Rename and Delete, for the owner of the experiment alone."""
    each = watch(id).look()
    if each is None:
        return
    if not runs.is_mine(each):
        st.caption(_("Somebody else's run: you can look at it, but only its owner can change it."))
        return
    with control_row():
        with st.popover(_("Rename"), icon=":material/edit:"):
            st.text_input(
                _("Name"),
                value=each.name,
                max_chars=LONGEST_NAME,
                key=f"name_{each.id}",
                on_change=_rename,
                args=(each.id,),
            )
        with st.popover(_("Delete"), icon=":material/delete:"):
            st.markdown(_("This deletes its curves, checkpoints and moments. You cannot undo it."))
            ended = all(run.state in ENDED for run in each.runs)
            st.button(
                _("Delete it"),
                key="delete_it",
                type="primary",
                on_click=_delete,
                args=(each.id,),
                disabled=not ended,
                help=None if ended else _("Cancel it first."),
            )


def draw_downloads(id: str) -> None:
    """Draw a download button for each file of an experiment; a file is made at the click."""
    each = watch(id).look()
    if each is None:
        return
    one = len({run.arm for run in each.runs}) == 1
    ends = {**ENDINGS, "script": ".py" if one else "-scripts.zip"}
    with st.container(horizontal=True):
        for kind, label in runs.FILES.items():
            st.download_button(
                _(label),
                runs.file(id, kind),
                f"{id}{ends[kind]}",
                key=f"take_{kind}",
                icon=f":material/{ICONS[kind]}:",
                on_click="ignore",
            )


def _rename(id: str) -> None:
    name = st.session_state[f"name_{id}"]
    attempt(lambda which: runs.rename(which, name), id)


def _delete(id: str) -> None:
    attempt(runs.delete, id)
    if runs.experiment(id) is None:
        runs.open_(*(other for other in runs.asked() if other != id))


def chosen(listed: Sequence[Experiment]) -> tuple[str, ...]:
    """Return the ids that the URL names, else that of the latest; warn if one is missing."""
    asked = runs.asked()
    found = tuple(id for id in asked if watch(id).look() is not None)
    if runs.is_nonsense() or len(found) < len(asked):
        st.warning(runs.no_such_run())
    if found or asked:
        return found
    return tuple(each.id for each in listed[:1])


def facts(listed: Sequence[Experiment]) -> dict[str, str]:
    """Return the numbers that the answer may name."""
    all_runs = [run for each in listed for run in each.runs]
    states = Counter(run.state for run in all_runs)
    moving = sum(count for state, count in states.items() if state not in ENDED)
    best = max((r.accuracy for r in all_runs if r.accuracy is not None), default=None)
    return {
        "experiments": ngettext("{count} experiment", "{count} experiments", len(listed)).format(
            count=len(listed)
        ),
        "runs": _counted_runs(len(all_runs)),
        "finished": str(states["finished"]),
        "moving": str(moving),
        "best": _("none yet") if best is None else percent(best),
    }


def _counted_runs(count: int) -> str:
    return ngettext("{count} run", "{count} runs", count).format(count=count)
