"""Two networks side by side: which, their diagrams, their differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from viz_models.digits import count, memory
from viz_models.figures import pixels
from viz_models.places import PAGES
from viz_models.records import BuildSpec, RaceLoss, RaceView, Refusal
from viz_models.records.build.builder_walk import Walk
from viz_models.records.build.compare import Comparison, Cost
from viz_models.ui.instruments import flow
from viz_models.ui.kit import frame, state, take_away
from viz_models.ui.kit.controls import control, control_row, named, select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.build.builder_stage import LOSSES, SEEDS, VIEWS, labels, summary
from viz_models.ui.results.build import builder as results
from viz_models.ui.results.build import compare as door

OWN = "your network"
DEFAULTS = {"A": "plain-20", "B": "res-20"}
EXACT = 20_000_000  # from here on a number is rounded to fit its column
HEIGHT = 200  # px, of a diagram


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two networks."""

    letter: str  # A or B
    title: str
    spec: BuildSpec
    refusal: Refusal | None

    @property
    def name(self) -> str:
        """What the page calls it: "A: plain-20"."""
        return f"{self.letter}: {self.title}"

    @property
    def walk(self) -> Walk:
        """What a photo becomes in it; only shapes where it is too large to be built here."""
        if self.refusal is not None:
            return results.outline(self.spec)
        return results.walk(self.spec, "activation")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is compared, and how it is measured."""

    a: Side
    b: Side
    found: Comparison
    measure: RaceView
    loss: RaceLoss
    seeds: tuple[int, ...]

    @property
    def running(self) -> tuple[Side, ...]:
        """Those that can be built here."""
        return tuple(side for side in (self.a, self.b) if side.refusal is None)


def controls() -> View:
    """One row: two networks, and what the race measures."""
    with control_row():
        own, wrong = _own()
        known = {OWN: own} | results.presets()
        a, b = (_side(letter, known) for letter in DEFAULTS)
        measure = select("What is measured", VIEWS, "race", 126)
        loss = select("Loss", LOSSES, "loss", 136)
        seeds = select("Seeds", SEEDS, "seeds", 92, default="5 seeds")
    if wrong:
        st.warning(f"Your network: {wrong}", icon=":material/edit:")
    return View(a, b, door.comparison(a.spec, b.spec), measure, loss, seeds)


def _side(letter: str, known: Mapping[str, BuildSpec]) -> Side:
    default = DEFAULTS[letter]
    with named(f"**{letter}**"):
        spec = select(f"Network {letter}", known, letter.lower(), 158, default=default)
    title = next(title for title, other in known.items() if other is spec)
    return Side(letter, title, spec, results.refusal(spec))


def _own() -> tuple[BuildSpec, str]:
    """The reader's own network, and what is wrong with it."""
    with st.popover("Your network", width="content"):
        text = control(
            st.text_area,
            "As the builder writes it into a link: JSON, only what differs from the defaults",
            key="spec",
            height=150,
            width=frame.px(330),
            placeholder='{"family": "conv", "depths": [20], "norm": "batch"}',
        )
    try:
        return door.read(text), ""
    except ValueError as error:
        return door.read(""), str(error)


def diagrams(view: View) -> None:
    """Both networks with what the photo becomes on its way."""
    for side in (view.a, view.b):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{side.name}**", width="content")
            st.caption(_words(side), width="content")
        _diagram(side)


def _words(side: Side) -> str:
    if side.refusal is None:
        return f"{len(side.walk.names) - 3} blocks"
    asked, allowed = count(side.refusal.asked), count(side.refusal.allowed)
    too_large = f"{asked} {side.refusal.limit}, {allowed} at most are built here"
    return f"{len(side.walk.names) - 3} blocks · shapes and price alone: {too_large}"


def _diagram(side: Side) -> None:
    walk, dark, param = side.walk, is_dark(), f"part_{side.letter.lower()}"
    faces = {
        name: flow.Face(
            pixels.face(value[None] if value.ndim == 2 else value), pixels.scheme(value)
        )
        for name, value in zip(walk.names, walk.values, strict=False)
    }
    faces["input"] = flow.Face(results.photo()[::4, ::4], "photo")
    default = walk.names[-2]
    chosen = state.choice(param, default, walk.names.__contains__)
    flow.flow(
        flow.diagram(summary(walk), faces, luts(dark), labels(walk)),
        key=f"network_{side.letter}",
        height=HEIGHT,
        param=param,
        start=state.held(param, (walk.spec, dark), chosen),
        default=default,
        on_change=state.listen(f"network_{side.letter}", "step", param),
    )


def prices(view: View, text: Mapping[str, str]) -> None:
    """What both cost, and the ratio."""
    rows = []
    for cost in view.found.costs:
        ratio = "=" if cost.a == cost.b else f"**{_times(cost.ratio)}**"
        rows.append((cost.label, _shown(cost, cost.a), _shown(cost, cost.b), ratio))
    with st.container(border=True):
        st.markdown("**Price**", help=text["Price"])
        _show_table(("", "A", "B", "B/A"), rows, right=True)


def _show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = False) -> None:
    """Small letters, so that four columns fit a card."""
    lines = ["|".join(head), "|".join(["---", *["--:" if right else "---"] * (len(head) - 1)])]
    lines += ["|".join(f":small[{cell}]" if cell else "" for cell in row) for row in rows]
    st.markdown("\n".join(f"|{line}|" for line in lines))


def _shown(cost: Cost, value: int) -> str:
    if cost.bytes:
        return memory(value)
    return f"{value:,}" if value < EXACT else count(value)


def _times(ratio: float) -> str:
    return f"×{ratio:.3g}" if ratio < 1000 else f"×{ratio:,.0f}"


def choices(view: View) -> None:
    """What was chosen differently; the rest is folded."""
    differing = [c for c in view.found.choices if c.differs]
    same = [c for c in view.found.choices if not c.differs]
    with st.container(border=True):
        st.markdown(f"**{_counted(len(differing))}**")
        if differing:
            cells = [(c.field, f"**{c.a}**", f"**{c.b}**") for c in differing]
            _show_table(("", "A", "B"), cells)
        if same:
            with st.expander(f"{len(same)} choices are the same"):
                st.markdown("\n".join(f"- {c.field}: {c.a}" for c in same))


def _counted(n: int) -> str:
    return {0: "No choice differs", 1: "One choice differs"}.get(n, f"{n} choices differ")


def link(spec: BuildSpec) -> None:
    """From another page to this one, with a network of the reader's own as A."""
    st.page_link(
        PAGES / "build/compare.py",
        label="Compare it with another network",
        icon=":material/compare_arrows:",
        query_params={"a": OWN, "spec": door.written(spec)},
    )


def take_home(view: View) -> None:
    """Both networks as files, and the comparison as a table."""
    for side in (view.a, view.b):
        st.caption(side.name)
        take_away.row(
            f"network_{side.letter.lower()}",
            code=partial(door.code, side.spec, side.title),
            table=_table(view) if side is view.a else None,
        )


def _table(view: View) -> str:
    rows: list[tuple[object, ...]] = [(c.label, c.a, c.b) for c in view.found.costs]
    rows += [(c.field, c.a, c.b) for c in view.found.choices]
    return take_away.csv_text(("", view.a.title, view.b.title), rows)
