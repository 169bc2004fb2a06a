"""Questions that short training runs answer: what is run, what is compared, what to predict.

To add a card, write a literal in `networks.py`, `steps.py` or `images.py` beside this file: arms (a
`RunSpec` each), its five seeds, what is compared, and what can be predicted. All arms have the same
seeds, so that the runs are pairs, and all runs together take less than 60 s on two cores:
`python -m benchmarks cards` prints the processor time of each.

The prose of a card is four sections of `pages/train/train.en.md`, named after the card's id: the
question, `: set-up`, `: answer` and `: meaning`. Its blanks are filled in from the runs
(`ui/panels/train/ask.py` lists them), and it must read true whatever comes out. Then record the
runs: `python -m viz_models record train_cards`.
"""

from viz_models.language import gettext as _
from viz_models.records.train.cards import Card
from viz_models.training.cards.images import fashion, mnist_batch
from viz_models.training.cards.networks import depth, growth, hidden_layers, permuted, rows
from viz_models.training.cards.steps import batch_size, norm_rate, optimizers

OPENING = "batch-size"  # the card that the page opens with
CARDS: dict[str, Card] = {
    card.id: card
    for card in (
        batch_size(),
        depth(),
        growth(),
        norm_rate(),
        permuted(),
        hidden_layers(),
        rows(),
        optimizers(),
        fashion(),
        mnist_batch(),
    )
}


def card(id: str) -> Card:
    """Return the card with that id.

    Raises:
        ValueError: If there is none; the line lists them.
    """
    if id not in CARDS:
        raise ValueError(
            _("unknown card {id!r}; choose from {cards}").format(id=id, cards=", ".join(CARDS))
        )
    return CARDS[id]
