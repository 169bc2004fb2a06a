"""One seed of the lesson on regularization, trained here without and with the chosen method."""

from functools import partial

from viz_models.digits import percent
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.regularization import SMALL, RegularizedRun
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.kit import words
from viz_models.ui.panels.train import here as train_here
from viz_models.ui.panels.train import live
from viz_models.ui.panels.train.small.regularization import View, arrow, here
from viz_models.ui.results.train.watch import watch

SEEDS = tuple(range(8, 18))  # none of those that were recorded


def draw_here(view: View) -> None:
    """Draw the button, or both runs while they go on and their numbers once they have ended."""
    train_here.draw(view.experiment, partial(here, view), SEEDS, follow=_follow)


def _follow(id: str) -> None:
    live.draw_live(id)
    told = [each for each in watch(id).results() if isinstance(each, RegularizedRun)]
    if len(told) == 2 and not watch(id).active:
        _draw_numbers((told[0], told[1]))


def _draw_numbers(runs: tuple[RegularizedRun, RegularizedRun]) -> None:
    ledger(
        _lines(runs),
        key="here_numbers",
        title=_("Seed {seed}, without → with it").format(seed=runs[0].spec.seed),
        badge=_("measured now"),
        terms=words.glossary(),
    )


def _lines(runs: tuple[RegularizedRun, RegularizedRun]) -> list[Line]:
    return [
        arrow(_("training loss"), (runs[0].train_loss, runs[1].train_loss), 4),
        arrow(_("test loss"), (runs[0].test_loss, runs[1].test_loss), 4),
        Line(
            label=_("test accuracy"),
            value=" → ".join(percent(r.test_accuracy) for r in runs),
            role="chosen",
        ),
        Line(label=_("one seed"), value=_("no verdict"), note=_("an anecdote")),
        Line(
            label=_("weights below {small}").format(small=SMALL),
            value=" → ".join(percent(r.zeros) for r in runs),
            rule=True,
        ),
    ]
