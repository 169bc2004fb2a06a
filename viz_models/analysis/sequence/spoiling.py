"""Spoil words for a masked language model, score its guesses, and test it on unseen sentences."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.sequence.masked import FIRST_WORD, FOLLOWS, MASK, MaskedModel, Rows
from viz_models.records.sequence.masked_words import RATE, ContextPoint, MaskedScores, Shares

NOT_CHOSEN = -100  # what F.cross_entropy leaves out unless told otherwise
ONLY_MASK, ONLY_RANDOM, ONLY_KEPT = Shares(1, 0, 0), Shares(0, 1, 0), Shares(0, 0, 1)


class Spoiled(NamedTuple):
    """Rows of ids in which some words were chosen."""

    ids: Tensor  # (B, T) int64, as the network reads them
    labels: Tensor  # (B, T) int64: the true word at chosen places, NOT_CHOSEN elsewhere


def spoil(ids: Tensor, rate: float, shares: Shares, generator: torch.Generator) -> Spoiled:
    """Choose a share of the words, and put [MASK], a random word or nothing in their place.

    [CLS], [SEP], <unk> and padding are never chosen. A random word is any word of the vocabulary,
    so it may be the true one, as in BERT's own code.

    Args:
        ids: (B, T) int64.
        rate: Share of the words that are chosen, 0 to 1.
        shares: What becomes of a chosen word.
        generator: Where the dice come from.

    Raises:
        ValueError: If the rate or the shares are no shares of 1.

    References:
        Devlin et al. 2018, section 3.1 and appendix A.1, arXiv:1810.04805.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate {rate:g} is no share; choose 0 to 1")
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"the shares {', '.join(f'{s:g}' for s in shares)} must sum to 1")
    chosen = (torch.rand(ids.shape, generator=generator) < rate) & can_be_chosen(ids)
    dice = torch.rand(ids.shape, generator=generator)
    words = torch.randint(FIRST_WORD, MASK, ids.shape, generator=generator)
    masked = chosen & (dice < shares.mask)
    replaced = chosen & ~masked & (dice < shares.mask + shares.random)
    read = ids.masked_fill(masked, MASK).where(~replaced, words)
    return Spoiled(read, ids.masked_fill(~chosen, NOT_CHOSEN))


def can_be_chosen(ids: Tensor) -> Tensor:
    """Return where the words of the grammar stand, as a bool tensor of the same shape."""
    return (ids >= FIRST_WORD) & (ids < MASK)


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross entropy in nats at the chosen places alone.

    Args:
        logits: (B, T, words).
        labels: (B, T) int64, NOT_CHOSEN where a place does not count.

    Raises:
        ValueError: If no place was chosen: the mean of nothing is 0 / 0.
    """
    if not (labels != NOT_CHOSEN).any():
        raise ValueError("no word was chosen, so there is no loss; choose a rate above 0")
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=NOT_CHOSEN)


def scores(model: MaskedModel, rows: Rows, follows: Sequence[bool], seed: int = 0) -> MaskedScores:
    """Test a network on pairs of sentences; the same seed spoils the same places of each network.

    Args:
        model: In eval mode.
        rows: The pairs, not spoiled.
        follows: Whether each second sentence follows the first one.
        seed: Of the dice.
    """
    right = {}
    for name, shares in (("mask", ONLY_MASK), ("random", ONLY_RANDOM), ("kept", ONLY_KEPT)):
        spoiled = spoil(rows.ids, RATE, shares, torch.Generator().manual_seed(seed))
        with torch.no_grad():
            logits = model(spoiled.ids, rows.segments)
        chosen = spoiled.labels != NOT_CHOSEN
        if name == "random":
            chosen &= spoiled.ids != rows.ids  # a die that fell on the true word spoiled nothing
            found = _found(logits, spoiled.ids, chosen)
        hits = logits.argmax(-1) == rows.ids
        right[name] = hits[chosen].float().mean().item()
    with torch.no_grad():
        said = model.run(*rows).follows.argmax(-1) == FOLLOWS
    agrees = (said == torch.tensor(follows)).float().mean().item()
    return MaskedScores(
        masked=right["mask"],
        kept=right["kept"],
        random=right["random"],
        found=found,
        follows=agrees,
    )


def context(model: MaskedModel, rows: Rows, rate: float, throws: int) -> ContextPoint:
    """Mask a share of all words, and count how many of them the network still guesses.

    Args:
        model: In eval mode.
        rows: Pairs of sentences, not spoiled.
        rate: Share of the words that are masked.
        throws: How often the dice are thrown, with the seeds 0, 1, 2, ...
    """
    right, chosen = [], 0
    for seed in range(throws):
        spoiled = spoil(rows.ids, rate, ONLY_MASK, torch.Generator().manual_seed(seed))
        places = spoiled.labels != NOT_CHOSEN
        with torch.no_grad():
            guessed = model(spoiled.ids, rows.segments).argmax(-1)
        right.append((guessed == rows.ids)[places].float().mean().item())
        chosen += int(places.sum())
    return ContextPoint(rate=rate, right=tuple(right), chosen=chosen / throws / len(rows.ids))


def _found(logits: Tensor, ids: Tensor, wrong: Tensor) -> float:
    """Return how well a low probability of the word that stands there finds the wrong words.

    Args:
        logits: (B, T, words).
        ids: (B, T) int64, as the network read them.
        wrong: (B, T) bool, where a wrong word stands.
    """
    p = logits.log_softmax(-1).gather(-1, ids.clamp(max=MASK - 1).unsqueeze(-1)).squeeze(-1)
    p = (p * 1e5).round()  # or the noise of float32 would tell apart what is equal
    return roc_area(-p[wrong], -p[can_be_chosen(ids) & ~wrong])


def roc_area(positive: Tensor, negative: Tensor) -> float:
    """Return the chance that a positive scores above a negative; ties count one half.

    References:
        Hanley and McNeil 1982, "The meaning and use of the area under a ROC curve".
    """
    below = torch.searchsorted(negative.sort().values, positive.contiguous(), right=False)
    up_to = torch.searchsorted(negative.sort().values, positive.contiguous(), right=True)
    return ((below + up_to).double() / 2).sum().item() / (len(positive) * len(negative))
