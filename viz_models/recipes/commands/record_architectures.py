"""`record architectures` and `record architecture_twins`: costs, and small twins that learn."""

from collections.abc import Callable
from pathlib import Path

from viz_models.recipes.commands.progress import progress
from viz_models.recordings.vision import architectures as recordings


def _write_costs(into: Path) -> Path:
    from viz_models.analysis.vision import architectures

    measured = architectures.family(progress=progress("architectures"))
    return recordings.save(measured, into / recordings.PATH.name)


def _write_twins(into: Path) -> Path:
    from viz_models.training.vision import architectures_grid

    measured = architectures_grid.measure(progress("architecture_twins"))
    return recordings.save(measured, into / recordings.TWINS.name)


RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "architectures": _write_costs,
    "architecture_twins": _write_twins,
}
