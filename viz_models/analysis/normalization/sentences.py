"""Sentences of different length in one batch: whose statistics move with padding or neighbors?"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from viz_models.analysis.normalization.grouping import check_eps
from viz_models.language import N_
from viz_models.models.text_models import translator
from viz_models.models.transformer import embed
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import PAD, UNK, english_ids
from viz_models.records import Provenance, SentenceRow, Sentences, SentenceSpec

MAX_TOKENS = 64


def sentences(spec: SentenceSpec) -> Sentences:
    """Normalize a padded batch three times: as it is, padded further, with other neighbors.

    The tokens are what the shipped translator's encoder reads: word vectors plus positions, also
    for <pad>. Those of the first sentence are the same all three times. gamma = 1 and beta = 0,
    training.

    Args:
        spec: The sentences, their other neighbors, and how much more padding.

    Raises:
        ValueError: If a sentence is too long or has a word that the translator does not know.
    """
    _check(spec)
    with translator() as model:

        def vectors(texts: tuple[str, ...], more: int = 0) -> Tensor:
            return embed(model.source_embedding, _ids(texts, more)).detach()

        plain = vectors(spec.sentences)
        padded = vectors(spec.sentences, spec.more_padding)
        neighbors = vectors((spec.sentences[0], *spec.neighbors))
    batches = (plain, padded, neighbors)
    return Sentences(
        spec=spec,
        tokens=plain.numpy(),
        padded=padded.numpy(),
        neighbors=neighbors.numpy(),
        real=(_ids(spec.sentences) != PAD).numpy(),
        rows=tuple(_row(spec, kind, batches) for kind in _KINDS),
        provenance=Provenance(versions=torch_version()),
    )


def _check(spec: SentenceSpec) -> None:
    check_eps(spec.eps)
    texts = (*spec.sentences, *spec.neighbors)
    if len(spec.sentences) < 2 or not spec.neighbors:
        raise ValueError("choose two sentences or more, and at least one other neighbor")
    if not all(1 <= len(text.split()) <= MAX_TOKENS for text in texts):
        raise ValueError(f"choose sentences of 1 to {MAX_TOKENS} words")
    if not 0 <= spec.more_padding <= MAX_TOKENS:
        raise ValueError(f"choose a padding of 0 to {MAX_TOKENS} positions")
    unknown = [word for text in texts for word in text.split() if english_ids([word]) == (UNK,)]
    if unknown:
        raise ValueError(f"the translator does not know {unknown[0]!r}; choose another word")


def _ids(texts: tuple[str, ...], more: int = 0) -> Tensor:
    """Return (B, T) int64 ids, padded to the longest sentence and `more` positions beyond."""
    ids = [torch.tensor(english_ids(text.split())) for text in texts]
    batch = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=PAD)
    return nn.functional.pad(batch, (0, more), value=PAD)


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    axes: tuple[int, ...]  # of (B, T, C), averaged over


_KINDS = (
    _Kind(N_("BN over (B, T)"), (0, 1)),
    _Kind(N_("LN over C"), (2,)),
    _Kind(N_("LN over (T, C)"), (1, 2)),
)


def _row(spec: SentenceSpec, kind: _Kind, batches: tuple[Tensor, Tensor, Tensor]) -> SentenceRow:
    plain, padded, neighbor = (_through(x, kind, spec.eps) for x in batches)
    own = plain[0, : spec.lengths[0]]
    means = [float(x.double().mean(kind.axes, keepdim=True).flatten()[0]) for x in batches]
    return SentenceRow(
        label=kind.label,
        output=plain.numpy(),
        padded_output=padded.numpy(),
        neighbor_output=neighbor.numpy(),
        means=(means[0], means[1], means[2]),
        padding_change=_change(own, padded),
        neighbor_change=_change(own, neighbor),
    )


def _through(x: Tensor, kind: _Kind, eps: float) -> Tensor:
    norm: nn.Module = (
        nn.BatchNorm1d(x.shape[2], eps)
        if 0 in kind.axes
        else nn.LayerNorm([x.shape[a] for a in kind.axes], eps)
    )
    norm.requires_grad_(False)
    out: Tensor = norm(x.movedim(2, 1)).movedim(1, 2) if 0 in kind.axes else norm(x)
    return out


def _change(own: Tensor, other: Tensor) -> float:
    return float((other[0, : len(own)] - own).abs().max())
