"""What the gates of a trained LSTM do while its encoder reads a sentence, checked against torch."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from viz_models.models.sequence.cells import Clamp
from viz_models.models.sequence.recurrence import CellPass
from viz_models.models.sequence.shipped import recurrent
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import (
    EOS,
    MAX_TOKENS,
    PAD,
    french_tokens,
    tokenize,
)
from viz_models.records import Provenance
from viz_models.records.sequence.gates import (
    Gate,
    GatesSpec,
    GateSum,
    Held,
    Hold,
    Padded,
    Term,
    Unit,
    Unrolled,
)

Row = Literal["i", "f", "g", "o"]
ORDER: tuple[Row, ...] = ("i", "f", "g", "o")  # of torch's rows
LARGEST = 5  # products of a sum that are shown
MORE = 8  # words that a translation may have more than its sentence


@torch.no_grad()
def unrolled(spec: GatesSpec) -> Unrolled:
    """Read a sentence and keep every gate and state of every word.

    Raises:
        ValueError: If the text cannot be read.
    """
    words = tokenize(spec.text)
    with recurrent(spec.net) as model:
        found = model.encode(_source(words.ids))
        kept = {name: value[0].numpy() for name, value in found.gates.items()}
        return Unrolled(
            spec=spec,
            tokens=(*words.tokens, "<eos>"),
            unknown=words.unknown,
            before=_cells_before(found)[0].numpy(),
            c=_cells(found)[0].numpy(),
            h=found.states[0].numpy(),
            max_difference=_difference(model, found),
            provenance=_provenance(),
            **kept,
        )


@torch.no_grad()
def unit(spec: GatesSpec, number: int, word: int) -> Unit:
    """Open one unit at one word: the sum of each gate, the cell state and the hidden state.

    Raises:
        ValueError: If there is no such unit or word, or the text cannot be read.
    """
    words = tokenize(spec.text)
    with recurrent(spec.net) as model:
        lstm, found = model.encoder, model.encode(_source(words.ids))
        if not (0 <= number < lstm.hidden and 0 <= word <= len(words.ids)):
            raise ValueError(
                f"unit {number} at word {word}: choose a unit from 0 to {lstm.hidden - 1} and a "
                f"word from 0 to {len(words.ids)}"
            )
        x, before = found.inputs[0, word], _states_before(found)[0, word]
        sums = tuple(
            _sum(lstm, gate, k * lstm.hidden + number, x, before) for k, gate in enumerate(ORDER)
        )
        return Unit(
            unit=number,
            word=word,
            sums=sums,
            before=float(_cells_before(found)[0, word, number]),
            c=float(_cells(found)[0, word, number]),
            h=float(found.states[0, word, number]),
            max_difference=_difference(model, found),
            provenance=_provenance(),
        )


def _sum(
    lstm: nn.Module, gate: Literal["i", "f", "g", "o"], row: int, x: Tensor, before: Tensor
) -> GateSum:
    """Add up one row of W x + b and of U h' + b, in float64."""
    w, u, *biases = (
        lstm.get_parameter(f"{name}_l0")[row].double()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    terms = [*_terms("x", w, x), *_terms("h'", u, before)]
    largest = tuple(sorted(terms, key=lambda t: -abs(t.product))[:LARGEST])
    read, carried = float(w @ x.double() + biases[0]), float(u @ before.double() + biases[1])
    total = torch.tensor(read + carried, dtype=torch.float64)
    return GateSum(
        gate=gate,
        read=read,
        carried=carried,
        value=float(total.tanh() if gate == "g" else total.sigmoid()),
        largest=largest,
        rest=read + carried - sum(t.product for t in largest),
    )


def _terms(name: str, weights: Tensor, values: Tensor) -> list[Term]:
    pairs = zip(weights.tolist(), values.tolist(), strict=True)
    return [Term(name=f"{name}[{j}]", weight=w, value=v) for j, (w, v) in enumerate(pairs)]


@torch.no_grad()
def held(spec: GatesSpec, gate: Gate, hold: Hold, means: Sequence[float]) -> Held:
    """Translate a sentence with all gates free, and with one gate of the encoder held.

    Args:
        spec: The sentence and the network.
        gate: Which gate.
        hold: At what.
        means: The mean of this gate for each unit, for "mean".

    Raises:
        ValueError: If the text cannot be read.
    """
    source = _source(tokenize(spec.text).ids)
    with recurrent(spec.net) as model:
        limit = source.shape[1] + MORE
        free = model.write(source, limit)
        kept = model.write(source, limit, clamp={"encoder": clamp(gate, hold, means)})
        return Held(
            free=french_tokens(free[0].tolist()),
            held=french_tokens(kept[0].tolist()),
            provenance=_provenance(),
        )


def clamp(gate: Gate, hold: Hold, means: Sequence[float]) -> Clamp:
    """Return what the network takes to hold one gate of all units."""
    return {gate: torch.tensor(means if hold == "mean" else float(hold), dtype=torch.float32)}


@torch.no_grad()
def padded(spec: GatesSpec, pads: int) -> Padded:
    """Read a sentence with padding behind it, once rightly and once through the padding.

    Raises:
        ValueError: If the text cannot be read, or there is too little or too much padding.
    """
    if not 1 <= pads <= MAX_TOKENS:
        raise ValueError(f"{pads} paddings: choose a whole number from 1 to {MAX_TOKENS}")
    words = tokenize(spec.text)
    source = torch.cat([_source(words.ids), torch.full((1, pads), PAD)], dim=1)
    limit = len(words.ids) + 1 + MORE
    with recurrent(spec.net) as model:
        right, wrong = model.encode(source), model.encode(source, read_padding=True)
        last, moved = right.last.h[0], (wrong.last.h - right.last.h)[0].norm()
        return Padded(
            tokens=(*words.tokens, "<eos>", *["<pad>"] * pads),
            words=len(words.ids) + 1,
            packed=right.states[0].numpy(),
            unpacked=wrong.states[0].numpy(),
            moved=float(moved / last.norm()),
            written=french_tokens(model.write(source, limit)[0].tolist()),
            written_after_padding=french_tokens(
                model.write(source, limit, read_padding=True)[0].tolist()
            ),
            max_difference=_packed_difference(model, source, right),
            provenance=_provenance(),
        )


def theirs(model: RecurrentTranslator) -> nn.LSTM:
    """Return torch's own LSTM with the encoder's weights: the names of the parameters agree."""
    lstm = nn.LSTM(model.config.embedding, model.config.hidden, batch_first=True)
    lstm.load_state_dict(model.encoder.state_dict())
    return lstm


def _difference(model: RecurrentTranslator, found: CellPass) -> float:
    """Return the largest difference of h, and of the last c, to torch's own LSTM."""
    states, (_, last) = theirs(model)(found.inputs)
    off = (states - found.states).abs().max(), (last[0] - _cells(found)[:, -1]).abs().max()
    return float(max(off))


def _packed_difference(model: RecurrentTranslator, source: Tensor, found: CellPass) -> float:
    lengths = (source != PAD).sum(1)
    packed = nn.utils.rnn.pack_padded_sequence(
        model.source_embedding(source), lengths, batch_first=True, enforce_sorted=False
    )
    _, (last, _) = theirs(model)(packed)
    return float((last[0] - found.last.h).abs().max())


def _cells(found: CellPass) -> Tensor:
    assert found.cells is not None
    return found.cells


def _cells_before(found: CellPass) -> Tensor:
    """Return c before each word: zeros, then those after the word before."""
    cells = _cells(found)
    return torch.cat([torch.zeros_like(cells[:, :1]), cells[:, :-1]], dim=1)


def _states_before(found: CellPass) -> Tensor:
    return torch.cat([torch.zeros_like(found.states[:, :1]), found.states[:, :-1]], dim=1)


def _source(ids: Sequence[int]) -> Tensor:
    return torch.tensor([[*ids, EOS]])


def _provenance() -> Provenance:
    return Provenance(versions=torch_version())
