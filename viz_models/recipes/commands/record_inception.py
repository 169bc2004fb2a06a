"""`record inception`: all trainings of the lesson; `inception_digits`: the network it opens."""

from pathlib import Path

from viz_models.recipes.commands.kept import written
from viz_models.recipes.commands.progress import progress
from viz_models.recordings.folder import FOLDER
from viz_models.recordings.vision import inception as recordings


def write(into: Path) -> Path:
    """Make all trainings, and keep what was measured; returns where."""
    from viz_models.training.vision import inception_grid

    found = inception_grid.measure(progress("inception"))
    return recordings.save(found, into / recordings.PATH.name)


def write_network(into: Path) -> Path:
    """Train the network whose modules the page opens, and keep its weights; returns where."""
    from viz_models.analysis.vision.inception import NAME, SIDE
    from viz_models.records.vision.inception import InceptionTraining
    from viz_models.training.vision import inception

    spec = InceptionTraining(norm=True, side=SIDE)
    net, _ = inception.trained(spec)
    net.half().float()  # what is tested is what is kept
    _, _, tests, answers = inception.enlarged(SIDE)
    return written(
        NAME,
        {key: t.half() if t.is_floating_point() else t for key, t in net.state_dict().items()},
        into.parent if into == FOLDER else into,
        command="record inception_digits",
        recipe=f"from He's initialization; SGD with momentum 0.9, {spec.steps} steps of "
        f"{spec.batch_size}, rate {spec.lr:g}; digits enlarged to {SIDE}x{SIDE}",
        seed=spec.seed,
        tested_on=f"{len(answers)} test digits of scikit-learn",
        accuracy=inception.accuracy(net, tests, answers),
    )
