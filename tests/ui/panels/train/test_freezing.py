"""The lesson on freezing: what is trained here is what is chosen."""

from tests.conftest import ROOT
from viz_models.records.train.freezing import EXAMPLES, WAYS
from viz_models.training.loop import checks
from viz_models.ui.kit import words
from viz_models.ui.panels.train.small import freezing as panel
from viz_models.ui.results.train import freezing as results

PROSE = words.sections(str(ROOT / "pages/train/freezing.py"))


def views():
    grid = results.grid()
    return [panel.View(grid, way, n, grid.open(way, n)) for way in WAYS for n in EXAMPLES]


def test_every_blank_of_every_text_is_filled():
    for view in views():
        facts = panel.facts(view)
        for text in PROSE.values():
            assert "{" not in text.format(**facts)


def test_what_is_trained_here_is_what_is_chosen_and_may_be_run():
    for view in views():
        asked = panel.here(view, seed=5)
        (arm,) = asked.arms
        assert (arm.run.lesson.way, arm.run.lesson.examples) == (view.way, view.examples)
        assert not view.live
        checks.check(arm.run)
    assert not {*panel.SEEDS} & {*results.grid().seeds}
