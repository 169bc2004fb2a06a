"""Why this class: two methods of attribution side by side, each beside random weights."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.digits import digits, percent
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line, TraceSpec
from viz_models.records.flow.attribution import SLOW, Attribution, AttributionSpec, Method
from viz_models.records.flow.inputs import Off
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sight import in_sight
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import frame, lesson, words
from viz_models.ui.kit.controls import named, select
from viz_models.ui.kit.jobs import Job
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.kit.photos import Chosen
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.results.flow import tensor_flow as results
from viz_models.ui.results.flow import why as why_results

METHODS: dict[str, Method] = {
    N_("Grad-CAM"): "grad-cam",
    N_("saliency"): "saliency",
    N_("integrated gradients"): "integrated-gradients",
    N_("Guided Grad-CAM"): "guided-grad-cam",
    N_("occlusion"): "occlusion",
}
NAMES = {method: name for name, method in METHODS.items()}
LIKELIEST = N_("the likeliest class")
SHOWN = 112  # px, the longest side in which a photo is sent
SIZE = 160  # px at normal type size, of a photo
PLACE = 161  # px at normal type size, with its margins
HEIGHT = 300  # px at normal type size, of the panel
GAP = 0.02  # of completeness, that may remain
TICK = 0.5  # s between two looks at work that goes on
_JOB = "forward_pass.why"


@dataclass(frozen=True, slots=True)
class Card:
    """What one method says, with the network's weights and with random ones."""

    asked: AttributionSpec
    found: Attribution | None  # None: not yet, stopped, or it cannot be used here
    randomized: Attribution | None
    trouble: str  # why the method cannot be used on this network


def why(view: View, text: Mapping[str, str]) -> None:
    """Which pixels speak for a class."""
    st.subheader(_("Why this class?"))
    st.markdown(text["Why this class?"])
    if in_sight("why_sight", height=HEIGHT):
        _panel(view.chosen, replace(view.spec, off=Off()), text)


@st.fragment
def _panel(chosen: Chosen, spec: TraceSpec, text: Mapping[str, str]) -> None:
    """All that follows the methods and the class; it outlives a run, so it is given no trace."""
    asked = _controls(chosen, spec)
    job = st.session_state.get(_JOB)
    for made in list(job.results.values()) if job else []:
        why_results.keep(made)
    cards = [_card(one) for one in asked]
    if missing := _missing(cards):
        _under_way(missing, chosen)
    columns = st.columns([1, 1, 0.94], gap="xsmall")
    beside = []
    for i, column in enumerate(columns[:2]):
        cards[i] = _computed(cards[i], chosen)
        with column.container(border=True, height="stretch"):
            beside.append(_draw(cards[i], chosen, f"why_{i}", text))
    for i, place in enumerate(beside):  # what was asked is on screen; now what it is checked by
        cards[i] = _checked(cards[i], chosen)
        if place:
            with place:
                title = text[_random(cards[i].asked)]
                _photo(chosen, cards[i].randomized, f"why_{i}_randomized", title)
    with columns[2].container(border=True, height="stretch"):
        _numbers(cards)


def _controls(chosen: Chosen, spec: TraceSpec) -> tuple[AttributionSpec, AttributionSpec]:
    """Two methods and a class."""
    names = why_results.classes(spec.model)
    numbered = {
        name if names.count(name) == 1 else f"{name} ({i})": i for i, name in enumerate(names)
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        one = select(_("Method"), METHODS, "why", 176)
        with named(_("beside")):
            other = select(_("Another method"), METHODS, "beside", 176, default="saliency")
        with named(_("for")):
            target = select(_("Class"), {LIKELIEST: -1, **numbered}, "class", 220)
    if target < 0:
        target = int(results.trace(spec, chosen.prepared).probabilities.argmax())
    first = AttributionSpec(trace=spec, method=one, target=target)
    return first, replace(first, method=other)


def _card(asked: AttributionSpec) -> Card:
    """Return what is there already."""
    own, random = (why_results.found(s) for s in (asked, replace(asked, randomized=True)))
    return Card(asked, own, random, "")


def _computed(card: Card, chosen: Chosen) -> Card:
    """With what the method says, if it is quick."""
    if card.found or card.asked.method in SLOW:
        return card
    try:
        return replace(card, found=why_results.attribution(card.asked, chosen.prepared))
    except ValueError as error:
        return replace(card, trouble=str(error))


def _checked(card: Card, chosen: Chosen) -> Card:
    """With what the method says of random weights, if it is quick."""
    if card.randomized or card.trouble or card.asked.method in SLOW:
        return card
    asked = replace(card.asked, randomized=True)
    return replace(card, randomized=why_results.attribution(asked, chosen.prepared))


def _missing(cards: list[Card]) -> tuple[AttributionSpec, ...]:
    """Return what takes seconds and is not there; the network's own weights first."""
    slow = [card for card in cards if card.asked.method in SLOW]
    own = [card.asked for card in slow if card.found is None]
    random = [replace(card.asked, randomized=True) for card in slow if card.randomized is None]
    return tuple(dict.fromkeys([*own, *random]))


def _under_way(missing: tuple[AttributionSpec, ...], chosen: Chosen) -> None:
    """Begin what is missing, unless it goes on already or was stopped."""
    job: Job[AttributionSpec, Attribution] | None = st.session_state.get(_JOB)
    if job is None or not set(missing) <= set(job.asked):
        if job:
            job.stop()
        job = st.session_state[_JOB] = why_results.job(missing, chosen.prepared)
    if job.running:
        st.fragment(partial(_progress, job, len(job.results)), run_every=TICK)()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.plain(job.trouble) or _("Stopped."), width="content")
        again = partial(st.session_state.pop, _JOB, None)
        st.button(_("Run it"), icon=":material/play_arrow:", key="why_again", on_click=again)


