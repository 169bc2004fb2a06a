"""What several heads buy: each switched off, on one sentence and over many."""

import copy
import datetime
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from viz_models.models import text_models, weights
from viz_models.models.attention import Attended
from viz_models.models.transformer import OPEN, Gates, TextPass, Translator
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import (
    BOS,
    EOS,
    FRENCH,
    PAD,
    english_ids,
    french_ids,
    french_tokens,
    tokenize,
)
from viz_models.records import (
    AttentionPart,
    Head,
    HeadCost,
    HeadsOverSentences,
    HeadsResult,
    HeadsSpec,
    Provenance,
    SetCost,
)

PARTS: tuple[AttentionPart, ...] = ("encoder", "decoder", "cross")
Pair = tuple[tuple[str, ...], tuple[str, ...]]  # English and French tokens
_BATCH = 64  # sentences that are translated together


def all_heads(model: Translator) -> tuple[Head, ...]:
    """Return every head of a translator: encoder, decoder, cross-attention, layer by layer."""
    layers, heads = range(model.config.layers), range(model.config.num_heads)
    return tuple((part, layer, head) for part in PARTS for layer in layers for head in heads)


@torch.no_grad()
def heads(spec: HeadsSpec) -> HeadsResult:
    """Run one sentence with all heads, with some off, and with each one off by itself.

    All of it is one batch: a gate a row, times the head's output before W_O. The weights of the
    shared network are only read.

    Args:
        spec: Sentence, and which heads are off.

    Raises:
        ValueError: If the text cannot be read, or a head does not exist.

    References:
        Michel et al. 2019, section 2.3, arXiv:1905.10650.
    """
    words = tokenize(spec.text)
    with text_models.translator() as model:
        known = all_heads(model)
        variants = [(), spec.off, *((head,) for head in known)]
        source = torch.tensor([[*words.ids, EOS]]).expand(len(variants), -1)
        closed = gates(model, variants)
        written = model.write(source, gates=closed)
        reference = _until_end(written[0])
        target = torch.tensor([[BOS, *reference[:-1]]]).expand(len(variants), -1)
        passed = model.run(source, target, gates=closed)
        off_by = _difference(model, source[:1], target[:1], known[-1])
    chosen = _log_probabilities(passed.logits, torch.tensor(reference))
    costs = [
        HeadCost(
            off=off,
            translation=french_tokens(row),
            probability=math.exp(float(log.sum())),
            loss=-float(log.mean()) + 0.0,
        )
        for off, row, log in zip(variants, written.tolist(), chosen.double(), strict=True)
    ]
    return HeadsResult(
        spec=spec,
        source=(*words.tokens, "<eos>"),
        target=tuple(FRENCH[i] for i in target[0].tolist()),
        unknown=words.unknown,
        encoder=_weights(passed, "encoder"),
        decoder=_weights(passed, "decoder"),
        cross=_weights(passed, "cross"),
        full=costs[0],
        now=costs[1],
        alone=tuple(costs[2:]),
        max_difference=off_by,
        provenance=Provenance(versions=torch_version()),
    )


def gates(model: Translator, variants: Sequence[Sequence[Head]]) -> Gates:
    """Return a row of gates for each variant: 0 where a head is off, 1 elsewhere.

    Returns:
        (part, layer) -> (variants, H, 1, 1), for every part and layer with a head off.

    Raises:
        ValueError: If a head does not exist.
    """
    known = set(all_heads(model))
    found: dict[tuple[AttentionPart, int], Tensor] = {}
    for row, off in enumerate(variants):
        for part, layer, head in off:
            if (part, layer, head) not in known:
                raise ValueError(
                    f"there is no head {part} {layer} {head}; choose encoder, decoder or cross, "
                    f"layer 0 to {model.config.layers - 1}, head 0 to {model.config.num_heads - 1}"
                )
            opened = torch.ones(len(variants), model.config.num_heads, 1, 1)
            found.setdefault((part, layer), opened)[row, head] = 0
    return found or OPEN


