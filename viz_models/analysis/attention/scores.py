"""Every stage of a trained network's attention, each compared with torch's own."""

import torch
from torch import Tensor
from torch.nn import functional

from viz_models.analysis.attention import masks
from viz_models.analysis.attention.reading import Reading, read
from viz_models.models.attention import Attended, causal
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import ENGLISH, FRENCH, PAD
from viz_models.records import (
    AttendSpec,
    AttentionPart,
    AttentionStages,
    MaskSpec,
    Provenance,
    TextAttention,
)

OWN: dict[AttentionPart, MaskSpec] = {
    "encoder": MaskSpec(kinds=("padding",)),
    "decoder": MaskSpec(kinds=("causal",)),
    "cross": MaskSpec(kinds=("padding",)),
}


def provenance() -> Provenance:
    """Return the provenance of what was computed just now, by weights that never change."""
    return Provenance(versions=torch_version())


def stages(spec: AttendSpec, reading: Reading | None = None) -> AttentionStages:
    """Compute one head from Q, K and V to its output, under a given mask or the network's.

    A mask changes this attention alone: what comes before it was computed with the network's own.

    Args:
        spec: Text, network, which attention, which head, and the mask.
        reading: The pass of this text, if it is at hand.

    Raises:
        ValueError: If the text is not one, or the network has no such attention.

    References:
        Vaswani et al. 2017, eq. 1, arXiv:1706.03762.
    """
    reading = reading or read(spec)
    found = reading.attended(spec.part, spec.layer)
    if not 0 <= spec.head < found.q.shape[1]:
        raise ValueError(f"no head {spec.head}; choose 0 to {found.q.shape[1] - 1}")
    q, k, v, scores, scaled = (t[0, spec.head] for t in found[:5])
    mask = spec.mask or OWN[spec.part]
    real = (reading.keys(spec.part)[0] != PAD).numpy()
    allowed = masks.allowed(mask, q.shape[0], real)
    may = torch.from_numpy(allowed)
    masked = masks.struck(scaled, may, mask.fill)
    weights = masks.softmax(masked, may, mask.fill)
    output = weights @ v
    theirs = masks.torch_weights(q, k, may, mask.fill)
    seen = may.any(dim=-1) if mask.fill == "-inf" else torch.ones(len(q), dtype=torch.bool)
    return AttentionStages(
        queries=reading.tokens(spec.part, asking=True),
        keys=reading.tokens(spec.part, asking=False),
        q=q.numpy(),
        k=k.numpy(),
        v=v.numpy(),
        scores=scores.numpy(),
        scaled=scaled.numpy(),
        allowed=allowed,
        masked=masked.numpy(),
        weights=weights.numpy(),
        output=output.numpy(),
        max_difference=max(
            apart(weights[seen], theirs[seen]), apart(output[seen], (theirs @ v)[seen])
        ),
        provenance=provenance(),
    )


def head_weights(spec: AttendSpec, reading: Reading | None = None) -> Tensor:
    """Return the weights (L, H, T, S) of all heads of one kind, under the spec's mask."""
    reading = reading or read(spec)
    mask = spec.mask or OWN[spec.part]
    many = len(reading.layers(spec.part))
    scaled = torch.stack([reading.attended(spec.part, i).scaled[0] for i in range(many)])
    real = (reading.keys(spec.part)[0] != PAD).numpy()
    may = torch.from_numpy(masks.allowed(mask, scaled.shape[-2], real))
    return masks.softmax(masks.struck(scaled, may, mask.fill), may, mask.fill)


def text_attention(spec: AttendSpec, reading: Reading | None = None) -> TextAttention:
    """Return what a network writes for a text, and the weights of all its heads."""
    reading = reading or read(spec)
    passed = reading.passed
    likeliest = passed.logits[0].softmax(-1).max(-1)
    names = FRENCH if passed.encoder else ENGLISH
    whole = {part: _weights(reading, part) for part in OWN}
    translation = " ".join(reading.translation)
    return TextAttention(
        source=reading.tokens("encoder", asking=True) if passed.encoder else (),
        target=reading.tokens("decoder", asking=True),
        unknown=reading.unknown,
        translation=translation,
        written=tuple(names[i] for i in likeliest.indices.tolist()),
        probabilities=likeliest.values.numpy(),
        encoder=whole["encoder"].numpy(),
        decoder=whole["decoder"].numpy(),
        cross=whole["cross"].numpy(),
        max_difference=max(_difference(reading, part) for part in OWN),
        provenance=provenance(),
    )


def own_mask(reading: Reading, part: AttentionPart) -> Tensor:
    """Return where the network itself lets its queries look: (B, 1, T, S) bool."""
    keys, queries = reading.keys(part), reading.queries(part)
    if part == "decoder":
        return causal(queries.shape[1]).expand(len(queries), 1, -1, -1)
    return (keys != PAD)[:, None, None].expand(-1, -1, queries.shape[1], -1)


def apart(ours: Tensor, theirs: Tensor) -> float:
    """Return the largest difference; 0 where there is nothing to compare."""
    return float((ours - theirs).abs().max()) if ours.numel() else 0.0


def _layers(reading: Reading, part: AttentionPart) -> list[Attended]:
    """Return the attentions of this kind; none where the network has no such part."""
    found = (s.cross if part == "cross" else s.attended for s in reading.layers(part))
    return [a for a in found if a is not None]


def _weights(reading: Reading, part: AttentionPart) -> Tensor:
    layers = _layers(reading, part)
    return torch.stack([a.weights[0] for a in layers]) if layers else torch.zeros(0, 0, 0, 0)


def _difference(reading: Reading, part: AttentionPart) -> float:
    """Return how far all heads are from F.scaled_dot_product_attention."""
    found = 0.0
    for a in _layers(reading, part):
        may = own_mask(reading, part)
        theirs = masks.torch_weights(a.q, a.k, may, "-inf")
        fused = functional.scaled_dot_product_attention(a.q, a.k, a.v, attn_mask=may)
        found = max(found, apart(a.weights, theirs), apart(a.weights @ a.v, fused))
    return found
