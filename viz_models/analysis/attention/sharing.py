"""K/V heads shared between query heads: pooled, retrained, and with the queries summed."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.analysis.attention.incremental import write
from viz_models.models import text_models
from viz_models.models.attention import Attended, MultiHeadAttention
from viz_models.models.text_models import KvHeads
from viz_models.models.transformer import TextPass, Translator
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, EOS, PAD, Tokens, french_tokens, tokenize
from viz_models.records import (
    SHARING_KINDS,
    Provenance,
    Sharing,
    SharingKind,
    SharingSpec,
    SharingVersion,
)

KV_HEADS: tuple[KvHeads, ...] = (4, 2, 1)
_BATCH = 64  # sentences that are translated together


def pooled(attention: MultiHeadAttention, kv_heads: int) -> MultiHeadAttention:
    """Return the attention with fewer K/V heads, each the mean of a group; no training follows.

    Args:
        attention: Left as it is.
        kv_heads: How many; as many as before gives an exact copy.

    Raises:
        ValueError: If they do not divide the K/V heads there are.

    References:
        Ainslie et al. 2023, section 2.1, arXiv:2305.13245.
    """
    had = attention.num_kv_heads
    if kv_heads < 1 or had % kv_heads:
        raise ValueError(f"{had} K/V heads do not pool to {kv_heads}; choose a divisor of {had}")
    d_model, bias = attention.o_proj.in_features, attention.q_proj.bias is not None
    fewer = MultiHeadAttention(d_model, attention.num_heads, kv_heads, bias=bias)
    state = attention.state_dict()
    for name, values in state.items():
        if name.startswith(("k_proj", "v_proj")):
            heads = values.unflatten(0, (kv_heads, had // kv_heads, attention.d_k))
            state[name] = heads.mean(dim=1).flatten(0, 1)
    fewer.load_state_dict(state)
    return fewer.to(state["q_proj.weight"].dtype).train(attention.training)


def summed(attention: MultiHeadAttention, kv_heads: int) -> MultiHeadAttention:
    """Return the pooled attention in which each group has one query: the sum of its queries.

    Some notes and one widely copied implementation do this and call it grouped-query attention.
    All heads of a group then have the same scores, those of the sum, and the same output; each
    still has its own columns of W_O, so that the weights stay comparable.
    """
    one = pooled(attention, kv_heads)
    for values in one.q_proj.parameters():
        values.data = group_sums(values.data, kv_heads, one.d_k)
    return one


def group_sums(values: Tensor, kv_heads: int, d_k: int) -> Tensor:
    """Return W_Q or its bias with every head's rows replaced by their sum over its group.

    Args:
        values: (H * d_k, ...) of H heads.
        kv_heads: How many groups.
        d_k: Rows of a head.

    Returns:
        The same shape; all heads of a group are alike.
    """
    heads = values.unflatten(0, (kv_heads, -1, d_k))
    return heads.sum(dim=1, keepdim=True).expand_as(heads).flatten(0, 2).contiguous()


@cache
def network(kind: SharingKind, kv_heads: KvHeads) -> Translator:
    """Return the translator with all of its attentions shared like this; a frozen copy.

    Raises:
        ValueError: If there is no such version.
    """
    if kind not in SHARING_KINDS:  # the summed one trained on is measured, and not kept
        raise ValueError(f"unknown version {kind!r}; choose {', '.join(SHARING_KINDS)}")
    with text_models.translator(kv_heads if kind == "retrained" else 4) as shared:
        model = copy.deepcopy(shared)
    change = {"pooled": pooled, "summed": summed}.get(kind)
    if change is not None:
        for module in list(model.modules()):
            for name, child in list(module.named_children()):
                if isinstance(child, MultiHeadAttention):
                    setattr(module, name, change(child, kv_heads))
        model.config = replace(model.config, num_kv_heads=kv_heads)
    return model.eval().requires_grad_(False)


@torch.no_grad()
def sharing(spec: SharingSpec) -> Sharing:
    """Run every version on one sentence, beside the trained network.

    All of them read the words that the trained network writes, so that the same queries meet the
    same keys; what each writes by itself is told too.

    Raises:
        ValueError: If there is no such attention or sharing, or the text cannot be read.
    """
    check(spec)
    words = tokenize(spec.text)
    source = torch.tensor([[*words.ids, EOS]])
    written = write(network("trained", 4), source)
    target = torch.cat([torch.tensor([[BOS]]), written], dim=1)[:, :-1]
    passes = {kind: network(kind, _heads(kind, spec)).run(source, target) for kind in SHARING_KINDS}
    trained = _attended(passes["trained"], spec)
    queries, keys = _labels(spec, words, target)
    return Sharing(
        spec=spec,
        queries=queries,
        keys=keys,
        unknown=words.unknown,
        versions=tuple(
            _version(spec, kind, done, trained, source, written) for kind, done in passes.items()
        ),
        max_difference=max(_torchs(_attended(done, spec)) for done in passes.values()),
        provenance=_provenance(),
    )


def check(spec: SharingSpec) -> None:
    """Raise a ValueError with one clear line unless the translator has such an attention."""
    if spec.kv_heads not in KV_HEADS:
        raise ValueError(f"no translator has {spec.kv_heads} K/V heads; choose 4, 2 or 1")
    if spec.part not in ("encoder", "decoder", "cross"):
        raise ValueError(f"unknown part {spec.part!r}; choose encoder, decoder or cross")
    if spec.layer not in (0, 1):
        raise ValueError(f"there is no layer {spec.layer}; choose 0 or 1")


def _heads(kind: SharingKind, spec: SharingSpec) -> KvHeads:
    return 4 if kind == "trained" else next(n for n in KV_HEADS if n == spec.kv_heads)


def _attended(done: TextPass, spec: SharingSpec) -> Attended:
    layer = (done.encoder if spec.part == "encoder" else done.decoder)[spec.layer]
    found = layer.cross if spec.part == "cross" else layer.attended
    assert found is not None
    return found


def _labels(
    spec: SharingSpec, words: Tokens, target: Tensor
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source = (*words.tokens, "<eos>")
    decoder = ("<bos>", *french_tokens(target[0, 1:].tolist()))
    queries = source if spec.part == "encoder" else decoder
    return queries, decoder if spec.part == "decoder" else source


def _version(
    spec: SharingSpec,
    kind: SharingKind,
    done: TextPass,
    trained: Attended,
    source: Tensor,
    written: Tensor,
) -> SharingVersion:
    model, attended = network(kind, _heads(kind, spec)), _attended(done, spec)
    layer = (model.encoder if spec.part == "encoder" else model.decoder)[spec.layer]
    attention = layer.cross_attention if spec.part == "cross" else layer.self_attention
    assert isinstance(attention, MultiHeadAttention)
    moved = torch.linalg.vector_norm(attended.output - trained.output)
    said = done.logits.log_softmax(-1).gather(-1, written.unsqueeze(-1))
    own = write(model, source, limit=2 * written.shape[1] + 4)
    weights = attended.weights[0]
    return SharingVersion(
        kind=kind,
        kv_heads=attention.num_kv_heads,
        weights=weights.numpy(),
        output_change=float(moved / torch.linalg.vector_norm(trained.output)),
        translation=french_tokens(own[0].tolist()),
        probability=float(said.mean().exp()),
        pattern_rank=rank(weights.flatten(1)),
        query_rank=rank(attention.q_proj.weight),
        parameters=sum(p.numel() for p in model.parameters()),
    )


def rank(matrix: Tensor) -> int:
    """Return how many rows of a float32 matrix are linearly independent, by its singular values.

    Those below 1e-5 of the largest count as zero: float32 sums leave about 1e-7.
    """
    return int(torch.linalg.matrix_rank(matrix.double(), rtol=1e-5))


def _torchs(attended: Attended) -> float:
    """Return the largest difference of the heads' outputs to torch's on the same Q, K and V."""
    allowed = attended.masked.isfinite()
    theirs = functional.scaled_dot_product_attention(
        attended.q, attended.k, attended.v, attn_mask=allowed
    )
    return float((attended.heads - theirs).abs().max())


@torch.no_grad()
def right_translations(model: Translator, pairs: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Return how many sentences a network translates word for word, greedily, and then ends.

    Args:
        model: In eval mode.
        pairs: English text and French tokens.
    """
    right = 0
    ordered = sorted(((tokenize(en).ids, tuple(fr)) for en, fr in pairs), key=lambda p: len(p[0]))
    for start in range(0, len(ordered), _BATCH):
        group = ordered[start : start + _BATCH]
        rows = [torch.tensor([*ids, EOS]) for ids, _ in group]
        source = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)
        limit = max(len(french) for _, french in group) + 2
        for ids, (_, french) in zip(write(model, source, limit).tolist(), group, strict=True):
            right += EOS in ids and french_tokens(ids) == french
    return right


def _provenance() -> Provenance:
    return Provenance(versions=torch_version())
