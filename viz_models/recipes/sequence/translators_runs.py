"""Every shipped translator on the same unseen sentences, and trainings over seeds."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.sequence.translators import provenance
from viz_models.models import text_models
from viz_models.models.sequence import shipped
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.transformer import Translator
from viz_models.models.vocabulary import PAD, french_tokens
from viz_models.recipes.attention import TEST_SEED, TEST_SENTENCES
from viz_models.recipes.sequence import translators
from viz_models.recipes.translate import LONGEST, Batch, batch
from viz_models.records.sequence.translators import (
    LengthScore,
    RecurrentModel,
    SeedRun,
    TranslatorScore,
    TranslatorScores,
)
from viz_models.training.data.grammar import SentencePair, test_pairs

COMPARED: tuple[RecurrentModel, ...] = ("lstm", "lstm_attention")
SEEDS = 5
STEPS = 1000  # of each training; the shipped networks have had four times as many
Tell = Callable[[int, int], None]


def measure(tell: Tell, seeds: int = SEEDS, steps: int = STEPS) -> TranslatorScores:
    """Test every shipped translator, then train the compared ones with every seed.

    Args:
        tell: Called with how many trainings are done, and of how many.
        seeds: Trainings of each network.
        steps: Of each training.
    """
    runs: list[SeedRun] = []
    for seed in range(seeds):
        for name in COMPARED:
            runs.append(train_anew(name, seed, steps))
            tell(len(runs), seeds * len(COMPARED))
    return scores(tuple(runs), steps)


def train_anew(name: RecurrentModel, seed: int, steps: int) -> SeedRun:
    """Train one network from new weights on new sentences, and test it."""
    model = shipped.build(name, seed)
    spec = replace(translators.SPEC, steps=steps, seed=seed)
    for _ in translators.train(model, spec):
        pass
    return SeedRun(
        model=name,
        seed=seed,
        exact=translators.exact(model, test_pairs(TEST_SENTENCES, TEST_SEED)),
    )


def scores(runs: tuple[SeedRun, ...], steps: int, count: int = TEST_SENTENCES) -> TranslatorScores:
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
        steps=steps,
        runs=runs,
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
