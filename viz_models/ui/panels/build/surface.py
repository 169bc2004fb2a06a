"""The loss surface with and without skips: recorded, and measured here."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.build import surface as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.build.surface import Surface, Surfaces, SurfaceSpec, SurfaceTime
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.build import surface as results

WHEN: dict[str, SurfaceTime] = {"after": "after", "before": "before"}
VIEW: dict[str, figures.View] = {"relief": "relief", "map": "map"}
STAGE = 430  # px
HERE = SurfaceSpec(steps=100, points=11, examples=256)  # what a reader would wait for
BLOCKS = (1, 2, 4, 8, 12)
SEEDS = (0, 1, 2, 3, 4)
_ASKED = "forward_pass.surface"  # what this session has asked for


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What the reader chose."""

    found: Surfaces
    when: SurfaceTime
    view: figures.View


def controls() -> Choice:
    """Draw the choices of weights and view; return what is chosen."""
    with control_row():
        when = chips(
            _("Weights"),
            {"after": N_("after training"), "before": N_("before")},
            key="weights",
            default="after",
            show=_("Weights"),
        )
        view = chips(
            _("Shown as"),
            {"relief": N_("relief"), "map": N_("map")},
            key="shown",
            default="relief",
            show=_("Shown as"),
        )
    return Choice(results.recorded(), WHEN[when], VIEW[view])


def facts(found: Surfaces) -> dict[str, str]:
    """Return the numbers that the answer names."""
    return {
        "convolutions": str(2 * found.spec.blocks + 1),
        "steps": str(found.spec.steps),
        "skips": digits(found.skips.here("after"), 2),
        "plain": digits(found.plain.here("after"), 2),
        "skips_area": percent(found.skips.better_than_guessing("after")),
        "plain_area": percent(found.plain.better_than_guessing("after")),
    }


def draw_surfaces(choice: Choice, prose: str) -> None:
    """Draw both recorded surfaces, their numbers, and how to read them."""
    _draw(choice.found, choice, "surfaces", STAGE, prose)


def _draw(found: Surfaces, choice: Choice, key: str, height: int, prose: str = "") -> None:
    chart, numbers = st.columns([2.6, 1], gap="xsmall")
    with chart.container(border=True, height="stretch"):
        figure = kept(
            figures.surfaces, found, choice.when, choice.view, height=height, **figure_look()
        )
        show(figure, key)
    with numbers.container(border=True, height="stretch"):
        _draw_numbers(found, choice.when, f"{key}_numbers")
        if prose:
            st.caption(prose)


def _draw_numbers(found: Surfaces, when: SurfaceTime, key: str) -> None:
    """Draw the numbers of the two networks below each other."""
    pairs = ((_("without skips"), found.plain), (_("with skips"), found.skips))
    lines = [line for name, net in pairs for line in _lines(name, net, when)]
    spec = found.spec
    ledger(
        lines,
        key=key,
        title=_("{blocks} convolutions").format(blocks=2 * spec.blocks + 1),
        note=_("{examples} digits per point").format(examples=spec.examples),
        badge=lesson.badge(found.provenance),
        terms=words.glossary(),
    )


def _lines(name: str, net: Surface, when: SurfaceTime) -> list[Line]:
    shown = net.values(when)
    return [
        Line(
            label=_("{name}: loss before").format(name=name),
            value=_nats(net.here("before")),
            term="nats",
            rule=True,
        ),
        Line(
            label=_("loss after training"),
            value=_nats(net.here("after")),
            role="chosen",
        ),
        Line(label=_("digits classified correctly"), value=percent(net.accuracy)),
        Line(
            label=_("highest loss in the square"),
            value=_nats(float(np.nanmax(shown))),
        ),
        Line(label=_("better than guessing"), value=percent(net.better_than_guessing(when))),
    ]


def _nats(loss: float) -> str:
    return _("{loss} nats").format(loss=digits(loss, 3))


def draw_training(found: Surfaces) -> None:
    """Draw how the loss fell while both networks were trained."""
    with st.container(border=True):
        show(kept(figures.training, found, **figure_look()), "curves")
        spec = found.spec
        st.caption(
            _(
                "SGD, learning rate {lr:g}, momentum {momentum:g}, batch size "
                "{batch_size}, seed {seed} · {badge} · "
                "{cpu_seconds:.0f} s in all, surfaces included"
            ).format(
                lr=spec.lr,
                momentum=spec.momentum,
                batch_size=spec.batch_size,
                seed=spec.seed,
                badge=lesson.badge(found.provenance),
                cpu_seconds=found.cpu_seconds,
            )
        )


def draw_own(choice: Choice, waiting: str) -> None:
    """Draw the same with fewer blocks and other directions, measured in front of the reader."""
    with control_row():
        blocks = slider(_("Blocks"), BLOCKS, "blocks", 220, value=4)
        seed = slider(_("Directions"), SEEDS, "directions", 180, value=1)
        begin = st.button(_("Measure now"), icon=":material/play_arrow:", key="measure")
    spec = SurfaceSpec(
        blocks=blocks,
        directions=seed,
        **{name: getattr(HERE, name) for name in ("steps", "points", "examples")},
    )
    if begin:
        st.session_state[_ASKED] = spec
    if st.session_state.get(_ASKED) != spec:
        st.caption(waiting.format(points=4 * spec.points**2, steps=2 * spec.steps))
        return
    _draw(_measured(spec), choice, "measured", STAGE - 60)


def _measured(spec: SurfaceSpec) -> Surfaces:
    """Return surfaces from the store, or measure them with a progress bar and a Stop button."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, _("Measuring …"))
        st.button(_("Stop"), icon=":material/stop:", key="stop", on_click=_stop)

    def tell(done: float) -> None:
        bar.progress(done, _("{done} measured").format(done=percent(done)))

    found = results.measured(spec, tell)
    place.empty()
    return found


def _stop() -> None:
    st.session_state.pop(_ASKED, None)


def code(found: Surfaces) -> str:
    """Return a script that trains both networks and prints the loss along the first direction."""
    spec = found.spec
    return take_away.filled(
        "build/surface",
        **{
            name: getattr(spec, name)
            for name in (
                *("blocks", "width", "steps", "batch_size", "lr", "momentum"),
                *("examples", "span", "seed", "directions"),
            )
        },
        half=spec.points // 2,
    )


def table(found: Surfaces) -> str:
    """Return every point of all four surfaces as a row of CSV."""
    rows = (
        [name, when, float(a), float(b), float(net.values(when)[i, j])]
        for name, net in ((_("without skips"), found.plain), (_("with skips"), found.skips))
        for when in WHEN.values()
        for i, a in enumerate(found.steps)
        for j, b in enumerate(found.steps)
    )
    return take_away.csv_text(("network", "weights", "first", "second", "loss"), rows)
