"""A recurrent network written to be read, with the parameters of nn.RNN, nn.LSTM or nn.GRU."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.sequence.cells import BLOCKS, FREE, STEPS, Cell, Clamp, Gate, State, at


class CellPass(NamedTuple):
    """What one layer computed in one direction, by word, in the order of the sentence."""

    inputs: Tensor  # (B, T, inputs) what it read
    states: Tensor  # (B, T, hidden) h after each word; at padding: that of the last word
    cells: Tensor | None  # (B, T, hidden) c, of an LSTM
    gates: Mapping[Gate, Tensor]  # (B, T, hidden) each; empty for a plain RNN
    first: State  # before any word
    last: State  # after the last word that is not padding


class Recurrence(nn.Module):
    """Layers of recurrent cells, in one direction or in both.

    Its parameters have the names, shapes and first values of torch's own module, so that either
    loads the state dict of the other: `nn.LSTM(...).load_state_dict(mine.state_dict())`.
    """

    def __init__(
        self, cell: Cell, inputs: int, hidden: int, layers: int = 1, *, bidirectional: bool = False
    ) -> None:
        """Build the parameters, uniform within 1 / sqrt(hidden) as torch does.

        Raises:
            ValueError: If there is no such cell.
        """
        super().__init__()
        if cell not in STEPS:
            raise ValueError(f"unknown cell {cell!r}; choose {', '.join(STEPS)}")
        self.cell, self.hidden, self.layers, self.bidirectional = (
            cell,
            hidden,
            layers,
            bidirectional,
        )
        rows, ways = BLOCKS[cell] * hidden, 1 + bidirectional
        for layer in range(layers):
            columns = ways * hidden if layer else inputs
            for suffix in self.suffixes(layer):
                self.register_parameter(f"weight_ih{suffix}", _empty(rows, columns))
                self.register_parameter(f"weight_hh{suffix}", _empty(rows, hidden))
                self.register_parameter(f"bias_ih{suffix}", _empty(rows))
                self.register_parameter(f"bias_hh{suffix}", _empty(rows))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5)

    def suffixes(self, layer: int) -> tuple[str, ...]:
        """Return how the names of a layer's parameters end, one for each direction."""
        return (f"_l{layer}", f"_l{layer}_reverse")[: 1 + self.bidirectional]

    def run(
        self,
        x: Tensor,
        real: Tensor | None = None,
        start: State | None = None,
        clamp: Clamp = FREE,
    ) -> tuple[CellPass, ...]:
        """Read sentences; return every layer and direction, first forward, then backward.

        Args:
            x: (B, T, inputs) float32.
            real: (B, T) bool: where words are; where padding is, the state stays as it was.
                None: everywhere.
            start: The state before the first word, of every layer; None: zeros.
            clamp: Values to hold gates at, in every layer.
        """
        passes: list[CellPass] = []
        for layer in range(self.layers):
            both = [self.direction(x, s, real, start, clamp) for s in self.suffixes(layer)]
            passes += both
            x = torch.cat([p.states for p in both], dim=-1)
            if real is not None:
                x = x * real[:, :, None]  # torch pads what it unpacks with zeros
        return tuple(passes)

    def direction(
        self,
        x: Tensor,
        suffix: str = "_l0",
        real: Tensor | None = None,
        start: State | None = None,
        clamp: Clamp = FREE,
    ) -> CellPass:
        """Read sentences with one layer in one direction.

        Args:
            x: As in `run`.
            suffix: Which parameters: "_l0", or "_l0_reverse" to read from right to left.
            real: As in `run`.
            start: As in `run`.
            clamp: As in `run`.
        """
        first = state = start or self.zeros(x)
        fed = self.feed(x, suffix)
        order = range(x.size(1))
        steps: dict[int, tuple[State, Mapping[Gate, Tensor]]] = {}
        for t in reversed(order) if suffix.endswith("_reverse") else order:
            new, gates = self.step(fed[:, t], state, suffix, at(clamp, t))
            state = new if real is None else _where(real[:, t, None], new, state)
            steps[t] = state, gates
        states, cells = zip(*(steps[t][0] for t in order), strict=True)
        return CellPass(
            inputs=x,
            states=torch.stack(states, 1),
            cells=torch.stack(cells, 1) if state.c is not None else None,
            gates={g: torch.stack([steps[t][1][g] for t in order], 1) for g in steps[0][1]},
            first=first,
            last=state,
        )

    def step(
        self, fed: Tensor, state: State, suffix: str = "_l0", clamp: Clamp = FREE
    ) -> tuple[State, Mapping[Gate, Tensor]]:
        """Read one word.

        Args:
            fed: (B, blocks * hidden), W x + b of the word.
            state: Before it.
            suffix: Which parameters.
            clamp: Values to hold gates at, for this word.
        """
        carried = F.linear(state.h, self._get("weight_hh", suffix), self._get("bias_hh", suffix))
        return STEPS[self.cell](fed, carried, state, clamp)

    def feed(self, x: Tensor, suffix: str = "_l0") -> Tensor:
        """Return W x + b, what the words add to the sums: (B, ..., blocks * hidden)."""
        return F.linear(x, self._get("weight_ih", suffix), self._get("bias_ih", suffix))

    def zeros(self, x: Tensor) -> State:
        """Return the state before the first word."""
        zero = x.new_zeros(len(x), self.hidden)
        return State(zero, zero if self.cell == "lstm" else None)

    def forward(self, x: Tensor, real: Tensor | None = None) -> Tensor:
        """(B, T, inputs) to the last layer's states, (B, T, directions * hidden)."""
        passes = self.run(x, real)[-(1 + self.bidirectional) :]
        return torch.cat([p.states for p in passes], dim=-1)

    def _get(self, name: str, suffix: str) -> Tensor:
        parameter: Tensor = getattr(self, name + suffix)
        return parameter


def _empty(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(*shape))


def _where(real: Tensor, new: State, old: State) -> State:
    """Take the new state where words are, and keep the old one at padding."""
    h = torch.where(real, new.h, old.h)
    if new.c is None or old.c is None:
        return State(h)
    return State(h, torch.where(real, new.c, old.c))
