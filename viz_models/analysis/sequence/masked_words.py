"""What a small BERT guesses for every word of two sentences, and dice that spoil some of them."""

import random
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.analysis.sequence.spoiling import NOT_CHOSEN, masked_loss, spoil
from viz_models.language import N_
from viz_models.models.sequence import masked
from viz_models.models.sequence.masked import (
    CLS,
    FIRST_WORD,
    FOLLOWS,
    MASK,
    SEP,
    MaskedModel,
    MaskedPass,
)
from viz_models.models.transformer import Layer
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import ENGLISH, PAD, UNK, english_ids, tokenize
from viz_models.records.provenance import Provenance
from viz_models.records.sequence.masked_words import (
    ARMS,
    RATE,
    Counted,
    Guess,
    MaskedReading,
    MaskedSpec,
    Place,
    Spoil,
)

LONGEST = 30  # words of a sentence; those of the grammar have at most 15
GUESSES = 5
TYPED_MASK = "<mask>"
_NAMES = {CLS: "[CLS]", SEP: "[SEP]", MASK: "[MASK]"}


class Columns(NamedTuple):
    """Two sentences as one row: [CLS] a [SEP] b [SEP]."""

    tokens: tuple[str, ...]  # as typed
    ids: tuple[int, ...]
    second: int  # column at which the second sentence begins
    unknown: tuple[str, ...]


def columns(first: str, second: str) -> Columns:
    """Cut two sentences into the columns that the network reads.

    Raises:
        ValueError: With one line for the reader, if a sentence cannot be read.
    """
    a = words_of(first, N_("the first sentence"))
    b = words_of(second, N_("the second sentence")) if second.strip() else ()
    tokens = ("[CLS]", *a, "[SEP]", *b, *(("[SEP]",) if b else ()))
    words = [MASK if word == TYPED_MASK else english_ids((word,))[0] for word in (*a, *b)]
    ids = (CLS, *words[: len(a)], SEP, *words[len(a) :], *((SEP,) if b else ()))
    unknown = dict.fromkeys(t for t, i in zip(tokens, ids, strict=True) if i == UNK)
    shown = tuple("[MASK]" if t == TYPED_MASK else t for t in tokens)
    return Columns(shown, ids, len(a) + 2, tuple(unknown))


def words_of(text: str, name: str = N_("the sentence")) -> tuple[str, ...]:
    """Cut a sentence into words; "[MASK]" is one.

    Args:
        text: What somebody typed.
        name: What the error line calls it, in English.

    Raises:
        ValueError: With one line for the reader, if it cannot be read.
    """
    typed = text.lower().replace("[mask]", TYPED_MASK)
    return tokenize(typed, name=name, most=LONGEST).tokens


def random_word(place: int, token: str) -> str:
    """Return a word that replaces another one; the same one for the same place, never itself."""
    words = [word for word in ENGLISH[FIRST_WORD:] if word != token]
    return random.Random(f"{place} {token}").choice(words)


def throw(ids: Sequence[int], seed: int) -> tuple[Spoil, ...]:
    """Choose 15 % of the words of one row and spoil them 80/10/10, as in training.

    Args:
        ids: As from `columns`.
        seed: Of the dice.
    """
    row = torch.tensor([list(ids)])
    thrown = spoil(row, RATE, ARMS["bert"], torch.Generator().manual_seed(seed))
    return tuple(
        _told(place, int(read), int(label))
        for place, (read, label) in enumerate(zip(thrown.ids[0], thrown.labels[0], strict=True))
        if label != NOT_CHOSEN
    )


def _told(place: int, read: int, label: int) -> Spoil:
    if read == MASK:
        return Spoil(place, "mask")
    if read == label:
        return Spoil(place, "kept")
    return Spoil(place, "random", ENGLISH[read])


def count_throws(ids: Sequence[int], throws: int, seed: int) -> Counted:
    """Throw the dice many times over the same row, and count what happens to its words.

    A random word that happens to be the true one counts as kept: nobody can see the difference.
    """
    rows = torch.tensor([list(ids)]).repeat(throws, 1)
    thrown = spoil(rows, RATE, ARMS["bert"], torch.Generator().manual_seed(seed))
    chosen = thrown.labels != NOT_CHOSEN
    masked_ones, kept = chosen & (thrown.ids == MASK), chosen & (thrown.ids == rows)
    words = int(((rows >= FIRST_WORD) & (rows < MASK)).sum())
    replaced = int((chosen & ~masked_ones & ~kept).sum())
    return Counted(words, int(masked_ones.sum()), replaced, int(kept.sum()))


