"""Specs (what was asked for) and results (what was computed). No torch, no streamlit.

Shapes leave the batch axis out: every trace is of one photo, so C H W for maps and C for
vectors. Arrays in results are float32 unless said otherwise and must not be written to:
several sessions may look at the same one.
"""

from viz_models.records.cards import Line
from viz_models.records.inputs import ImageRef, ModelRef, Pair, Photo, Prepared, TraceSpec
from viz_models.records.normalization import (
    CellNorm,
    Degenerate,
    Grouping,
    Influence,
    Mode,
    Norm,
    Normalized,
    NormSpec,
    NormStage,
    Nudge,
    Over,
    Place,
    Running,
    SourceKind,
    SourceSpec,
)
from viz_models.records.provenance import Provenance
from viz_models.records.steps import Op, ReceptiveField, Step, StepStats, Trace
from viz_models.records.training import (
    DigitsNetSpec,
    Evaluation,
    GridCell,
    GridRun,
    NetNorm,
    NormGrid,
    NormGridSpec,
    PairedDifference,
    RunSpec,
    RunState,
    StepRecord,
    Verdict,
)
from viz_models.records.values import Calculation, Cell, Footprint, Merge, Number, Window

__all__ = [
    "Calculation",
    "Cell",
    "CellNorm",
    "Degenerate",
    "DigitsNetSpec",
    "Evaluation",
    "Footprint",
    "GridCell",
    "GridRun",
    "Grouping",
    "ImageRef",
    "Influence",
    "Line",
    "Merge",
    "Mode",
    "ModelRef",
    "NetNorm",
    "Norm",
    "NormGrid",
    "NormGridSpec",
    "NormSpec",
    "NormStage",
    "Normalized",
    "Nudge",
    "Number",
    "Op",
    "Over",
    "Pair",
    "PairedDifference",
    "Photo",
    "Place",
    "Prepared",
    "Provenance",
    "ReceptiveField",
    "RunSpec",
    "RunState",
    "Running",
    "SourceKind",
    "SourceSpec",
    "Step",
    "StepRecord",
    "StepStats",
    "Trace",
    "TraceSpec",
    "Verdict",
    "Window",
]
