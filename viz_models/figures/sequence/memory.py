"""Figures of the lesson on memory: the influence of every input, and who learned to remember."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from viz_models.figures import panels, theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.memory import READERS, MemoryGrid, MemoryRun, ReaderSpec

HEIGHT = 330  # px
TOP = 58  # px, for the legend and the names of the panels
FLOOR = 1e-40  # what float32 cannot hold is drawn here
NAMES = {"rnn": "RNN", "gru": "GRU", "attention": N_("attention")}
DASHES = {0.0: "dot", 1.0: "dash", 4.0: "solid"}  # of an LSTM's line, by forget bias
Norms = Sequence[np.ndarray]  # one (T,) a seed


def name(reader: ReaderSpec) -> str:
    """Return what a reader is called, in English: "LSTM, b = 4"."""
    return NAMES.get(reader.cell) or f"LSTM, b = {reader.forget_bias:g}"


def over_position(
    grid: MemoryGrid,
    chosen: ReaderSpec,
    now: Norms,
    at: int,
    *,
    dark: bool = False,
    scale: float = 1.0,
) -> go.Figure:
    """Draw the influence of every input on the answer, before and after training.

    Lines are medians over the seeds, bands go from the lowest to the highest one.

    Args:
        grid: All recorded readers.
        chosen: The reader that is drawn in orange, with its length.
        now: Its influences before training, one a seed.
        at: The chosen input, counted from 0.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    before: dict[str, Norms] = {}
    after: dict[str, Norms] = {}
    for reader in READERS:
        runs = grid.of(reader, chosen.length)
        before[name(reader)] = [run.before for run in runs]
        after[name(reader)] = [run.after for run in runs]
    before[name(chosen)] = now
    traces = [*_lines(before, chosen, 0, p), *_lines(after, chosen, 1, p)]
    bottom = min(float(np.min(n)) for runs in (*before.values(), *after.values()) for n in runs)
    layout = panels.grid(
        [_("before training"), _("after training")],
        _axes(chosen.length, bottom),
        gap=0.06,
        scale=scale,
    )
    layout["shapes"] = panels.marks(at + 1, 2, p.orange)
    fig = go.Figure(traces, layout | {"showlegend": True})
    theme.style(fig, dark=dark, height=HEIGHT, scale=scale)
    fig.layout.margin.t = round(TOP * scale)
    fig.layout.legend.y = 1.08
    return fig


