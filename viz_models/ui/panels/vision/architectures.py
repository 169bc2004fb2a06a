"""The lesson on architectures: the family tree, what each network costs, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from viz_models.digits import count, digits, memory, percent
from viz_models.figures.vision import architectures as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.architectures import BY_NAME, ArchitectureCost, CostRecord, Figure
from viz_models.ui.instruments.chart import Point
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control, control_row, select
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import architectures as results

TITLES = {a.title: a.name for a in BY_NAME.values()}
FIGURES: dict[str, str] = {
    "macs": N_("multiply-adds"),
    "ms": N_("time"),
    "traffic_bytes": N_("traffic"),
    "output_bytes": N_("outputs"),
    "parameters": N_("parameters"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Two networks, what a bar stands for, and what was measured."""

    record: CostRecord
    chosen: ArchitectureCost
    beside: ArchitectureCost
    figure: Figure

    @property
    def titles(self) -> tuple[str, str]:
        """Return what people call the two networks."""
        return BY_NAME[self.chosen.name].title, BY_NAME[self.beside.name].title


def controls() -> View:
    """Draw the controls: two networks, what a bar stands for, and whether to measure here."""
    with control_row():
        st.caption(_("Network"), width="content")
        chosen = select(_("Network"), TITLES, "network", 168, default="ResNet18")
        st.caption(_("beside"), width="content")
        beside = select(_("Beside"), TITLES, "beside", 168, default="VGG-11")
        figure = chips(_("A bar is"), FIGURES, key="bar", default="macs", show=_("A bar is"))
        here: bool = control(
            st.toggle,
            _("measure here"),
            key="here",
            help=_(
                "Count and time both networks now, on the machine that runs this page. "
                "It takes a few seconds for each."
            ),
        )
    record = results.costs()
    if not here:
        return View(record, record.cost(chosen), record.cost(beside), _figure(figure))
    with st.spinner(_("Both networks read a photo six times, with and without a watch…")):
        return View(record, results.here(chosen), results.here(beside), _figure(figure))


def _figure(chosen: str) -> Figure:
    return next(f for f in figures.NAMES if f == chosen)


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name; words follow the numbers."""
    a, b = view.chosen, view.beside
    vgg, resnet = view.record.cost("vgg11"), view.record.cost("resnet18")
    spread = sorted(view.record.costs, key=lambda c: c.macs / c.ms)
    slow, fast = spread[0], spread[-1]
    return {
        "chosen": view.titles[0],
        "beside": view.titles[1],
        "layers": str(len(a.layers)),
        "other_layers": str(len(b.layers)),
        "work": _work(a.macs / b.macs),
        "time": _time(a.ms / b.ms),
        "linear_parameters": percent(linear(vgg, "parameters") / vgg.total("parameters")),
        "linear_macs": percent(linear(vgg, "macs") / vgg.macs),
        "linear_ms": percent(linear(vgg, "ms") / vgg.total("ms")),
        "vgg_conv": count(vgg.macs - linear(vgg, "macs")),
        "resnet_macs": count(resnet.macs),
        "vgg_ms": digits(vgg.ms, 3),
        "resnet_ms": digits(resnet.ms, 3),
        "conv_verdict": _verdict(vgg, resnet),
        "vgg_first": percent(early(vgg) / vgg.macs),
        "vgg_early": count(early(vgg)),
        "resnet_early": count(early(resnet)),
        "slowest": BY_NAME[slow.name].title,
        "fastest": BY_NAME[fast.name].title,
        "rate_ratio": digits((fast.macs / fast.ms) / (slow.macs / slow.ms), 2),
        "least_work": BY_NAME[min(view.record.costs, key=lambda c: c.macs).name].title,
        "least_time": BY_NAME[min(view.record.costs, key=lambda c: c.ms).name].title,
        "machine": view.record.machine,
        "repeats": str(a.repeats),
    }


def _work(ratio: float) -> str:
    if 0.98 < ratio < 1.02:
        return _("about the same number of multiply-adds")
    if ratio < 1:
        return _("{ratio} times fewer multiply-adds").format(ratio=digits(1 / ratio, 2))
    return _("{ratio} times more multiply-adds").format(ratio=digits(ratio, 2))


def _time(ratio: float) -> str:
    if 0.98 < ratio < 1.02:
        return _("about the same time")
    if ratio < 1:
        return _("{ratio} times less time").format(ratio=digits(1 / ratio, 2))
    return _("{ratio} times more time").format(ratio=digits(ratio, 2))


def linear(cost: ArchitectureCost, figure: Figure) -> float:
    """Return the sum of one figure over the linear layers alone."""
    return float(sum(getattr(layer, figure) for layer in cost.layers if layer.kind == "linear"))


def early(cost: ArchitectureCost) -> float:
    """Return the multiply-adds of layers whose output holds more than 64 maps of 56x56."""
    return float(sum(x.macs for x in cost.layers if x.output_bytes > 4 * 64 * 56 * 56))


def _verdict(vgg: ArchitectureCost, resnet: ArchitectureCost) -> str:
    """Return whether the linear layers explain why one takes longer than the other."""
    without = vgg.total("ms") - linear(vgg, "ms")
    if resnet.ms >= vgg.ms:
        return _("Here ResNet18 was not faster: {ms} against {ms_2} ms.").format(
            ms=digits(resnet.ms, 3), ms_2=digits(vgg.ms, 3)
        )
    if without > resnet.total("ms"):
        return _("No: without its linear layers VGG-11 would still take longer.")
    return _("Yes: without its linear layers VGG-11 would be as fast.")


def draw_tree(view: View) -> None:
    """Draw the family tree; a click chooses a network."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _(
                "Which network was derived from which. A circle's area shows the multiply-adds of "
                "one photo. Click a circle to choose that network. The dark ring marks the network "
                "beside it."
            )
        )
        fig = kept(
            figures.family_tree, view.record, view.chosen.name, view.beside.name, **figure_look()
        )
        show(fig, "tree", wide=True, on_click=_open)


