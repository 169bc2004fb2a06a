"""Links into the Train chapter: a question card, a lesson’s run, a network to train."""

from viz_models.figures.train import gan as gan_figures
from viz_models.language import gettext as _
from viz_models.records import BuildSpec, Experiment, reads_tokens
from viz_models.records.train.freezing import FreezeSpec
from viz_models.records.train.gan import GanSpec
from viz_models.records.train.regularization import RegularizeSpec
from viz_models.ui.kit import frame
from viz_models.ui.panels.build.compare import PAGES
from viz_models.ui.panels.train.lessons import gan
from viz_models.ui.results.build import compare as door
from viz_models.ui.results.train import train as results

_PAGE = PAGES / "train/train.py"


def card(id: str, label: str) -> None:
    """To a question card, where the real runs can be started.

    Args:
        id: Of the card.
        label: What stands on the link.
    """
    frame.page_link(
        _PAGE,
        label=label,
        icon=":material/play_arrow:",
        query_params={"card": results.cards()[id].title},
    )


def lesson(experiment: Experiment) -> None:
    """To the page that draws what a lesson's training came to."""
    page, choices = place(experiment)
    frame.page_link(
        PAGES / f"train/{page}.py",
        label=_("Open it on the page of its lesson"),
        icon=":material/school:",
        query_params={**choices, "run": experiment.id},
    )


def place(experiment: Experiment) -> tuple[str, dict[str, str]]:
    """Return which page that is, and what has to be chosen there.

    Raises:
        ValueError: If the experiment is of no lesson.
    """
    asked = experiment.spec.arms[-1].run.lesson
    if isinstance(asked, GanSpec):
        optimizer = next(name for name, kind in gan.OPTIMIZER.items() if kind == asked.optimizer)
        steps = str(asked.discriminator_steps)
        loss = gan_figures.NAMES[asked.loss]
        return "gan", {"data": asked.data, "opt": optimizer, "loss": loss, "k": steps}
    if isinstance(asked, RegularizeSpec):
        return "regularization", {"how": asked.method, asked.method: str(asked.strength)}
    if isinstance(asked, FreezeSpec):
        return "freezing", {"train": asked.way, "n": str(asked.examples)}
    raise ValueError("these runs belong to no lesson")


def network(spec: BuildSpec) -> None:
    """Train a network of the builder; nothing for one that reads tokens."""
    if reads_tokens(spec):
        return
    frame.page_link(
        _PAGE,
        label=_("Train this"),
        icon=":material/model_training:",
        query_params={"spec": door.written(spec)},
    )
