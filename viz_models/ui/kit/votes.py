"""What this browser predicted, and what all did; the run store keeps it."""

from collections import Counter

from viz_models.runs import client
from viz_models.ui.kit import owner


def cast(question: str, choice: str) -> None:
    """Count this browser's vote; "" for somebody who only looks at the answer.

    Where the store does not answer, or the browser may not take part, it counts in this tab alone.
    """
    if owner.may_take_part():
        try:
            client.vote(question, owner.browser(), choice, owner.address())
        except OSError:
            return


def mine(question: str) -> str | None:
    """Return what this browser voted for in this lesson; "" for having looked, None for nothing."""
    try:
        return client.vote_of(question, owner.browser())
    except OSError:
        return None


def count(question: str) -> Counter[str]:
    """How many voted for each choice in this lesson."""
    try:
        return client.votes(question)
    except OSError:
        return Counter()