@torch.no_grad()
def over_sentences(pairs: Sequence[Pair], off: Sequence[Head] = ()) -> SetCost:
    """Count exact translations, and measure the loss of the right ones, with some heads off.

    Args:
        pairs: English and French tokens.
        off: Which heads.

    Raises:
        ValueError: If there is no sentence, or a head does not exist.
    """
    if not pairs:
        raise ValueError("no sentence to translate; give at least one pair")
    exact, lost, words = 0, 0.0, 0
    for i in range(0, len(pairs), _BATCH):
        some = pairs[i : i + _BATCH]
        with text_models.translator() as model:  # others may have a turn in between
            closed = gates(model, [off])
            source = _padded([(*english_ids(english), EOS) for english, _ in some])
            right = _padded([(*french_ids(french), EOS) for _, french in some])
            written = model.write(source, gates=closed, limit=right.size(1) + 4)
            start = torch.full((len(some), 1), BOS)
            target = torch.cat([start, right[:, :-1]], dim=1)
            logits = model.run(source, target, gates=closed).logits
        exact += sum(
            french_tokens(row) == french
            for row, (_, french) in zip(written.tolist(), some, strict=True)
        )
        real = right != PAD
        lost -= float(_log_probabilities(logits, right).double()[real].sum())
        words += int(real.sum())
    return SetCost(off=tuple(off), exact=exact, loss=lost / words)


def each_alone(
    pairs: Sequence[Pair],
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> HeadsOverSentences:
    """Measure many sentences with all heads on, then with each head off by itself.

    Args:
        pairs: English and French tokens.
        seed: Of their draw, to be told.
        progress: Told after each: variants done, and how many there are.

    Raises:
        ValueError: If there is no sentence.
    """
    with text_models.translator() as model:
        variants: list[tuple[Head, ...]] = [(), *((head,) for head in all_heads(model))]
    found = []
    for off in variants:
        found.append(over_sentences(pairs, off))
        progress(len(found), len(variants))
    return HeadsOverSentences(
        sentences=len(pairs),
        seed=seed,
        weights=weights.cards()["translate"].sha256,
        full=found[0],
        alone=tuple(found[1:]),
        provenance=Provenance(
            kind="recorded run",
            seed=seed,
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )


def _padded(rows: Sequence[tuple[int, ...]]) -> Tensor:
    return pad_sequence([torch.tensor(r) for r in rows], batch_first=True, padding_value=PAD)


def _until_end(row: Tensor) -> list[int]:
    """Return the ids up to the first EOS, which is part of the translation."""
    ids: list[int] = row.tolist()
    return ids[: ids.index(EOS) + 1] if EOS in ids else ids


def _log_probabilities(logits: Tensor, ids: Tensor) -> Tensor:
    """Return log-probabilities (B, T) of the given words, (T,) or (B, T)."""
    chosen = ids.expand(logits.shape[:2])[..., None]
    return logits.log_softmax(-1).gather(-1, chosen)[..., 0]


def _weights(passed: TextPass, part: AttentionPart, row: int = 1) -> np.ndarray:
    layers = passed.encoder if part == "encoder" else passed.decoder
    found = [step.cross if part == "cross" else step.attended for step in layers]
    return torch.stack([a.weights[row] for a in found if isinstance(a, Attended)]).numpy()


def _difference(model: Translator, source: Tensor, target: Tensor, head: Head) -> float:
    """Return how far a gate at 0 is from a network whose W_O does not read that head."""
    part, layer, number = head
    cut = copy.deepcopy(model)
    block = (cut.encoder if part == "encoder" else cut.decoder)[layer]
    attention = getattr(block, "cross_attention" if part == "cross" else "self_attention")
    columns = slice(number * attention.d_k, (number + 1) * attention.d_k)
    attention.o_proj.weight.data[:, columns] = 0
    gated = model.run(source, target, gates=gates(model, [(head,)])).logits
    return float((gated - cut.run(source, target).logits).abs().max())
