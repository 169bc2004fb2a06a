"""Every shipped translator on the same unseen sentences, and trainings over seeds."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.sequence.gates import clamp
from viz_models.analysis.sequence.translators import provenance
from viz_models.models import text_models
from viz_models.models.sequence import shipped
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.transformer import Translator
from viz_models.models.vocabulary import PAD, french_tokens
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES
from viz_models.recipes.sequence import gates, translators
from viz_models.recipes.translate import LONGEST, Batch, batch
from viz_models.records.sequence.gates import GATES, HeldShare, half_lives
from viz_models.records.sequence.translators import (
    LengthScore,
    LongRun,
    RecurrentModel,
    SeedRun,
    TranslatorScore,
    TranslatorScores,
)
from viz_models.training.data.grammar import SentencePair, test_pairs

COMPARED: tuple[RecurrentModel, ...] = ("lstm", "lstm_attention")
SEEDS = 5
STEPS = 1000  # of each short training
LONG_SEEDS = 5
LONG_STEPS = translators.SPEC.steps  # as the shipped networks, whose seed is 0
Tell = Callable[[int, int], None]


def measure(
    tell: Tell,
    seeds: tuple[int, int] = (SEEDS, LONG_SEEDS),
    steps: tuple[int, int] = (STEPS, LONG_STEPS),
    count: int = TEST_SENTENCES,
) -> TranslatorScores:
    """Train the compared translators with every seed, then test every shipped one.

    Args:
        tell: Called with how many trainings are done, and of how many.
        seeds: Short trainings of each network, and long ones.
        steps: Of each short training, and of each long one.
        count: Sentences to test on.
    """
    pairs, total = test_pairs(count, TEST_SEED), sum(seeds) * len(COMPARED)
    runs: list[SeedRun] = []
    long_runs: list[LongRun] = []
    for name, seed in product(COMPARED, range(seeds[0])):
        model = train_anew(name, seed, steps[0])
        runs.append(SeedRun(model=name, seed=seed, exact=translators.exact(model, pairs)))
        tell(len(runs), total)
    for name, seed in product(COMPARED, range(seeds[1])):
        long_runs.append(tested(name, seed, train_anew(name, seed, steps[1]), pairs))
        tell(len(runs) + len(long_runs), total)
    return scores(tuple(runs), tuple(long_runs), steps, count)


def train_anew(name: RecurrentModel, seed: int, steps: int) -> RecurrentTranslator:
    """Train one network from new weights on new sentences."""
    model = shipped.build(name, seed)
    spec = replace(translators.SPEC, steps=steps, seed=seed)
    for _ in translators.train(model, spec):
        pass
    return model


@torch.no_grad()
def tested(
    name: RecurrentModel, seed: int, model: RecurrentTranslator, pairs: Sequence[SentencePair]
) -> LongRun:
    """Test a trained LSTM, also with each gate of its encoder held at its mean."""
    made = batch(pairs)
    means = gates.gate_means(model, made.source)
    held = []
    for gate in GATES:
        right = gates.right(model, pairs, clamp(gate, "mean", means[gate].tolist()))
        held.append(HeldShare(gate=gate, hold="mean", right=right))
    return LongRun(
        model=name,
        seed=seed,
        score=score(name, model, pairs, made),
        half_life=float(np.median(half_lives(means["f"].numpy()))),
        held=tuple(held),
    )


def scores(
    runs: tuple[SeedRun, ...] = (),
    long_runs: tuple[LongRun, ...] = (),
    steps: tuple[int, int] = (STEPS, LONG_STEPS),
    count: int = TEST_SENTENCES,
) -> TranslatorScores:
    """Test every shipped translator on so many unseen sentences, and put trainings beside them."""
    pairs = test_pairs(count, TEST_SEED)
    made = batch(pairs)
    found = []
    for name in get_args(RecurrentModel):
        with shipped.recurrent(name) as net:
            found.append(score(name, net, pairs, made))
    with text_models.translator() as transformer:
        found.append(score("transformer", transformer, pairs, made))
    today = datetime.date.today().isoformat()
    return TranslatorScores(
        scores=tuple(found),
        padding=float((made.words == PAD).float().mean()),
        steps=steps[0],
        runs=runs,
        long_steps=steps[1],
        long_runs=long_runs,
        provenance=replace(provenance(), kind="recorded run", date=today, device="cpu"),
    )


@torch.no_grad()
def score(
    name: str,
    net: RecurrentTranslator | Translator,
    pairs: Sequence[SentencePair],
    made: Batch,
) -> TranslatorScore:
    """Test one network on sentences that stand in one padded batch."""
    right = _right(net.write(made.source, LONGEST), pairs)
    logits = net(made.source, made.target)
    real = made.words != PAD
    flat, aim = logits.flatten(0, 1), made.words.flatten()
    padded = moved = None
    if isinstance(net, RecurrentTranslator):
        said = net.write(made.source, LONGEST, read_padding=True)
        padded = sum(_right(said, pairs)) / len(pairs)
        after, last = (net.encode(made.source, read_padding=p).last.h for p in (True, False))
        moved = float(((after - last).norm(dim=1) / last.norm(dim=1)).mean())
    return TranslatorScore(
        model=name,
        parameters=sum(p.numel() for p in net.parameters()),
        lengths=_by_length(pairs, right),
        words_right=float((logits.argmax(-1) == made.words)[real].float().mean()),
        masked=float(F.cross_entropy(flat, aim, ignore_index=PAD)),
        unmasked=float(F.cross_entropy(flat, aim)),
        exact_padded=padded,
        moved=moved,
    )


def _right(written: Tensor, pairs: Sequence[SentencePair]) -> list[bool]:
    """Return which sentences are right to the last token."""
    rows = written.tolist()
    return [french_tokens(ids) == p.french for ids, p in zip(rows, pairs, strict=True)]


def _by_length(pairs: Sequence[SentencePair], right: Sequence[bool]) -> tuple[LengthScore, ...]:
    lengths = [len(p.english) for p in pairs]
    return tuple(
        LengthScore(
            words=n,
            sentences=lengths.count(n),
            exact=sum(r for r, words in zip(right, lengths, strict=True) if words == n),
        )
        for n in sorted(set(lengths))
    )
