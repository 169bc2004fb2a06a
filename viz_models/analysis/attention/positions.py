"""Does attention know the order of the words? One sentence in two orders, read twice."""

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viz_models.models import text_models, weights
from viz_models.models.transformer import Layer, TextPass, Translator, embed, waves
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import BOS, EOS, french_tokens, tokenize
from viz_models.records import (
    OrderedReading,
    OrderResult,
    OrderSpec,
    PositionTable,
    Provenance,
    WordOrder,
)

LONGEST = 40  # words that are written


@torch.no_grad()
def order(spec: OrderSpec) -> OrderResult:
    """Read a sentence and the same words in another order, with and without positions.

    Without positions self-attention is permutation-equivariant: it sees a set of words, and what
    changes places takes its weights along. Section 3.5 of arXiv:1706.03762.

    Raises:
        ValueError: If the text cannot be read, or there is no such head.
    """
    words = tokenize(spec.text)
    places = reordered(len(words.ids), spec.order, spec.seed)
    ids = torch.tensor([[*words.ids, EOS]])
    with text_models.translator() as model:
        if not 0 <= spec.head < model.config.num_heads:
            raise ValueError(f"no head {spec.head}; choose 0 to {model.config.num_heads - 1}")
        vectors = embed(model.source_embedding, ids, positions=False)[0]
    return OrderResult(
        spec=spec,
        tokens=(*words.tokens, "<eos>"),
        unknown=words.unknown,
        order=places,
        words=vectors.numpy(),
        waves=waves(*vectors.shape).numpy(),
        told=_read(spec.head, ids, places, told=True),
        untold=_read(spec.head, ids, places, told=False),
        provenance=Provenance(versions=torch_version()),
    )


def reordered(count: int, kind: WordOrder, seed: int = 0) -> tuple[int, ...]:
    """Return which of `count` words stands at each place now; <eos> follows and stays.

    Args:
        count: Words without <eos>.
        kind: "swap" the second word and the last, "reverse", or "shuffle".
        seed: Of the shuffle.
    """
    places = list(range(count))
    if kind == "swap" and count > 1:
        first = 1 if count > 2 else 0
        places[first], places[-1] = places[-1], places[first]
    elif kind == "reverse":
        places.reverse()
    elif kind == "shuffle":
        random.Random(seed).shuffle(places)
    return (*places, count)


def _network(told: bool) -> AbstractContextManager[Translator]:
    return text_models.translator() if told else text_models.orderless_translator()


def _read(head: int, ids: Tensor, places: Sequence[int], *, told: bool) -> OrderedReading:
    moved_ids = ids[:, list(places)]
    start = torch.tensor([[BOS]])
    with _network(told) as model:
        first = model.run(ids, start, positions=told)
        second = model.run(moved_ids, start, positions=told)
        written = [model.write(i, LONGEST, positions=told)[0].tolist() for i in (ids, moved_ids)]
    back = torch.tensor(places).argsort()  # where each word went
    before = _weights(first)
    after = _weights(second)[..., back, :][..., back]
    assert first.memory is not None
    assert second.memory is not None
    return OrderedReading(
        told=told,
        weights=before[0, head].numpy(),
        moved=after[0, head].numpy(),
        change=_largest(before[0, head] - after[0, head]),
        change_anywhere=_largest(before - after),
        memory_change=_largest(first.memory - second.memory[:, back]),
        translation=french_tokens(written[0]),
        moved_translation=french_tokens(written[1]),
        accuracy=weights.cards()["translate" if told else text_models.ORDERLESS].accuracy,
    )


def _weights(passed: TextPass) -> Tensor:
    """Return the weights of the encoder: (L, H, T, T)."""
    return torch.cat([layer.attended.weights for layer in passed.encoder])


def _largest(difference: Tensor) -> float:
    return difference.abs().max().item()


def position_table(length: int, d_model: int) -> PositionTable:
    """Return the positional encoding of the first places, and how similar any two are.

    References:
        Vaswani et al. 2017, section 3.5, arXiv:1706.03762.
    """
    table = waves(length, d_model)
    alike = functional.cosine_similarity(table[:, None], table[None], dim=-1)
    return PositionTable(waves=table.numpy(), similarity=alike.numpy())


def first_head(spec: OrderSpec) -> dict[str, np.ndarray]:
    """Return all numbers that the chosen head's weights come from, for a script that runs alone."""
    ids = torch.tensor([[*tokenize(spec.text).ids, EOS]])
    found: dict[str, np.ndarray] = {}
    for name, told in (("told", True), ("untold", False)):
        with _network(told) as model:
            layer = model.encoder[0]
            assert isinstance(layer, Layer)
            attention = layer.self_attention
            rows = slice(spec.head * attention.d_k, (spec.head + 1) * attention.d_k)
            tensors = {
                "words": embed(model.source_embedding, ids, positions=False)[0],
                "gamma": layer.self_norm.weight,
                "beta": layer.self_norm.bias,
                "w_q": attention.q_proj.weight[rows],
                "b_q": attention.q_proj.bias[rows],
                "w_k": attention.k_proj.weight[rows],
                "b_k": attention.k_proj.bias[rows],
            }
            found |= {f"{name}_{k}": t.detach().numpy().copy() for k, t in tensors.items()}
    return found
