"""Specs (what was asked for) and results (what was computed). No torch, no streamlit.

Shapes leave the batch axis out: every trace is of one photo, so C H W for maps and C for
vectors. Arrays in results are float32 unless said otherwise and must not be written to:
several sessions may look at the same one.
"""

from viz_models.records.attention.cost import (
    LAYER_KINDS,
    CostPoint,
    CostRun,
    CostSpec,
    LayerKind,
    PathPoint,
    Slope,
)
from viz_models.records.attention.decode import (
    BeamNode,
    DecodeSpec,
    Decoding,
    Sample,
    SampleSpec,
    Slip,
    SlipSpec,
    Written,
)
from viz_models.records.attention.heads import (
    Head,
    HeadCost,
    HeadsOverSentences,
    HeadsResult,
    HeadsSpec,
    SetCost,
)
from viz_models.records.attention.patches import DigitSpec, PatchAttention
from viz_models.records.attention.positions import (
    OrderedReading,
    OrderResult,
    OrderSpec,
    PositionTable,
    WordOrder,
)
from viz_models.records.attention.scale import ScaleBands, ScaleRows, ScaleSpec, ScaleSweep
from viz_models.records.attention.scores import (
    AttendSpec,
    AttentionPart,
    AttentionStages,
    MaskFill,
    MaskKind,
    MaskSpec,
    TextModel,
)
from viz_models.records.attention.scores_rows import (
    Block,
    BlockStage,
    FilledRow,
    MaskedCall,
    PaddedBatch,
    Score,
    TextAttention,
)
from viz_models.records.attention.sharing import (
    SHARING_KINDS,
    CacheGrowth,
    CacheTimes,
    CacheTimesSpec,
    Sharing,
    SharingAccuracy,
    SharingKind,
    SharingSpec,
    SharingVersion,
    WordTimes,
)
from viz_models.records.build.builder import (
    Activation,
    BlockKind,
    BranchScale,
    BuildNorm,
    BuildSpec,
    Connect,
    ConvSpec,
    Down,
    Init,
    MlpSpec,
    Positions,
    Price,
    Readout,
    Refusal,
    Repair,
    RnnCell,
    RnnSpec,
    Stem,
    TransformerNorm,
    TransformerSpec,
    reads_tokens,
)
from viz_models.records.build.builder_results import (
    Connectivity,
    LayerTimes,
    Paths,
    Race,
    RaceLine,
    RaceLoss,
    RaceSpec,
    RaceView,
)
from viz_models.records.build.window import (
    BlockFacts,
    Bottleneck,
    BottleneckSpec,
    ConvFacts,
    Sight,
    Windows,
    WindowSpec,
)
from viz_models.records.cards import Line
from viz_models.records.flow.beside import SideBySide, StepPair
from viz_models.records.flow.inputs import ImageRef, ModelRef, Pair, Photo, Prepared, TraceSpec
from viz_models.records.flow.opened import OpenSpec
from viz_models.records.flow.recorded import (
    Check,
    Made,
    Recorded,
    RecordedStep,
    RecordSpec,
    Source,
)
from viz_models.records.flow.steps import Op, ReceptiveField, Step, StepStats, Trace
from viz_models.records.flow.values import Calculation, Cell, Footprint, Merge, Number, Window
from viz_models.records.normalization.axes import (
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
from viz_models.records.normalization.batch_size import Alone, BatchErrors
from viz_models.records.normalization.sentences import SentenceRow, Sentences, SentenceSpec
from viz_models.records.normalization.train_eval import RunningSpec, RunningTrace
from viz_models.records.normalization.training import (
    GridCell,
    GridRun,
    NormGrid,
    NormGridSpec,
    PairedDifference,
)
from viz_models.records.normalization.training_backward import GradientFacts
from viz_models.records.provenance import Provenance
from viz_models.records.train.experiments import (
    CIFAR10_CLASSES,
    Arm,
    Augmentation,
    Axis,
    Budget,
    BudgetUnit,
    DataName,
    DataSpec,
    DigitsNetSpec,
    Evaluation,
    ExperimentSpec,
    Growth,
    ModelSpec,
    Moment,
    NetNorm,
    OptimizerName,
    OptimizerSpec,
    Precision,
    RunSpec,
    RunState,
    Schedule,
    StepRecord,
    Table,
    Wrong,
    ZooSpec,
)
from viz_models.records.train.paired import Verdict
from viz_models.records.train.runs import ENDED, Experiment, Points, Run, StoredState
