"""`record squeeze`: train the networks of the lesson, keep the first one and its measures."""

from pathlib import Path

from viz_models.recipes.commands.kept import written
from viz_models.recipes.commands.progress import progress
from viz_models.recordings.folder import FOLDER
from viz_models.recordings.vision import squeeze as recordings


def write(into: Path) -> Path:
    """Train, measure and write; the weights go beside the recording where it is not our own."""
    from viz_models.analysis.vision.squeeze import NAME
    from viz_models.recipes.vision import squeeze

    net, found = squeeze.measure(progress(NAME))
    written(
        NAME,
        net.state_dict(),
        into.parent if into == FOLDER else into,
        command="record squeeze",
        recipe=f"from random weights; Adam, {squeeze.STEPS} steps of {squeeze.BATCH}, rate "
        f"{squeeze.RATE:g} with warm-up, cosine; 8x8 digits, moved by up to one pixel",
        seed=0,
        tested_on=f"{found.tests} test digits of scikit-learn",
        accuracy=found.ends[0].own,
    )
    return recordings.save(found, into / recordings.PATH.name)
