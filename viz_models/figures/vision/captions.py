"""Figures of the lesson on captions: fine-tuning with more and more of the encoder."""

import plotly.graph_objects as go

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.vision.captions import MODES, TUNED, CaptionRecord

NAMES = {"train": N_("BatchNorm in train"), "eval": N_("BatchNorm in eval")}
ARMS = {0: N_("none"), 2: N_("the last two"), 5: N_("all five")}
SHIFT = 0.16  # of the dots beside the middle of their group


def tuned(found: CaptionRecord, *, dark: bool = False, scale: float = 1.0) -> go.Figure:
    """Draw exact captions of new pictures after fine-tuning, a dot for each seed.

    Args:
        found: With its runs.
        dark: Which theme is showing.
        scale: Of letters and height, for presenting.
    """
    p = theme.palette(dark)
    fig = go.Figure()
    for mode, color, side in zip(MODES, (p.gold, p.blue), (-1, 1), strict=True):
        runs = [(i, r) for i, blocks in enumerate(TUNED) for r in found.of(blocks, mode)]
        fig.add_scatter(
            x=[i + side * SHIFT + (r.seed - 2) * 0.03 for i, r in runs],
            y=[r.exact for _, r in runs],
            name=NAMES[mode],
            mode="markers",
            marker={"color": theme.fade(color, 0.8), "size": 9 * scale},
            customdata=[[r.seed, r.old, r.moved] for _, r in runs],
            hovertemplate=_(
                "seed %{customdata[0]}: %{y:.1%} exact<br>old pictures "
                "%{customdata[1]:.1%}<br>running means moved %{customdata[2]:.1%}<extra></extra>"
            ),
        )
    fig.add_hline(y=found.untuned, line={"color": p.muted, "dash": "dot", "width": 1})
    fig.update_xaxes(
        title_text=_("blocks of the encoder that are trained"),
        tickvals=list(range(len(TUNED))),
        ticktext=[ARMS[blocks] for blocks in TUNED],
        zeroline=False,
    )
    fig.update_yaxes(tickformat=".0%", range=[-0.03, 1.03], title_text=_("exact captions"))
    return theme.style(fig, dark=dark, height=270, scale=scale)
