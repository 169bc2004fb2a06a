"""Recurrent cells written to be read: one step each of an RNN, an LSTM and a GRU."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from torch import Tensor

Cell = Literal["rnn", "lstm", "gru"]
Gate = Literal["i", "f", "g", "o", "r", "z", "n"]
Clamp = Mapping[Gate, Tensor]  # gate -> (), (hidden,) or (T, hidden); NaN leaves a value alone
FREE: Clamp = {}
# In torch's order: their rows lie under each other in weight_ih, weight_hh and both biases.
GATES: dict[Cell, tuple[Gate, ...]] = {
    "rnn": (),
    "lstm": ("i", "f", "g", "o"),
    "gru": ("r", "z", "n"),
}
BLOCKS: dict[Cell, int] = {"rnn": 1, "lstm": 4, "gru": 3}  # of `hidden` rows in every weight


class State(NamedTuple):
    """What is carried from one word to the next; (B, hidden) each."""

    h: Tensor
    c: Tensor | None = None  # the cell state, of an LSTM only


class Step(NamedTuple):
    """What a cell computed of one word."""

    state: State
    gates: dict[Gate, Tensor]  # (B, hidden) each


def rnn_step(read: Tensor, carried: Tensor, state: State, clamp: Clamp) -> Step:
    """Compute h' = tanh(W x + b + U h + c).

    Args:
        read: (B, hidden), W x + b, of the word.
        carried: (B, hidden), U h + c, of the state.
        state: The state before; only its sums are used here.
        clamp: Nothing: a plain RNN has no gate.

    References:
        Elman 1990, doi:10.1207/s15516709cog1402_1; as torch.nn.RNN writes it.
    """
    return Step(State((read + carried).tanh()), {})


def lstm_step(read: Tensor, carried: Tensor, state: State, clamp: Clamp) -> Step:
    """Compute c' = f c + i g and h' = o tanh(c').

    Many texts call the gates z_i, z_f, z_o, and g simply z.

    Args:
        read: (B, 4 hidden), W x + b of i, f, g, o under each other.
        carried: (B, 4 hidden), U h + c of the same four.
        state: Both states before.
        clamp: Values to hold gates at.

    References:
        Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with the forget gate of
        Gers et al. 2000, doi:10.1162/089976600300015015; as torch.nn.LSTM writes it.
    """
    assert state.c is not None
    i, f, g, o = (read + carried).chunk(4, -1)
    gates = _held({"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}, clamp)
    c = gates["f"] * state.c + gates["i"] * gates["g"]
    return Step(State(gates["o"] * c.tanh(), c), gates)


def gru_step(read: Tensor, carried: Tensor, state: State, clamp: Clamp) -> Step:
    """Compute h' = (1 - z) n + z h, where the gate r decides how much of h the new n reads.

    Args:
        read: (B, 3 hidden), W x + b of r, z, n under each other.
        carried: (B, 3 hidden), U h + c of the same three.
        state: The state before.
        clamp: Values to hold gates at.

    References:
        Cho et al. 2014, eq. 5-8, arXiv:1406.1078; as torch.nn.GRU writes it: r is multiplied
        after U, and z keeps the old state.
    """
    (read_r, read_z, read_n), (r, z, n) = read.chunk(3, -1), carried.chunk(3, -1)
    gates = _held({"r": (read_r + r).sigmoid(), "z": (read_z + z).sigmoid()}, clamp)
    gates |= _held({"n": (read_n + gates["r"] * n).tanh()}, clamp)
    return Step(State((1 - gates["z"]) * gates["n"] + gates["z"] * state.h), gates)


STEPS: dict[Cell, Callable[[Tensor, Tensor, State, Clamp], Step]] = {
    "rnn": rnn_step,
    "lstm": lstm_step,
    "gru": gru_step,
}


def at(clamp: Clamp, t: int) -> Clamp:
    """Return what a clamp holds the gates at while word `t` is read.

    Raises:
        ValueError: If a gate has values for fewer words.
    """
    if not clamp:
        return FREE
    for gate, value in clamp.items():
        if value.dim() == 2 and t >= len(value):
            raise ValueError(f"gate {gate} is held for {len(value)} words; give one for each word")
    return {gate: value[t] if value.dim() == 2 else value for gate, value in clamp.items()}


def _held(gates: dict[Gate, Tensor], clamp: Clamp) -> dict[Gate, Tensor]:
    """Replace the values that are held."""
    if not clamp:
        return gates
    return {
        name: clamp[name].where(~clamp[name].isnan(), value) if name in clamp else value
        for name, value in gates.items()
    }
