"""What normalization does to real tensors, measured."""

from viz_models.analysis.normalization.cell import cell
from viz_models.analysis.normalization.grouping import divisors, groups
from viz_models.analysis.normalization.influence import influence
from viz_models.analysis.normalization.normalize import normalize
from viz_models.analysis.normalization.source import activation, map_steps

__all__ = ["activation", "cell", "divisors", "groups", "influence", "map_steps", "normalize"]