def _axes(length: int, bottom: float) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    lowest = np.log10(max(bottom, FLOOR))
    y = {
        "type": "log",
        "range": [lowest - 0.04 * (1.5 - lowest), 1.5],
        "exponentformat": "power",
        "nticks": 8,
    }
    x = {
        "range": [0.5, length + 0.5],
        "tickvals": [1, *range(length // 4, length + 1, max(1, length // 4))],
        "title": {"text": _("input: 1 is the first, the last is read just before the answer")},
    }
    names = [{"text": _("‖d answer / d input‖")}, {"text": ""}]
    return [
        (x | {"title": {"text": _("← the first input")}}, y | {"title": names[0]}),
        (x | {"title": {"text": _("the last input →")}}, y | {"showticklabels": False}),
    ]


def _lines(
    norms: Mapping[str, Norms], chosen: ReaderSpec, panel: int, p: theme.Palette
) -> Iterator[dict[str, Any]]:
    """Yield a band and a line for every reader, the chosen one last and so on top."""
    orange = name(chosen)
    for label in sorted(norms, key=lambda n: n == orange):
        if norms[label]:
            yield from _line(label, norms[label], panel, p, chosen=label == orange)


def _line(
    label: str, norms: Norms, panel: int, p: theme.Palette, *, chosen: bool
) -> Iterator[dict[str, Any]]:
    drawn = np.maximum(np.stack(norms), FLOOR)
    low, middle, high = drawn.min(0), np.exp(np.median(np.log(drawn), axis=0)), drawn.max(0)
    x = np.arange(1, len(middle) + 1)
    color, dash = _look(label, p)
    color = p.orange if chosen else color
    place = {"xaxis": panels.axis("x", panel), "yaxis": panels.axis("y", panel)}
    yield place | {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": theme.fade(color, 0.14),
        "mode": "none",
        "hoverinfo": "skip",
        "showlegend": False,
    }
    yield place | {
        "type": "scatter",
        "x": x,
        "y": middle,
        "name": label,
        "showlegend": panel == 0,
        "mode": "lines+markers",
        "marker": {"size": 4 if chosen else 2.5},
        "line": {"color": color, "width": 3 if chosen else 1.6, "dash": dash},
        "customdata": np.stack([low, high], axis=1),
        "hovertemplate": _(
            "<b>{label}</b>, input %{{x}}<br>%{{y:.2~e}}<br>"
            "{count} seeds: %{{customdata[0]:.2~e}} to %{{customdata[1]:.2~e}}<extra></extra>"
        ).format(label=_(label), count=len(norms)),
    }


def _look(label: str, p: theme.Palette) -> tuple[str, str]:
    """Return color and dash of a reader's line; all LSTMs share one color."""
    others = {"RNN": p.categorical[1], "GRU": p.categorical[3], "attention": p.categorical[4]}
    if label in others:
        return others[label], "solid"
    return p.blue, DASHES.get(float(label.rpartition(" ")[2]), "solid")


def steps_to_solve(
    grid: MemoryGrid, chosen: ReaderSpec, *, dark: bool = False, scale: float = 1.0
) -> go.Figure:
    """Draw after how many steps each seed had learned the task; a cross for one that had not.

    Args:
        grid: All recorded readers.
        chosen: The reader that is drawn in orange, with its length.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    most = grid.training.most_steps(chosen.length)
    rows = [name(reader) for reader in READERS]
    for i, reader in enumerate(READERS):
        runs = grid.of(reader, chosen.length)
        color = p.orange if rows[i] == name(chosen) else _look(rows[i], p)[0]
        fig.add_scatter(
            x=[run.steps for run in runs],
            y=[-i - 0.11 * (run.spec.seed - 2) for run in runs],
            mode="markers",
            marker={
                "color": color,
                "size": 9 * scale,
                "symbol": ["circle" if run.solved else "x-thin-open" for run in runs],
                "line": {"width": 1.5},
                "opacity": 0.85,
            },
            customdata=[_told(run) for run in runs],
            hovertemplate=f"<b>{_(rows[i])}</b>, %{{customdata}}<extra></extra>",
            showlegend=False,
        )
    fig.update_layout(annotations=[_summary(grid, r, i, chosen, p) for i, r in enumerate(READERS)])
    theme.style(fig, dark=dark, height=HEIGHT - 24, scale=scale)
    fig.update_xaxes(
        range=[0, most * 1.42],
        tickvals=[0, most // 4, most // 2, 3 * most // 4, most],
        title_text=_("steps of training until 99 % are right"),
    )
    fig.update_yaxes(
        tickvals=[-i for i in range(len(rows))],
        ticktext=rows,
        range=[-len(rows) + 0.5, 0.5],
        tickfont={"color": p.text},
        zeroline=False,
    )
    return fig


def _told(run: MemoryRun) -> str:
    how = (
        _("after {steps} steps").format(steps=run.steps)
        if run.solved
        else _("not after {steps} steps").format(steps=run.steps)
    )
    return _("seed {seed}<br>{how}<br>{accuracy:.1%} right").format(
        seed=run.spec.seed, how=how, accuracy=run.accuracy
    )


def _summary(
    grid: MemoryGrid, reader: ReaderSpec, i: int, chosen: ReaderSpec, p: theme.Palette
) -> dict[str, Any]:
    """Return "5 of 5" or the share that those say rightly that did not learn it."""
    runs = grid.of(reader, chosen.length)
    solved = sum(run.solved for run in runs)
    right = np.mean([run.accuracy for run in runs])
    return {
        "text": _("<b>{solved} of {count}</b><br>{right:.0%} right").format(
            solved=solved, count=len(runs), right=right
        ),
        "x": 1,
        "xref": "paper",
        "y": -i,
        "xanchor": "right",
        "showarrow": False,
        "align": "right",
        "font": {"color": p.text if solved else p.muted},
    }
