"""A sentence through a recurrent translator: states, words, who decided about them."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.sequence.translators_torch import torch_pass
from viz_models.models import text_models
from viz_models.models.sequence import shipped
from viz_models.models.sequence.recurrence import CellPass
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.transformer import Translator
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, EOS, FRENCH, MAX_TOKENS, Tokens, tokenize
from viz_models.records import Provenance
from viz_models.records.sequence.translators import CellTrace, TranslateSpec, Translation

LIKELY = 5  # words that are named at every step


def translation(spec: TranslateSpec) -> Translation:
    """Translate a sentence greedily, and return what was computed on the way.

    The reference beside it is what the shipped Transformer writes, which is nearly always right.

    Raises:
        ValueError: If there is no such network, or the text cannot be read.
    """
    words = tokenize(spec.text)
    source = source_of(words)
    reference, cross = by_transformer(source, limit_of(words))
    with shipped.recurrent(spec.model) as net:
        with torch.no_grad():
            ids = written(net, source, limit_of(words))
            target = shifted(ids)
            found = net.run(source, target)
            theirs = torch_pass(net, source, target)
        influence = _influence(net, source, target, ids)
    said = found.logits[0].softmax(-1)
    return Translation(
        spec=spec,
        source=(*words.tokens, "<eos>"),
        unknown=words.unknown,
        written=tokens(ids),
        reference=tokens(reference),
        likely=tuple(_likeliest(row) for row in said),
        probability=said[torch.arange(len(ids)), torch.tensor(ids)].numpy(),
        encoder=_trace(found.encoder),
        decoder=_trace(found.decoder),
        weights=None if found.looked is None else found.looked.weights[0].numpy(),
        influence=influence,
        cross=cross,
        max_difference=float((found.logits - theirs.logits).abs().max()),
        provenance=provenance(),
    )


def source_of(words: Tokens) -> Tensor:
    """Return the ids that an encoder reads: (1, S) int64, ended by EOS."""
    return torch.tensor([[*words.ids, EOS]])


def limit_of(words: Tokens) -> int:
    """Return the most words to write; twice the source is more than this French ever needs."""
    return min(MAX_TOKENS, 2 * len(words.ids) + 8)


def tokens(ids: Sequence[int]) -> tuple[str, ...]:
    """Return French words by their ids."""
    return tuple(FRENCH[i] for i in ids)


def shifted(ids: Sequence[int]) -> Tensor:
    """Return what the decoder reads to write these words: BOS and all but the last, (1, T)."""
    return torch.tensor([[BOS, *ids[:-1]]])


def written(net: RecurrentTranslator | Translator, source: Tensor, limit: int) -> list[int]:
    """Return the ids that a network writes greedily of one sentence."""
    ids: list[int] = net.write(source, limit)[0].tolist()
    return ids


def by_transformer(source: Tensor, limit: int) -> tuple[list[int], np.ndarray]:
    """Return what the shipped Transformer writes, and its last cross-attention: (T, S).

    The weights are the mean over the heads of the last layer.
    """
    with text_models.translator() as transformer, torch.no_grad():
        ids = written(transformer, source, limit)
        cross = transformer.run(source, shifted(ids)).decoder[-1].cross
    assert cross is not None
    return ids, cross.weights[0].mean(0).numpy()


def provenance() -> Provenance:
    """Return where numbers that were measured now come from."""
    return Provenance(versions=torch_version())


def _influence(
    net: RecurrentTranslator, source: Tensor, target: Tensor, ids: Sequence[int]
) -> np.ndarray:
    """Return how much each word read decides about each word written.

    Returns:
        (T, S) float32: the norm of the gradient of the written word's logit by the vector of the
        word read, as a share of the row; each row sums to 1.
    """
    vectors = net.source_embedding(source).detach().requires_grad_()
    with torch.enable_grad():
        logits = net.run(source, target, vectors=vectors).logits[0]
        chosen = logits[torch.arange(len(ids)), torch.tensor(ids)]
        rows = [torch.autograd.grad(c, vectors, retain_graph=True)[0] for c in chosen]
    norms = torch.cat(rows).norm(dim=-1)
    shares: np.ndarray = (norms / norms.sum(1, keepdim=True).clamp_min(1e-30)).numpy()
    return shares


def _trace(layer: CellPass) -> CellTrace:
    return CellTrace(
        states=layer.states[0].numpy(),
        cells=None if layer.cells is None else layer.cells[0].numpy(),
        gates={name: value[0].numpy() for name, value in layer.gates.items()},
    )


def _likeliest(row: Tensor) -> tuple[tuple[str, float], ...]:
    top = row.topk(LIKELY)
    return tuple(
        (FRENCH[i], p) for i, p in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    )
