"""The lesson on regularization: what its texts say is what was recorded, or what is run."""

import pytest

from tests.conftest import ROOT
from viz_models.records.train.regularization import STRENGTHS
from viz_models.training.data.sets import digits
from viz_models.training.loop import checks
from viz_models.ui.kit import words
from viz_models.ui.panels.train.small import regularization as panel
from viz_models.ui.panels.train.small import regularization_here
from viz_models.ui.results.train import regularization as results

PROSE = words.sections(str(ROOT / "pages/train/regularization.py"))


@pytest.mark.parametrize("method", STRENGTHS)
def test_every_blank_of_every_text_is_filled(method):
    for strength in STRENGTHS[method]:
        facts = panel.facts(panel.View(results.grid(), method, strength))
        for text in PROSE.values():
            assert "{" not in text.format(**facts)


def test_all_networks_were_trained_as_long_as_the_page_says():
    facts = panel.facts(panel.View(results.grid(), "l1", 3e-4))
    for cell in results.grid().cells:
        longest = {str(kept) for kept in cell.kept}
        assert cell.method == "early" or longest == {facts["epochs"]}
    assert int(facts["left"]) == int(facts["examples"]) - int(facts["held_out"])


def test_every_digit_reaches_the_top_and_the_bottom_of_its_picture():
    pixels = digits().train_inputs[:, 0]
    ink = pixels > pixels.min()
    assert ink[:, 0].any(1).all()
    assert ink[:, -1].any(1).all()


def test_what_is_trained_here_is_what_is_chosen_and_may_be_run():
    for method, strengths in STRENGTHS.items():
        view = panel.View(results.grid(), method, strengths[0])
        plain, chosen = panel.here(view, seed=8).arms
        assert (plain.run.lesson.method, chosen.run.lesson.method) == ("none", method)
        assert chosen.run.lesson.strength == strengths[0]
        checks.check(plain.run)
        checks.check(chosen.run)
    assert not {*regularization_here.SEEDS} & {*results.grid().seeds}
