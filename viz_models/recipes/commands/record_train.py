"""What `record` measures for the lessons on optimizers, broken training and sweeps."""

from collections.abc import Callable
from pathlib import Path

from viz_models.recipes.commands.progress import progress
from viz_models.recordings import broken as recordings_broken
from viz_models.recordings import descend as recordings_descend
from viz_models.recordings import sweep as recordings_sweep


def _descend_net(into: Path) -> Path:
    from viz_models.recipes.train import descend

    return recordings_descend.save(descend.network(), into / recordings_descend.NET.name)


def _descend_sweeps(into: Path) -> Path:
    from viz_models.recipes.train import descend

    return recordings_descend.save(
        descend.sweeps(progress("descend_sweeps")), into / recordings_descend.SWEEPS.name
    )


def _broken(into: Path) -> Path:
    from viz_models.recipes.train import broken

    return recordings_broken.save(
        broken.measure(progress("broken")), into / recordings_broken.PATH.name
    )


def _sweep(into: Path) -> Path:
    from viz_models.training.cards.record import measure
    from viz_models.training.sweeps.table import opening

    found = measure(opening(), progress("sweep"))
    return recordings_sweep.save(found, into / recordings_sweep.PATH.name)


RECORDINGS: dict[str, Callable[[Path], Path]] = {  # name -> writes it into a folder
    "descend_net": _descend_net,
    "descend_sweeps": _descend_sweeps,
    "broken": _broken,
    "sweep": _sweep,
}