def _open(point: Point) -> None:
    """Choose the network that was clicked."""
    if name := point.get("customdata"):
        name = name if isinstance(name, str) else name[0]
        if name in BY_NAME:
            st.session_state["network"] = BY_NAME[name].title


def draw_costs(view: View, text: Mapping[str, str]) -> None:
    """Draw what the chosen network changed, and what it costs beside the other."""
    with st.container(border=True, height="stretch"):
        name = view.chosen.name
        st.markdown(
            f"**{BY_NAME[name].title}** ({BY_NAME[name].year}). {text[BY_NAME[name].title]}"
        )
        sheet(
            view.titles,
            _rows((view.chosen, view.beside)),
            key="costs",
            note=_(
                "one photo, float32, eval mode; time: processor time, the median of {repeats} "
                "passes with quartiles"
            ).format(repeats=view.chosen.repeats),
            badge=lesson.badge(view.chosen.provenance),
        )


def _rows(both: tuple[ArchitectureCost, ...]) -> list[tuple[str, list[Cell]]]:
    return [
        (_("parameters"), [(count(c.parameters), _auxiliary(c)) for c in both]),
        (_("multiply-adds"), [(count(c.macs), _source(c)) for c in both]),
        (_("kept for the backward pass"), [(memory(c.activation_bytes), "") for c in both]),
        (_("read and written"), [(memory(c.traffic_bytes), "") for c in both]),
        (
            _("time"),
            [
                (
                    f"{digits(c.ms, 3)} ms",
                    _("{low} to {high}").format(low=digits(c.ms_low, 3), high=digits(c.ms_high, 3)),
                )
                for c in both
            ],
        ),
    ]


def _auxiliary(cost: ArchitectureCost) -> str:
    return (
        _("{auxiliary} of them only help training").format(auxiliary=count(cost.auxiliary))
        if cost.auxiliary
        else ""
    )


def _source(cost: ArchitectureCost) -> str:
    about = BY_NAME[cost.name]
    if not about.paper_macs:
        return _("torchvision's network")
    return _("the paper says {paper_macs}").format(paper_macs=count(about.paper_macs))


def draw_layers(view: View) -> None:
    """Draw one bar for each layer of both networks."""
    with st.container(border=True, height="stretch"):
        st.caption(
            _(
                "A bar is one convolution or linear layer, with the norm, activation and pooling "
                "after it. Both networks share one scale."
            )
        )
        both = (view.chosen, view.beside)
        show(kept(figures.bars_by_layer, both, view.figure, **figure_look()), "layers", wide=True)


def draw_time(view: View) -> None:
    """Draw the time of all networks over their multiply-adds and over their memory traffic."""
    with st.container(border=True, height="stretch"):
        fig = kept(
            figures.time_over_work, view.record, view.chosen.name, view.beside.name, **figure_look()
        )
        show(fig, "time", wide=True)
        st.caption(f"{lesson.badge(view.record.provenance)} · {view.record.machine}")


def code(view: View) -> str:
    """Return a script that counts and times with torch alone."""
    return take_away.filled("vision/architectures", repeats=3, names=_of_torchvision(view))


def _of_torchvision(view: View) -> str:
    names = [c.name for c in (view.chosen, view.beside) if not BY_NAME[c.name].paper_macs]
    return ", ".join(repr(name) for name in names or ["resnet18"])


def table(view: View) -> str:
    """Return a table with a row for each layer of both networks."""
    head = (
        *("network", "layer", "kind", "parameters", "multiply_adds"),
        *("traffic_bytes", "output_bytes", "ms"),
    )
    rows = [
        [
            *(cost.name, x.name, x.kind, x.parameters, x.macs),
            *(x.traffic_bytes, x.output_bytes, x.ms),
        ]
        for cost in (view.chosen, view.beside)
        for x in cost.layers
    ]
    return take_away.csv_text(head, rows)
