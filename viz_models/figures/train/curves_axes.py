"""What stands around live curves: axes, hover, a line that says what is what; for ECharts."""

from typing import Any

from viz_models.figures import theme
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.curves import CurveView

AXIS = {"step": N_("steps"), "sample": N_("samples seen"), "second": N_("seconds of training")}


def frame(
    view: CurveView,
    *,
    caption: str,
    longest: int,
    log: bool,
    top: float | None,
    end: float | None,
    dark: bool,
    scale: float,
) -> dict[str, Any]:
    """Return an option without its series.

    Args:
        view: What is shown along what.
        caption: One line above the curves.
        longest: Letters of the longest name that stands at the end of a line.
        log: Whether the vertical axis is logarithmic.
        top: Where that axis ends; None where the values say so.
        end: Where the other one ends; None likewise.
        dark: Which theme is showing.
        scale: Enlarges letters, for presenting.
    """
    p = theme.palette(dark)
    small = round((theme.TEXT_SIZE - 0.5) * scale)
    muted = {"color": p.muted, "fontSize": small, "fontFamily": theme.FONT}
    axis: dict[str, Any] = {
        "axisLabel": {**muted, "hideOverlap": True},
        "nameTextStyle": muted,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": p.border}},
        "splitLine": {"lineStyle": {"color": theme.fade(p.muted, 0.18)}},
    }
    percent: dict[str, float | bool] = (
        {"min": 0, "max": 1} if view.metric == "accuracy" else {"scale": True}
    )
    percent |= {} if top is None else {"max": top}
    return {
        "animation": False,
        "title": {"text": caption, "left": 0, "textStyle": {**muted, "fontWeight": 400}},
        "textStyle": {"fontFamily": theme.FONT},
        "grid": {
            "left": 8,
            "right": round(min(190, 34 + 7.2 * max(longest, 6)) * scale),
            "top": round(42 * scale),
            "bottom": round(26 * scale),
            "containLabel": True,
        },
        **_helpers(view, p, small, scale),
        "xAxis": {
            **axis,
            "type": "value",
            "name": _(AXIS[view.along]),
            "nameLocation": "middle",
            "nameGap": round(24 * scale),
            "axisLabel": {**axis["axisLabel"], "showMaxLabel": end is not None},
            "splitLine": {"show": False},
            "max": "dataMax" if end is None else end,
        },
        "yAxis": {
            **axis,
            "type": "log" if log else "value",
            "axisLabel": {**axis["axisLabel"], "showMaxLabel": top is None},
            **percent,
        },
    }


def _helpers(view: CurveView, p: theme.Palette, small: int, scale: float) -> dict[str, Any]:
    """Return what appears on hover, and the button that saves the picture."""
    return {
        "tooltip": {
            "trigger": "axis",
            "backgroundColor": p.card,
            "borderColor": p.border,
            "textStyle": {"color": p.text, "fontSize": small, "fontFamily": theme.FONT},
            "valueFormatter": "%.4g" if view.metric != "accuracy" else "percent",
            "confine": True,
            "order": "valueDesc",
        },
        "toolbox": {
            "right": 0,
            "itemSize": round(13 * scale),
            "iconStyle": {"borderColor": p.muted},
            "feature": {"saveAsImage": {"title": _("Save"), "backgroundColor": p.ground}},
        },
    }
