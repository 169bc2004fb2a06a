"""Below the first screen of the flow page: the photo's way in, all steps at once, taking it away."""

import csv
import io

import streamlit as st

from viz_models.digits import digits, shape
from viz_models.figures import flow as figures
from viz_models.records import Line, Trace
from viz_models.ui import results, state
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.panels.flow_stage import View, is_dark, luts

_COLUMNS = (
    "name",
    "op",
    "output",
    "parameters",
    "macs",
    "bytes",
    "receptive_field",
    "mean",
    "std",
    "min",
    "max",
    "zeros",
)


def preprocessing(view: View, text: dict[str, str]) -> None:
    """Resize, crop, scale and normalize, with the numbers of this photo."""
    st.subheader("The photo becomes a tensor")
    st.markdown(text["The photo becomes a tensor"])
    prepared, photo = view.chosen.prepared, view.chosen.photo
    planes, numbers = st.columns([3, 2])
    with planes:
        cropped = Tiles(
            name="cropped",
            values=prepared.cropped,
            scheme="photo",
            size=190,
            title="cropped",
            note="224×224",
            after="→",
        )
        three = Tiles(
            name="planes",
            values=prepared.tensor[:, ::2, ::2],
            stride=2,
            scheme="diverging",
            size=190,
            columns=3,
            title="red, green, blue, normalized",
            note="3×224×224, every 2. row and column",
            bar=True,
        )
        tiles([cropped, three], key="planes", luts=luts(is_dark()))
    with numbers:
        lines = [
            Line(label="in the file", value=f"{shape(photo.original_size)} px"),
            Line(label="short side resized to 256", value=f"{shape(prepared.resized_size)} px"),
            Line(
                label="cut from row, column",
                value=f"{prepared.crop_box[0]}, {prepared.crop_box[1]}",
            ),
        ]
        for i, color in enumerate(("red", "green", "blue")):
            lines.append(
                Line(
                    label=color,
                    note=f"(v − {prepared.normalize_mean[i]}) ÷ {prepared.normalize_std[i]}",
                    value=f"mean {digits(prepared.mean_before[i], 3)} → {digits(prepared.mean_after[i], 3)}"
                    f" · std {digits(prepared.std_before[i], 3)} → {digits(prepared.std_after[i], 3)}",
                )
            )
        ledger(lines, key="preprocessing", title="What was done", note=photo.credit)


def all_steps(view: View, text: dict[str, str]) -> None:
    """Mean and spread over depth; a click opens a step."""
    st.subheader("All steps at once")
    st.markdown(text["All steps at once"])
    picked = st.plotly_chart(
        figures.depth_band(view.trace, view.step().name, dark=is_dark()),
        key="depth",
        config=figures.CONFIG,
        theme=None,
        on_select="rerun",
        selection_mode="points",
    )
    points = picked["selection"]["points"]
    if points and view.trace.steps[points[0]["x"]].name != view.step().name:
        state.choose("step", view.trace.steps[points[0]["x"]].name)
        st.rerun()


def take_away(view: View, text: dict[str, str]) -> None:
    """The step table, and a script that prints the same digits."""
    st.subheader("Take it away")
    st.markdown(text["Take it away"])
    step, cell = view.step(), view.cell()
    own = view.spec.image.kind == "upload"
    code = results.script(view.spec, step.name, cell, "photo.png" if own else None)
    with st.container(horizontal=True):
        st.download_button(
            "Step table (CSV)", table(view.trace), "steps.csv", "text/csv", icon=":material/table:"
        )
        st.download_button(
            "Script (Python)", code, "forward_pass.py", "text/x-python", icon=":material/code:"
        )
    with st.expander("Get the code"):
        st.code(code, language="python")


def table(trace: Trace) -> str:
    """Every step as a row of CSV."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for step, stats in zip(trace.steps, trace.stats, strict=True):
        field = shape(step.receptive_field.size) if step.receptive_field else ""
        rows.writerow(
            [
                step.name,
                step.op,
                shape(step.output_shape),
                step.parameters,
                step.macs,
                step.bytes,
                field,
            ]
            + [f"{v:.6g}" for v in (stats.mean, stats.std, stats.min, stats.max, stats.zeros)]
        )
    return out.getvalue()
