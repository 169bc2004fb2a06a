"""What normalization does to real tensors, measured."""

from viz_models.analysis.normalization.backward import backward
from viz_models.analysis.normalization.batch_size import alone, batch_error
from viz_models.analysis.normalization.cell import cell
from viz_models.analysis.normalization.grouping import divisors, groups
from viz_models.analysis.normalization.influence import influence
from viz_models.analysis.normalization.kept import kept
from viz_models.analysis.normalization.normalize import normalize
from viz_models.analysis.normalization.sentences import sentences
from viz_models.analysis.normalization.source import activation, map_steps, shape_of
from viz_models.analysis.normalization.train_eval import running

__all__ = [
    "activation",
    "alone",
    "backward",
    "batch_error",
    "cell",
    "divisors",
    "groups",
    "influence",
    "kept",
    "map_steps",
    "normalize",
    "running",
    "sentences",
    "shape_of",
]
