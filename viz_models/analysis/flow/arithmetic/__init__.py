"""One value of one step, recomputed by hand in float64 from torch's own float32 operands."""

from viz_models.analysis.flow.arithmetic.calculate import calculate, calculation
from viz_models.analysis.flow.arithmetic.pointwise import input_calculation

__all__ = ["calculate", "calculation", "input_calculation"]
