"""The lesson on fast networks: a channel shuffle, and the way of one channel through it."""

from dataclasses import dataclass

import streamlit as st

from viz_models.figures.vision import fast_shuffle as figures
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.vision.fast import Shuffle, ShuffleSpec
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import fast as results

GROUPS = (1, 2, 3, 4, 6, 12)
SHUFFLED = {"yes": N_("with shuffle"), "no": N_("without")}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The chosen input, and where all channels go."""

    found: Shuffle
    channel: int

    @property
    def reached(self) -> int:
        """Return how many outputs the chosen input reaches."""
        return len(self.found.reached[self.channel])


def controls() -> View:
    """Draw the controls: groups, with or without shuffle, and the channel to follow."""
    base = ShuffleSpec()
    with control_row():
        groups = slider(_("Groups"), GROUPS, "groups", 160, value=base.groups)
        shuffled = chips(_("Shuffle"), SHUFFLED, key="shuffle", default="yes")
        channel = slider(_("Follow channel"), tuple(range(base.channels)), "channel", 200, value=1)
    return View(results.shuffle(ShuffleSpec(groups=groups, shuffled=shuffled == "yes")), channel)


def draw_channels(view: View) -> None:
    """Draw the channels on their way; a click follows another one."""
    with st.container(border=True, height="stretch"):
        fig = kept(figures.shuffled, view.found, view.channel, **figure_look())
        show(fig, "shuffle_figure", wide=True, on_click=_follow)


def _follow(point: Point) -> None:
    """Follow the channel that was clicked."""
    st.session_state["channel"] = int(point["customdata"])


def draw_place(view: View) -> None:
    """Draw how the place of the chosen channel comes about, beside torch's."""
    spec, channel = view.found.spec, view.channel
    size = spec.channels // spec.groups
    group, rank = divmod(channel, size)
    lines = [
        Line(
            label=_("group"),
            value=str(group),
            note=_("{channel} ÷ {size}, rounded down").format(channel=channel, size=size),
        ),
        Line(label=_("place in the group"), value=str(rank), note=_("the remainder")),
    ]
    if spec.shuffled:
        lines.append(
            Line(
                label=_("place afterwards"),
                value=str(view.found.place(channel)),
                note=f"{rank} · {spec.groups} + {group}",
                role="chosen",
                rule=True,
            )
        )
        if view.found.same_as_torch:
            lines.append(Line(label=_("equals torch.nn.ChannelShuffle for all 12"), role="checked"))
    lines.append(
        Line(
            label=_("outputs that it reaches"),
            value=_("{n} of {of}").format(n=view.reached, of=spec.channels),
            rule=True,
            note=_("two convolutions of ones"),
        )
    )
    title = ngettext(
        "Channel {channel} of {channels}, {groups} group",
        "Channel {channel} of {channels}, {groups} groups",
        spec.groups,
    ).format(channel=channel, channels=spec.channels, groups=spec.groups)
    ledger(lines, key="shuffle_place", title=title, badge=lesson.badge(view.found.provenance))


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name."""
    spec = view.found.spec
    return {
        "groups": ngettext("{n} group", "{n} groups", spec.groups).format(n=spec.groups),
        "size": str(spec.channels // spec.groups),
        "reached": str(view.reached),
        "channels": str(spec.channels),
        "way": _("with the shuffle") if spec.shuffled else _("without a shuffle"),
    }
