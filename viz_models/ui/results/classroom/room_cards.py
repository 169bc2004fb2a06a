"""The question cards of the Train page, as questions for a class."""

from urllib.parse import urlencode

from viz_models.places import PAGES
from viz_models.records.classroom.room import QuestionSpec
from viz_models.ui.kit import words
from viz_models.ui.results.train import train


def titles() -> dict[str, str]:
    """Return the title of each card -> its id."""
    return {card.title: id for id, card in train.cards().items()}


def question(id: str) -> QuestionSpec:
    """Return what a card asks; the right choice is what its recorded runs showed."""
    card = train.cards()[id]
    asked = words.sections(str(PAGES / "train" / "train.py"))[id].partition("\n")[0]
    came = train.differences(card.comparisons, train.recorded(id).outcomes)[0].verdict
    keys = list(card.choices)
    return QuestionSpec(
        text=asked,
        choices=tuple(card.choices.values()),
        answer=str(keys.index(came)) if came in keys else "",
        link=f"train?{urlencode({'card': card.title})}",
    )
