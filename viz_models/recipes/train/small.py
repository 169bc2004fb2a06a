"""`record regularization` and `record freezing`: small networks on digits, over all seeds."""

from collections.abc import Callable
from pathlib import Path

from viz_models.recordings import freezing as recordings_freezing
from viz_models.recordings import regularization as recordings_regularization

Tell = Callable[[str], Callable[[int, int], None]]


def record_regularization(into: Path, tell: Tell) -> Path:
    """Train with and without every way to regularize; returns where the result is."""
    from viz_models.training.small import regularization_grid

    grid = regularization_grid.measure(tell("regularization"))
    return recordings_regularization.save(grid, into / recordings_regularization.PATH.name)


def record_freezing(into: Path, tell: Tell) -> Path:
    """Fine-tune in every way with every number of examples; returns where the result is."""
    from viz_models.training.small import freezing_grid

    grid = freezing_grid.measure(tell("freezing"))
    return recordings_freezing.save(grid, into / recordings_freezing.PATH.name)
