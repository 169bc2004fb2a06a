"""The likeliest classes of a forward pass, and whether to believe them."""

from collections.abc import Sequence

import numpy as np

from viz_models.digits import percent
from viz_models.models import registry, weights
from viz_models.records import ModelRef
from viz_models.records.flow.prediction import Guess, Prediction

TOP = 5
FEW = 20  # classes that a page can list


def prediction(
    ref: ModelRef, probabilities: np.ndarray, top: int = TOP, below: float | None = None
) -> Prediction:
    """Return the likeliest classes with their names.

    Args:
        ref: Whose probabilities these are.
        probabilities: (classes,) float, softmax of the logits.
        top: How many classes, at most.
        below: The threshold, where it is not that of one forward pass.

    Raises:
        ValueError: If the network has another number of classes.
    """
    labels = registry.card(ref).labels
    if probabilities.shape != (len(labels),):
        raise ValueError(f"{len(labels)} probabilities needed, got {probabilities.shape}")
    return Prediction(
        top=guesses(probabilities, labels, top),
        classes=len(labels),
        trained=is_trained(ref),
        unsure_below=unsure_below(ref) if below is None else below,
        names=labels if len(labels) <= FEW else (),
        tested=_tested(ref),
    )


def guesses(probabilities: np.ndarray, labels: Sequence[str], top: int = TOP) -> tuple[Guess, ...]:
    """Return the likeliest classes, of equal ones the first."""
    best = np.argsort(-probabilities, kind="stable")[:top]
    return tuple(Guess(int(i), labels[i], float(probabilities[i])) for i in best)


def is_trained(ref: ModelRef) -> bool:
    """Whether the weights learned anything."""
    return ref.weights != "random" or bool(ref.trained)


def unsure_below(ref: ModelRef) -> float | None:
    """Return the threshold in the manifest of shipped weights; None where none was measured."""
    card = _shipped(ref)
    return card.unsure_below if card else None


def _tested(ref: ModelRef) -> str:
    card = _shipped(ref)
    if card is None:
        return ""
    said = [f"{percent(card.accuracy)} of {card.tested_on}"]
    if card.photos and card.photos_accuracy is not None:
        said.append(f"{percent(card.photos_accuracy)} of {card.photos}")
    return " and ".join(said)


def _shipped(ref: ModelRef) -> weights.WeightsCard | None:
    return weights.cards().get(f"{ref.name}_{ref.weights}") if ref.build is None else None
