"""Writing a translation word by word: greedy, with a beam, and after a slip."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.attention.beam import search
from viz_models.analysis.attention.incremental import Incremental, write
from viz_models.models import text_models
from viz_models.models.transformer import TextPass, Translator
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, EOS, FRENCH, MAX_TOKENS, Tokens, tokenize
from viz_models.records import DecodeSpec, Decoding, Provenance, Slip, SlipSpec, Written

MAX_WIDTH = 8


def decoding(spec: DecodeSpec) -> Decoding:
    """Translate with a beam and return the network's probabilities for every word found.

    Raises:
        ValueError: If the width is out of range, or the text cannot be read.
    """
    if not 1 <= spec.width <= MAX_WIDTH:
        raise ValueError(f"width {spec.width} is out of range; choose 1 to {MAX_WIDTH}")
    words = tokenize(spec.text)
    with text_models.translator() as model, torch.no_grad():
        source = torch.tensor([[*words.ids, EOS]])
        limit = _limit(words)
        tree, path = search(Incremental(model, source, room=limit), spec.width, limit)
        found = [FRENCH.index(tree[node].token) for node in path]
        greedy = write(model, source, limit)[0].tolist()
        return Decoding(
            spec=spec,
            unknown=words.unknown,
            tree=tree,
            path=path,
            written=_written(model, words, source, found),
            greedy=tuple(FRENCH[i] for i in greedy),
            greedy_log_probability=float(
                _log_probabilities(model.run(source, _shifted(greedy)).logits[0], greedy).sum()
            ),
            provenance=_provenance(),
        )


def slip(spec: SlipSpec) -> Slip:
    """Replace a word of the network's own translation and let it continue.

    The reference is what it writes greedily without a slip. Under teacher forcing every word is
    asked for after the reference's words; free running goes on from its own, the slip among them.

    Raises:
        ValueError: If there is no such word or rank, or the text cannot be read.
    """
    words = tokenize(spec.text)
    with text_models.translator() as model, torch.no_grad():
        source, limit = torch.tensor([[*words.ids, EOS]]), _limit(words)
        reference = write(model, source, limit)[0].tolist()
        if not 0 <= spec.step < len(reference):
            raise ValueError(f"there is no word {spec.step}; choose 0 to {len(reference) - 1}")
        if not 0 <= spec.rank < len(FRENCH):
            raise ValueError(f"rank {spec.rank} is out of range; choose 0 to {len(FRENCH) - 1}")
        said = model.run(source, _shifted(reference)).logits[0, spec.step]
        other = int(said.argsort(descending=True, stable=True)[spec.rank])
        free = _go_on(model, source, [*reference[: spec.step], other], limit)
        after = model.run(source, _shifted(free)).logits[0].softmax(-1)
        missed = np.full(len(reference), math.nan)
        for t in range(min(len(free), len(reference))):
            missed[t] = after[t, reference[t]]
        return Slip(
            spec=spec,
            teacher=_written(model, words, source, reference),
            free=_written(model, words, source, free),
            reference_when_free=missed,
            provenance=_provenance(),
        )


def _go_on(model: Translator, source: Tensor, begun: Sequence[int], limit: int) -> list[int]:
    """Continue greedily after the given words."""
    decoder, ids = Incremental(model, source, room=limit), list(begun)
    for word in [BOS, *ids[:-1]]:
        decoder.step(torch.tensor([word]))
    while ids[-1] != EOS and len(ids) < limit:
        ids.append(int(decoder.step(torch.tensor(ids[-1:])).logits.argmax()))
    return ids


def _written(model: Translator, words: Tokens, source: Tensor, ids: Sequence[int]) -> Written:
    """Run a sentence in one whole pass and in cached steps, and compare the two."""
    target = _shifted(ids)
    whole = model.run(source, target)
    decoder = Incremental(model, source, room=len(ids))
    steps = torch.stack([decoder.step(target[:, t]).logits for t in range(len(ids))], dim=1)
    return Written(
        source=(*words.tokens, "<eos>"),
        tokens=tuple(FRENCH[i] for i in ids),
        vocabulary=FRENCH,
        probabilities=whole.logits[0].softmax(-1).numpy(),
        chosen=np.array(ids),
        log_probabilities=_log_probabilities(whole.logits[0], ids).numpy(),
        cross=_cross(whole),
        max_difference=float((steps - whole.logits).abs().max()),
    )


def _cross(whole: TextPass) -> np.ndarray:
    """Return the cross-attention weights of the first sentence: (layers, H, T, S)."""
    return np.stack([layer.cross.weights[0].numpy() for layer in whole.decoder if layer.cross])


def _shifted(ids: Sequence[int]) -> Tensor:
    """Return what the decoder reads to write these words: BOS and all but the last, (1, T)."""
    return torch.tensor([[BOS, *ids[:-1]]])


def _log_probabilities(logits: Tensor, ids: Sequence[int]) -> Tensor:
    """Return the log-probabilities of the given words: (T,) float64 from logits (T, V)."""
    said = logits.double().log_softmax(-1)
    return said[torch.arange(len(ids)), torch.tensor(ids)]


def _limit(words: Tokens) -> int:
    """Return the most words to write; twice the source is more than this French ever needs."""
    return min(MAX_TOKENS, 2 * len(words.ids) + 8)


def _provenance() -> Provenance:
    return Provenance(versions=torch_version())
