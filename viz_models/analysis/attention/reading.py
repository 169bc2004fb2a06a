"""A text through a trained network, with everything that it computed on the way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from viz_models.models import text_models
from viz_models.models.attention import Attended, MultiHeadAttention
from viz_models.models.transformer import (
    Gates,
    LanguageModel,
    Layer,
    LayerPass,
    TextPass,
    Translator,
)
from viz_models.models.vocabulary import (
    BOS,
    ENGLISH,
    EOS,
    FRENCH,
    MAX_TOKENS,
    PAD,
    french_ids,
    tokenize,
)
from viz_models.records import AttendSpec, AttentionPart, PaddedBatch, TextModel

KV_HEADS: dict[TextModel, text_models.KvHeads] = {
    name: kv_heads for kv_heads, name in text_models.NAMES.items()
}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One pass; row 0 is the text that was asked about, the others share its batch."""

    source: Tensor  # (B, S) int64 ids; of a language model (B, 0)
    target: Tensor  # (B, T) int64 ids that the decoder read, begun by BOS
    words: tuple[str, ...]  # as they were typed
    unknown: tuple[str, ...]  # those that the network does not know
    translation: tuple[str, ...]  # French tokens; of a language model none
    passed: TextPass

    @property
    def bytes(self) -> int:
        """The bytes of all its tensors."""
        return sum(t.nbytes for t in _tensors(self.passed))

    def layers(self, part: AttentionPart) -> tuple[LayerPass, ...]:
        """Return the layers that hold an attention of this kind."""
        return self.passed.encoder if part == "encoder" else self.passed.decoder

    def attended(self, part: AttentionPart, layer: int) -> Attended:
        """Return one attention of the pass.

        Raises:
            ValueError: If the network has none there.
        """
        layers = self.layers(part)
        if not layers:
            raise ValueError(f"this network has no {part}; choose decoder")
        if not 0 <= layer < len(layers):
            raise ValueError(f"no layer {layer} in the {part}; choose 0 to {len(layers) - 1}")
        found = layers[layer].cross if part == "cross" else layers[layer].attended
        if found is None:
            raise ValueError(f"this network has no {part} attention; choose decoder")
        return found

    def keys(self, part: AttentionPart) -> Tensor:
        """Return the ids of the keys: (B, S)."""
        return self.target if part == "decoder" else self.source

    def queries(self, part: AttentionPart) -> Tensor:
        """Return the ids of the queries: (B, T)."""
        return self.source if part == "encoder" else self.target

    def tokens(self, part: AttentionPart, *, asking: bool, row: int = 0) -> tuple[str, ...]:
        """Return the tokens of an attention's queries, or else of its keys."""
        ids = (self.queries(part) if asking else self.keys(part))[row].tolist()
        english = part == "encoder" or (part == "cross" and not asking) or not self.passed.encoder
        if not english:
            return tuple(FRENCH[i] for i in ids)
        names = [ENGLISH[i] for i in ids]
        if row == 0:
            first = int(ids[0] == BOS)  # only a language model reads it here
            names[first : first + len(self.words)] = self.words  # unknown ones as typed
        return tuple(names)


def read(spec: AttendSpec) -> Reading:
    """Run a text through its network: the translator writes first, then reads what it wrote.

    Raises:
        ValueError: If the text is empty or too long, or a switched-off head does not exist.
    """
    texts = [tokenize(text) for text in (spec.text, *spec.batch)]
    words, unknown = texts[0].tokens, texts[0].unknown
    with network(spec.model) as model, torch.no_grad():
        gates = closed(spec.off, model)
        if isinstance(model, LanguageModel):
            ids = padded([(BOS, *t.ids) for t in texts])
            empty = torch.zeros(len(texts), 0, dtype=torch.int64)
            return Reading(empty, ids, words, unknown, (), model.run(ids, gates=gates))
        source = padded([(*t.ids, EOS) for t in texts])
        wrote = [_until_end(row) for row in model.write(source, gates=gates).tolist()]
        forced = [_typed(spec.target), *wrote[1:]] if spec.target else wrote
        target = padded([(BOS, *ids) for ids in forced])
        french = tuple(FRENCH[i] for i in wrote[0])
        return Reading(
            source, target, words, unknown, french, model.run(source, target, gates=gates)
        )


@contextmanager
def network(name: TextModel) -> Iterator[Translator | LanguageModel]:
    """Lend the shared network of this name; inside the block nobody else uses it."""
    if name == "language":
        with text_models.language_model() as model:
            yield model
    elif name in KV_HEADS:
        with text_models.translator(KV_HEADS[name]) as translator:
            yield translator
    else:
        raise ValueError(f"unknown model {name!r}; choose {', '.join([*KV_HEADS, 'language'])}")


def layer_of(model: Translator | LanguageModel, part: AttentionPart, layer: int) -> Layer:
    """Return the layer module that holds an attention."""
    stack = model.encoder if part == "encoder" and isinstance(model, Translator) else model.decoder
    found = stack[layer]
    assert isinstance(found, Layer)
    return found


def module_of(layer: Layer, part: AttentionPart) -> MultiHeadAttention:
    """Return the layer's attention of this kind."""
    found = layer.cross_attention if part == "cross" else layer.self_attention
    assert found is not None
    return found


def closed(
    off: Sequence[tuple[AttentionPart, int, int]], model: Translator | LanguageModel
) -> Gates:
    """Return factors that switch heads off: (H,) of 1 and 0 for each attention concerned."""
    heads, layers = model.config.num_heads, model.config.layers
    gates: dict[tuple[AttentionPart, int], Tensor] = {}
    for part, layer, head in off:
        if not (0 <= layer < layers and 0 <= head < heads):
            raise ValueError(
                f"no head {head} in layer {layer}; choose below {heads} and below {layers}"
            )
        gates.setdefault((part, layer), torch.ones(heads))[head] = 0
    return gates


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Return the ids filled with PAD up to the longest: (B, longest) int64."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])


def batch(reading: Reading, part: AttentionPart) -> PaddedBatch:
    """Return the sentences that were read together, as the keys of an attention see them."""
    ids = reading.keys(part)
    rows = tuple(reading.tokens(part, asking=False, row=i) for i in range(len(ids)))
    return PaddedBatch(tokens=rows, lengths=tuple((ids != PAD).sum(-1).tolist()))


def _until_end(ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(ids[: ids.index(EOS)]) if EOS in ids else tuple(i for i in ids if i != PAD)


def _typed(target: str) -> tuple[int, ...]:
    """Return the ids of French tokens that are separated by spaces."""
    tokens = target.lower().split()
    if len(tokens) > MAX_TOKENS:
        raise ValueError(f"the target has {len(tokens)} tokens; the limit is {MAX_TOKENS}")
    return french_ids(tokens)


def _tensors(part: object) -> Iterator[Tensor]:
    if isinstance(part, Tensor):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from _tensors(inner)
