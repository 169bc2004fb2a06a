"""What a question card shows before the reader has predicted."""

import pytest

from viz_models.recordings import train as recordings
from viz_models.training.cards.cards import CARDS
from viz_models.ui.panels.train.stage import BEGINNING


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_beginning_of_the_curves_is_a_line(card):
    for outcome in recordings.load()[card.id].outcomes:
        course = outcome.training if card.shows == "training loss" else outcome.tests
        shown = [s for s in course.samples if s <= BEGINNING * course.samples[-1]]
        assert len(shown) >= 2
