"""The first screen of the lesson on optimizers: the walks, and where all starts end."""

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures import theme
from viz_models.figures.train import optimizers as figures
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import OPTIMIZERS
from viz_models.ui.instruments.walk import Line, Mark, Picture, walk
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look, is_dark
from viz_models.ui.panels.train.optimizers.view import OPENED, STEP_AT_FIRST, View

HEIGHT = 410  # px


def draw_walks(view: View) -> None:
    """Draw the loss with all seven walks on it."""
    dark = is_dark()
    colors = figures.optimizer_colors(dark)
    spec = view.spec
    lines = [
        Line(
            key=w.optimizer,
            name=_(figures.NAMES[w.optimizer]),
            color=colors[w.optimizer],
            points=w.points,
            losses=w.losses,
        )
        for w in view.walks.walks
    ]
    with st.container(border=True, height="stretch"):
        st.caption(
            _(
                "**One start, seven walks.** Click or drag to choose the start; the numbers are "
                "losses."
            )
        )
        walk(
            _picture(view, dark),
            lines,
            key="walk",
            start=spec.start,
            usual=view.usual,
            step=STEP_AT_FIRST,
            chosen=OPENED,
            label=_("Loss {formula}, with the walks of seven optimizers").format(
                formula=view.formula
            ),
            height=HEIGHT,
            token=repr(spec),
        )


def _picture(view: View, dark: bool) -> Picture:
    terrain, p = view.terrain, theme.palette(dark)
    return Picture(
        name=f"{terrain.surface} {dark}",
        names=terrain.names,
        low=terrain.low,
        high=terrain.high,
        losses=terrain.losses,
        marks=tuple(
            Mark(
                at=place.at,
                loss=place.loss,
                label=str(rank + 1),
                color=figures.valley_color(rank),
                ink=figures.valley_ink(rank),
            )
            for rank, place in enumerate(terrain.minima)
        ),
        colors={
            "ground": p.ground,
            "text": p.text,
            "muted": p.muted,
            "grid": theme.fade(p.muted, 0.18),
            "blue": p.blue,
            "orange": p.orange,
        },
        tints=figures.terrain_tints(dark),
    )


def draw_shares(view: View) -> None:
    """Draw where all starts of the picture end, and after how many steps."""
    count = view.basins.labels.shape[1]
    with st.container(border=True, height="stretch"):
        st.caption(
            _("**All {count:,} starts, the same rate.** Where do they end?").format(count=count)
        )
        show(kept(figures.shares, view.basins, len(view.terrain.minima), **figure_look()), "shares")
        st.caption(
            _("Median steps until a start stays at a minimum: {medians}.").format(
                medians=_medians(view)
            )
        )
        st.caption(lesson.badge(view.basins.provenance))


def _medians(view: View) -> str:
    found = [(_(figures.NAMES[o]), view.basins.median_steps(o)) for o in OPTIMIZERS]
    return ", ".join(f"{name} {digits(v, 3) if v is not None else '–'}" for name, v in found)


def ends(view: View) -> list[list[str]]:
    """Return, for each optimizer, where this walk ends and how often others end there."""
    rows = []
    for w in view.walks.walks:
        kinds = figures.labels_of(len(view.terrain.minima), dark=False)
        words = next(words for label, words, _color in kinds if label == w.label)
        share = percent(view.basins.share(w.optimizer, w.label))
        rows.append([_(figures.NAMES[w.optimizer]), words, str(w.arrived), share])
    return rows
