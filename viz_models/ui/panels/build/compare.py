"""Two networks compared: which ones, their diagrams, and what differs between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from viz_models.digits import count, memory
from viz_models.figures import pixels
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.records import BuildSpec, RaceLoss, RaceView, Refusal
from viz_models.records.build.builder_walk import Walk
from viz_models.records.build.compare import Comparison, Cost
from viz_models.ui.instruments import flow
from viz_models.ui.kit import frame, state, take_away, words
from viz_models.ui.kit.controls import control, control_row, named, select
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.panels.build.builder_stage import LOSSES, SEEDS, VIEWS, labels
from viz_models.ui.results.build import builder as results
from viz_models.ui.results.build import compare as door

OWN = N_("your network")
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
    walk: Walk  # what a photo becomes in it; only shapes where it is too large to be built here
    chosen: str  # the part chosen on its diagram

    @property
    def name(self) -> str:
        """What the page calls it: "A: plain-20"."""
        return f"{self.letter}: {_(self.title)}"


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
    """Draw one row: two networks, and what the race measures; return what is chosen."""
    with control_row():
        own, wrong = _own()
        known = {OWN: own} | results.presets()
        a, b = (_side(letter, known) for letter in DEFAULTS)
        measure = select(_("What is measured"), VIEWS, "race", 126)
        loss = select(_("Loss"), LOSSES, "loss", 136)
        seeds = select(_("Seeds"), SEEDS, "seeds", 92, default="5 seeds")
    if wrong:
        st.warning(
            words.plain(_("Your network: {wrong}").format(wrong=wrong)), icon=":material/edit:"
        )
    return View(a, b, door.comparison(a.spec, b.spec), measure, loss, seeds)


def _side(letter: str, known: Mapping[str, BuildSpec]) -> Side:
    with named(f"**{letter}**"):
        spec = select(
            _("Network {letter}").format(letter=letter),
            known,
            letter.lower(),
            158,
            default=DEFAULTS[letter],
        )
    title = next(title for title, other in known.items() if other is spec)
    refusal = results.refusal(spec)
    walk = results.outline(spec) if refusal else results.walk(spec, "activation")
    chosen = state.choice(_part(letter), walk.names[-2], walk.names.__contains__)
    return Side(letter, title, spec, refusal, walk, chosen)


def _part(letter: str) -> str:
    """Return the URL parameter of the part that is chosen on a diagram."""
    return f"part_{letter.lower()}"


def _own() -> tuple[BuildSpec, str]:
    """Draw the field for a network of the reader's own; return it, and what is wrong with it."""
    with st.popover(_("Your network"), width="content"):
        text = control(
            st.text_area,
            _("JSON as in a link from the builder: only what differs from the defaults"),
            key="spec",
            height=150,
            width=frame.px(330),
            placeholder='{"family": "conv", "depths": [20], "norm": "batch"}',
        )
    try:
        return door.read(text), ""
    except ValueError as error:
        return door.read(""), str(error)


def draw_diagrams(view: View) -> None:
    """Draw both networks to one scale, with what the photo becomes on its way."""
    pictures = [_picture(side) for side in (view.a, view.b)]
    for side, picture, other in zip((view.a, view.b), pictures, pictures[::-1], strict=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{side.name}**", width="content")
            st.caption(_size(side), width="content")
        _draw_diagram(side, picture, other)


def _size(side: Side) -> str:
    """Return how many blocks a network has, and why it was not built if it was not."""
    count_of = len(side.walk.names) - 3
    blocks = ngettext("{n} block", "{n} blocks", count_of).format(n=count_of)
    if side.refusal is None:
        return blocks
    asked, allowed = count(side.refusal.asked), count(side.refusal.allowed)
    limit = _("it has {asked} {limit}, and at most {allowed} are allowed here").format(
        asked=asked, limit=_(side.refusal.limit), allowed=allowed
    )
    return _("{blocks} · shapes and price only: {limit}").format(blocks=blocks, limit=limit)


def _picture(side: Side) -> flow.Picture:
    walk = side.walk
    faces = {
        name: flow.Face(
            pixels.face(value[None] if value.ndim == 2 else value), pixels.scheme(value)
        )
        for name, value in zip(walk.names, walk.values, strict=False)
    }
    faces["input"] = flow.Face(results.photo()[::4, ::4], "photo")
    return flow.diagram(walk.steps, faces, luts(is_dark()), labels(walk))


def _draw_diagram(side: Side, picture: flow.Picture, other: flow.Picture) -> None:
    param = _part(side.letter)
    flow.flow(
        picture,
        key=f"network_{side.letter}",
        height=HEIGHT,
        beside=other,
        param=param,
        start=state.held(param, (side.walk.spec, is_dark()), side.chosen),
        default=side.walk.names[-2],
        on_change=state.listen(f"network_{side.letter}", "step", param),
    )


def draw_prices(view: View, text: Mapping[str, str]) -> None:
    """Draw what both networks cost, and the ratio."""
    rows = []
    for cost in view.found.costs:
        ratio = "=" if cost.a == cost.b else f"**{_times(cost.ratio)}**"
        rows.append((_(cost.label), _shown(cost, cost.a), _shown(cost, cost.b), ratio))
    with st.container(border=True):
        st.markdown(_("**Price**"), help=text["Price"])
        _show_table(("", "A", "B", "B/A"), rows, right=True)


def _show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: bool = False) -> None:
    """Draw a table in small letters, so that four columns fit a card."""
    lines = ["|".join(head), "|".join(["---", *["--:" if right else "---"] * (len(head) - 1)])]
    lines += ["|".join(f":small[{cell}]" if cell else "" for cell in row) for row in rows]
    st.markdown("\n".join(f"|{line}|" for line in lines))


def _shown(cost: Cost, value: int) -> str:
    if cost.bytes:
        return memory(value)
    return f"{value:,}" if value < EXACT else count(value)


def _times(ratio: float) -> str:
    return f"×{ratio:.3g}" if ratio < 1000 else f"×{ratio:,.0f}"


def draw_choices(view: View) -> None:
    """Draw what was chosen differently; what is the same is folded."""
    differing = [c for c in view.found.choices if c.differs]
    same = [c for c in view.found.choices if not c.differs]
    with st.container(border=True):
        st.markdown(f"**{_counted(len(differing))}**")
        if differing:
            cells = [(c.field, f"**{_(c.a)}**", f"**{_(c.b)}**") for c in differing]
            _show_table(("", "A", "B"), cells)
        if same:
            said = ngettext(
                "{count} setting is the same", "{count} settings are the same", len(same)
            )
            with st.expander(said.format(count=len(same))):
                st.markdown("\n".join(f"- {c.field}: {_(c.a)}" for c in same))


def _counted(n: int) -> str:
    if not n:
        return _("No setting differs")
    return ngettext("One setting differs", "{n} settings differ", n).format(n=n)


def link(spec: BuildSpec) -> None:
    """Draw a link from another page to this one, with the reader's own network as A."""
    frame.page_link(
        PAGES / "build/compare.py",
        label=_("Compare it with another network"),
        icon=":material/compare_arrows:",
        query_params={"a": OWN, "spec": door.written(spec)},
    )


def draw_take_away(view: View) -> None:
    """Draw the buttons that hand out both networks as files and the comparison as a table."""
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
