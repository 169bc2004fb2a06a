"""Questions that short training runs answer: what is run, what is compared, what to predict.

The prose stands beside the page, in sections with the card's id. All runs use scikit-learn's
digits, and all arms of a card have the same seeds, so that its runs are pairs.
"""

from viz_models.records.train.cards import Card
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
    )
}


def card(id: str) -> Card:
    """The card with that id.

    Raises:
        ValueError: If there is none; the line lists them.
    """
    if id not in CARDS:
        raise ValueError(f"unknown card {id!r}; choose from {', '.join(CARDS)}")
    return CARDS[id]