def _progress(job: Job[AttributionSpec, Attribution], seen: int) -> None:
    """How far the work is, and a way out; whatever is new draws the page again."""
    share = job.look()
    if not job.running or len(job.results) > seen:
        st.rerun()
    now = job.asked[min(len(job.results), len(job.asked) - 1)]
    what = _(NAMES[now.method]) + (_(" on random weights") if now.randomized else "")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, f"{what}: {percent(share)}", width="stretch")
        st.button(_("Stop"), icon=":material/stop:", key="why_stop", on_click=job.stop)


def _draw(card: Card, chosen: Chosen, key: str, text: Mapping[str, str]) -> DeltaGenerator | None:
    """Return the photo with the heat on it; returns the place for the same with random weights."""
    if card.trouble:
        st.markdown(f"**{_(NAMES[card.asked.method])}**")
        st.caption(words.plain(card.trouble) + ".")
        return None
    with st.container(horizontal=True, gap="xsmall"):
        with st.container(width=frame.px(PLACE)):
            _photo(chosen, card.found, key, _(NAMES[card.asked.method]))
        place = st.container(width=frame.px(PLACE))
    gray = len(chosen.prepared.tensor) == 1
    st.caption(text[NAMES[card.asked.method]].format(tone=_("gray") if gray else _("color")))
    return place


def _random(asked: AttributionSpec) -> str:
    """Return the section that says how the weights beside are called."""
    model = asked.trace.model
    trained = model.weights != "random" or model.trained
    return "Sanity check" if trained else "Sanity check, untrained"


def _photo(chosen: Chosen, made: Attribution | None, key: str, title: str) -> None:
    cropped = chosen.prepared.cropped
    stride = -(-max(cropped.shape[:2]) // SHOWN)
    heat = strongest(made.heat, stride) if made else None
    note = "" if made and made.heat.any() else _("nothing speaks for the class") if made else "…"
    photo = Tiles(
        name=_("photo"),
        values=np.ascontiguousarray(cropped[::stride, ::stride]),
        scheme="photo",
        stride=stride,
        overlay=heat,
        exact=False,
        size=SIZE,
        title=title,
        note=note,
    )
    tiles([photo], key=key, luts=luts(is_dark()))


def strongest(heat: np.ndarray, stride: int) -> np.ndarray:
    """Return a (H, W) heat map by the largest value of each square of `stride` pixels."""
    h, w = heat.shape
    padded = np.pad(heat, [(0, -h % stride), (0, -w % stride)])
    squares = padded.reshape(padded.shape[0] // stride, stride, padded.shape[1] // stride, stride)
    largest: np.ndarray = squares.max(axis=(1, 3))
    return largest


def _numbers(cards: list[Card]) -> None:
    """How much the two agree, and each with random weights."""
    shown = [card.found for card in cards if card.found]
    lines = _class(shown[0]) if shown else []
    if len(shown) == 2 and shown[0].spec != shown[1].spec:
        lines += _alike(_("the two methods"), *shown)
    for card in {card.asked: card for card in cards}.values():
        lines += _about(card)
    made = shown[0].provenance if shown else None
    badge = lesson.badge(replace(made, seed=None, date="")) if made else ""
    ledger(lines, key="why_numbers", title=_("How far to trust it"), badge=badge, terms=_terms())


def _terms() -> dict[str, str]:
    return words.glossary()


def _class(made: Attribution) -> list[Line]:
    name = why_results.classes(made.spec.trace.model)[made.target]
    return [
        Line(
            label=_("score of {name}").format(name=name), note=_("logit"), value=digits(made.score)
        )
    ]


def _alike(label: str, a: Attribution, b: Attribution) -> list[Line]:
    alike = why_results.agreement(a, b)
    rank = "–" if alike.rank_correlation is None else digits(alike.rank_correlation, 2)
    return [
        Line(
            label=_("{label}: rank correlation").format(label=label),
            value=rank,
            term="rank correlation",
            rule=True,
        ),
        Line(
            label=_("strongest tenth in common"),
            note=_("by chance {chance}").format(chance=percent(alike.chance)),
            value=percent(alike.overlap),
            term="strongest tenth",
        ),
    ]


def _about(card: Card) -> list[Line]:
    """Of one method: its own sanity check, and what it must add up to."""
    lines = []
    if card.found and card.randomized:
        name = _("{names}, random weights").format(names=_(NAMES[card.asked.method]))
        lines += _alike(name, card.found, card.randomized)
    if card.found and (whole := card.found.completeness) and whole.gap is not None:
        lines.append(
            Line(
                label=_("completeness gap"),
                note=_("{steps} steps").format(steps=whole.steps),
                value=percent(whole.gap),
                role="checked" if whole.gap <= GAP else "warning",
                term="completeness gap",
            )
        )
    if card.found and card.found.against is not None:
        against = percent(card.found.against)
        lines.append(
            Line(
                label=_("{names}: speaks against it").format(names=_(NAMES[card.asked.method])),
                value=against,
            )
        )
    return lines
