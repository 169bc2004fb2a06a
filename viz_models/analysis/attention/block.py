"""The layer around an attention: what becomes of the heads, down to the layer's output."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.analysis.attention.reading import Reading, layer_of, module_of, network, read
from viz_models.analysis.attention.scores import apart, own_mask, provenance
from viz_models.language import N_
from viz_models.models.attention import Attended, MultiHeadAttention
from viz_models.models.transformer import Layer, LayerPass
from viz_models.records import AttendSpec, AttentionPart, Block, BlockStage

Row = tuple[str, Tensor, str, Tensor]  # name, ours, torch's call, theirs


def block(spec: AttendSpec, reading: Reading | None = None) -> Block:
    """Compute the layer around an attention, stage by stage, with the network's own mask.

    What the network computed, or its formula written out here, is compared with torch:
    nn.MultiheadAttention of the same weights, F.layer_norm, F.linear.

    Args:
        spec: Text, network and which attention; head and mask change nothing.
        reading: The pass of this text, if it is at hand.

    Raises:
        ValueError: If the text is not one, or the network has no such attention.

    References:
        Vaswani et al. 2017, section 3.1, arXiv:1706.03762; the norms come first, as in Xiong et
        al. 2020, arXiv:2002.04745. LayerNorm, eq. 3: Ba et al. 2016, arXiv:1607.06450.
    """
    reading = reading or read(spec)
    reading.attended(spec.part, spec.layer)  # the network may have no such attention
    step = reading.layers(spec.part)[spec.layer]
    with network(spec.model) as model, torch.no_grad():
        layer = layer_of(model, spec.part, spec.layer)
        kept = tuple(
            BlockStage(
                name=name, values=ours[0].numpy(), torch_call=call, difference=apart(ours, theirs)
            )
            for name, ours, call, theirs in _rows(reading, spec.part, step, layer)
        )
    tokens = reading.tokens(spec.part, asking=True)
    return Block(tokens=tokens, stages=kept, provenance=provenance())


def as_torch(module: MultiHeadAttention) -> nn.MultiheadAttention:
    """Return torch's module with the same weights; shared K/V heads are repeated.

    Its `attn_mask` is True where a query may NOT look.
    """
    d, heads, group = module.d_k, module.num_heads, module.num_heads // module.num_kv_heads

    def spread(weight: Tensor) -> Tensor:
        return weight.unflatten(0, (-1, d)).repeat_interleave(group, dim=0).flatten(0, 1)

    width = heads * d
    copy = nn.utils.skip_init(nn.MultiheadAttention, width, heads, batch_first=True).eval()
    with torch.no_grad():
        parts = module.q_proj, module.k_proj, module.v_proj
        weights = [parts[0].weight, *(spread(p.weight) for p in parts[1:])]
        biases = [parts[0].bias, *(spread(p.bias) for p in parts[1:])]
        copy.in_proj_weight.copy_(torch.cat(weights))
        copy.in_proj_bias.copy_(torch.cat(biases))
        copy.out_proj.load_state_dict(module.o_proj.state_dict())
    return copy


def layer_norm(x: Tensor, norm: nn.LayerNorm) -> Tensor:
    """Return LayerNorm over the last axis, written out. Ba et al. 2016, eq. 3, arXiv:1607.06450."""
    centered = x - x.mean(-1, keepdim=True)
    variance = centered.square().mean(-1, keepdim=True)  # population: divided by their count
    return centered / (variance + norm.eps).sqrt() * norm.weight + norm.bias


def _rows(reading: Reading, part: AttentionPart, step: LayerPass, layer: Layer) -> Iterator[Row]:
    if part == "cross":
        yield from _attention(reading, "cross", step, layer)
    else:
        yield from _attention(reading, part, step, layer)
        if step.cross is not None and step.after_cross is not None:
            crossed = _by_torch(reading, "cross", step, layer)
            yield (
                N_("+ cross-attention"),
                step.after_cross,
                "nn.MultiheadAttention",
                step.after + crossed,
            )
    stream = step.after if step.after_cross is None else step.after_cross
    yield from _feed_forward(layer, step, stream)


def _attention(
    reading: Reading, part: AttentionPart, step: LayerPass, layer: Layer
) -> Iterator[Row]:
    found, x, normed, after = _around(part, step)
    norm = layer.cross_norm if part == "cross" else layer.self_norm
    assert norm is not None
    fused = functional.scaled_dot_product_attention(
        found.q, found.k, found.v, attn_mask=own_mask(reading, part)
    )
    out = _by_torch(reading, part, step, layer)
    yield N_("input"), x, "", x
    yield "LayerNorm", layer_norm(x, norm), "F.layer_norm", normed
    side_by_side = fused.transpose(1, 2).flatten(2)
    yield N_("heads side by side"), found.joined, "F.scaled_dot_product_attention", side_by_side
    yield "× W_O", found.output, "nn.MultiheadAttention", out
    yield N_("+ input"), after, "nn.MultiheadAttention", x + out


def _feed_forward(layer: Layer, step: LayerPass, stream: Tensor) -> Iterator[Row]:
    normed = layer_norm(stream, layer.ffn_norm)
    yield N_("LayerNorm again"), normed, "F.layer_norm", step.ffn_normed
    hidden = (normed @ layer.ffn_in.weight.T + layer.ffn_in.bias).clamp(min=0)
    yield N_("FFN: first layer, ReLU"), hidden, "F.linear, F.relu", step.hidden
    back = hidden @ layer.ffn_out.weight.T + layer.ffn_out.bias
    yield N_("FFN: second layer"), back, "F.linear", layer.ffn_out(step.hidden)
    yield N_("+ what went into it"), stream + back, "F.linear", step.output


def _around(part: AttentionPart, step: LayerPass) -> tuple[Attended, Tensor, Tensor, Tensor]:
    """Return an attention, the input of its part of the layer, the normalized input, the output."""
    if part != "cross":
        return step.attended, step.x, step.normed, step.after
    assert step.cross is not None
    assert step.cross_normed is not None
    assert step.after_cross is not None
    return step.cross, step.after, step.cross_normed, step.after_cross


def _by_torch(reading: Reading, part: AttentionPart, step: LayerPass, layer: Layer) -> Tensor:
    """Return nn.MultiheadAttention's output, example by example, because masks may differ."""
    _, _, normed, _ = _around(part, step)
    memory = reading.passed.memory if part == "cross" else normed
    assert memory is not None
    copy, may = as_torch(module_of(layer, part)), own_mask(reading, part)
    each = (
        copy(normed[i : i + 1], memory[i : i + 1], memory[i : i + 1], attn_mask=~may[i, 0])[0]
        for i in range(len(normed))
    )
    return torch.cat(list(each))