def read(spec: MaskedSpec) -> MaskedReading:
    """Let one of the shipped networks read two sentences.

    Raises:
        ValueError: With one line for the reader, if they cannot be read or spoiled like this.
    """
    found = columns(spec.first, spec.second)
    read_ids, labels = _spoiled(found.ids, spec.spoiled)
    ids = torch.tensor([read_ids])
    segments = torch.tensor([[int(i >= found.second) for i in range(len(read_ids))]])
    with masked.trained(f"masked_{spec.net}") as model, torch.no_grad():
        done = model.run(ids, segments)
        difference, relative = _beside_torch(model, ids, segments, done)
    p = done.logits[0].softmax(-1)
    deeds = {deed.place: deed for deed in spec.spoiled}
    places = tuple(_place(i, found, read_ids[i], deeds.get(i), p[i]) for i in range(len(read_ids)))
    loss = masked_loss(done.logits, labels).item() if spec.spoiled else None
    return MaskedReading(
        spec=spec,
        places=places,
        unknown=found.unknown,
        follows=done.follows[0].softmax(-1)[FOLLOWS].item() if spec.second.strip() else None,
        loss=loss,
        attention=torch.stack([layer.attended.weights[0] for layer in done.layers]).numpy(),
        max_difference=difference,
        relative=relative,
        provenance=Provenance(versions=torch_version()),
    )


def _spoiled(ids: Sequence[int], spoiled: Sequence[Spoil]) -> tuple[list[int], Tensor]:
    """Return the ids that are read, and the labels (1, T) of the chosen places."""
    read_ids, labels = list(ids), torch.full((1, len(ids)), NOT_CHOSEN)
    for place, deed, word in spoiled:
        if not (0 <= place < len(ids) and FIRST_WORD <= ids[place] < MASK):
            raise ValueError(f"no word of the grammar stands at place {place}; choose another one")
        labels[0, place] = ids[place]
        if deed == "mask":
            read_ids[place] = MASK
        elif deed == "random":
            (read_ids[place],) = english_ids((word,))
            if not FIRST_WORD <= read_ids[place] < MASK:
                raise ValueError(f"the network does not know the word {word!r}")
    return read_ids, labels


def _place(i: int, found: Columns, read_id: int, done: Spoil | None, p: Tensor) -> Place:
    true = found.ids[i]
    best = p.topk(GUESSES)
    known = FIRST_WORD <= true < MASK
    return Place(
        token=found.tokens[i],
        shown=found.tokens[i] if read_id == true else _NAMES.get(read_id, _word(read_id)),
        deed=done.deed if done else None,
        is_word=true not in (CLS, SEP),
        known=known,
        guesses=tuple(
            Guess(ENGLISH[j], v)
            for v, j in zip(best.values.tolist(), best.indices.tolist(), strict=True)
        ),
        p_shown=p[read_id].item() if FIRST_WORD <= read_id < MASK else None,
        p_true=p[true].item() if known else None,
    )


def _word(i: int) -> str:
    return ENGLISH[i] if i < MASK else "[MASK]"


def torch_encoder(model: MaskedModel) -> nn.TransformerEncoder:
    """Return torch's own encoder with the same weights: norm first, ReLU, no dropout."""
    config = model.config
    layer = nn.TransformerEncoderLayer(
        config.d_model, config.num_heads, config.hidden, 0.0, batch_first=True, norm_first=True
    )
    theirs = nn.TransformerEncoder(
        layer, config.layers, nn.LayerNorm(config.d_model), enable_nested_tensor=False
    )
    state = {f"norm.{k}": v for k, v in model.encoder_norm.state_dict().items()}
    for i, ours in enumerate(model.encoder):
        assert isinstance(ours, Layer)
        attention = ours.self_attention
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        own = {
            "self_attn.in_proj_weight": torch.cat([p.weight for p in projections]),
            "self_attn.in_proj_bias": torch.cat([p.bias for p in projections]),
        }
        for name, part in (
            ("self_attn.out_proj", attention.o_proj),
            ("linear1", ours.ffn_in),
            ("linear2", ours.ffn_out),
            ("norm1", ours.self_norm),
            ("norm2", ours.ffn_norm),
        ):
            own |= {f"{name}.{k}": v for k, v in part.state_dict().items()}
        state |= {f"layers.{i}.{k}": v for k, v in own.items()}
    theirs.load_state_dict(state)
    return theirs.eval()


def _beside_torch(
    model: MaskedModel, ids: Tensor, segments: Tensor, done: MaskedPass
) -> tuple[float, float]:
    """Return the largest difference of a logit to torch's, also over its absolute terms' sum."""
    x = done.layers[0].x
    theirs = torch_encoder(model)(x, src_key_padding_mask=ids == PAD)
    difference = (model.words(theirs) - done.logits).abs()
    terms = done.hidden.abs() @ model.words.weight.abs().T + model.words.bias.abs()
    return difference.max().item(), (difference / terms).max().item()
