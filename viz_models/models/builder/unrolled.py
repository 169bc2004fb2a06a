"""A recurrent network unrolled: a module of its own for every step, so that each can be named."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models.builder.recurrent import Recurrent, directions, steps

State = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM; (N, hidden) each


class Rows(nn.Module):
    """The rows of an image, the top one first."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, H, C * W)."""
        return x.transpose(1, 2).flatten(2)


class Step(nn.Module):
    """One step in time: what it reads, and what it carries on."""

    def __init__(self, read: nn.Linear, carry: nn.Linear, at: int) -> None:
        """Keep W x + b and U h + c, of an LSTM or a GRU those of all gates under each other.

        Args:
            read: W and b, the same numbers as in every other step.
            carry: U and c, likewise.
            at: Which row of the sequence this is.
        """
        super().__init__()
        self.read, self.carry, self.at = read, carry, at

    def own(self, xs: Tensor | list[Tensor]) -> Tensor:
        """Return this step's input, (N, inputs), of the whole sequence or of one tensor a step."""
        return xs[self.at] if isinstance(xs, list) else xs.select(1, self.at)


class RnnStep(Step):
    """One step of a plain cell: h' = tanh(W x + b + U h + c)."""

    def __init__(self, read: nn.Linear, carry: nn.Linear, at: int) -> None:
        """Add what follows the sums."""
        super().__init__(read, carry, at)
        self.tanh = nn.Tanh()

    def forward(self, xs: Tensor | list[Tensor], h: Tensor) -> State:
        """Return the state after, from the sequence and the state before."""
        return (self.tanh(self.read(self.own(xs)) + self.carry(h)),)


class GruStep(Step):
    """One step of a GRU: h' = (1 - z) n + z h, with n = tanh(W x + b + r (U h + c)).

    References:
        Cho et al. 2014, eq. 5-8, arXiv:1406.1078; as torch.nn.GRU writes it.
    """

    def __init__(self, read: nn.Linear, carry: nn.Linear, at: int) -> None:
        """Add the gates."""
        super().__init__(read, carry, at)
        self.r, self.z, self.n = nn.Sigmoid(), nn.Sigmoid(), nn.Tanh()

    def forward(self, xs: Tensor | list[Tensor], h: Tensor) -> State:
        """Return the state after, from the sequence and the state before."""
        read_r, read_z, read_n = self.read(self.own(xs)).chunk(3, -1)
        carry_r, carry_z, carry_n = self.carry(h).chunk(3, -1)
        r, z = self.r(read_r + carry_r), self.z(read_z + carry_z)
        n = self.n(read_n + r * carry_n)
        return ((1 - z) * n + z * h,)


class LstmStep(Step):
    """One step of an LSTM: c' = f c + i g and h' = o tanh(c').

    References:
        Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with the forget gate of
        Gers et al. 2000, doi:10.1162/089976600300015015; as torch.nn.LSTM writes it.
    """

    def __init__(self, read: nn.Linear, carry: nn.Linear, at: int) -> None:
        """Add the gates."""
        super().__init__(read, carry, at)
        self.i, self.f, self.g, self.o = nn.Sigmoid(), nn.Sigmoid(), nn.Tanh(), nn.Sigmoid()
        self.tanh = nn.Tanh()

    def forward(self, xs: Tensor | list[Tensor], h: Tensor, c: Tensor) -> State:
        """Return both states after, from the sequence and both states before."""
        i, f, g, o = (self.read(self.own(xs)) + self.carry(h)).chunk(4, -1)
        c = self.f(f) * c + self.i(i) * self.g(g)
        return self.o(o) * self.tanh(c), c


STEPS: dict[str, type[RnnStep] | type[GruStep] | type[LstmStep]] = {
    "rnn": RnnStep,
    "gru": GruStep,
    "lstm": LstmStep,
}


class Way(NamedTuple):
    """One layer read in one direction."""

    name: str  # as torch ends its parameters' names: "l0", "l1_reverse"
    states: tuple[State, ...]  # after each step, in the order of the sequence


class Pass(NamedTuple):
    """One forward pass with everything that was carried."""

    logits: Tensor
    sequence: Tensor  # (N, T, inputs), what the first layer reads
    ways: tuple[Way, ...]  # layer by layer; of a layer, forward first
    outputs: tuple[Tensor, ...]  # of the last layer at each step, (N, directions * hidden)


class Unrolled(nn.Module):
    """Computes what a `Recurrent` does, one step after the other; all steps share its weights."""

    start: Tensor  # (1, hidden), the zeros that every state begins with

    def __init__(self, net: Recurrent) -> None:
        """Take a network apart.

        Args:
            net: Any; its parameters are not copied, so what changes them changes this one too.
        """
        super().__init__()
        self.spec = net.spec
        self.stem = net.embed if net.spec.source == "tokens" else Rows()
        for name in self.names():
            self.add_module(name, nn.ModuleList(self._steps(net, name)))
        self.head = net.head
        like = net.head.weight
        self.register_buffer("start", like.new_zeros(1, net.spec.hidden), persistent=False)

    def names(self) -> list[str]:
        """Return what the layers are called, one for each direction."""
        ends = ("", "_reverse")[: directions(self.spec)]
        return [f"l{layer}{end}" for layer in range(self.spec.layers) for end in ends]

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes, or what every step is; the same as `Recurrent.forward`."""
        return self.run(x).logits

    def run(self, x: Tensor, start: Sequence[State] = ()) -> Pass:
        """Read a sequence and return what every step carried on.

        Args:
            x: (N, C, H, W) float32 pixels, or (N, T) int64 tokens.
            start: The state before the first step, of each layer and direction; zeros if empty.
        """
        sequence = self.stem(x)
        xs: Tensor | list[Tensor] = sequence
        ways: list[Way] = []
        for at, name in enumerate(self.names()):
            first = start[at] if start else (self.start,) * (1 + (self.spec.cell == "lstm"))
            ways.append(Way(name, self._walk(name, xs, first)))
            if len(ways) % directions(self.spec) == 0:
                xs = self._outputs(ways)
        outputs = self._outputs(ways)
        return Pass(self.head(self._seen(ways, outputs)), sequence, tuple(ways), tuple(outputs))

    def _walk(self, name: str, xs: Tensor | list[Tensor], state: State) -> tuple[State, ...]:
        """Run one layer in one direction."""
        states: dict[int, State] = {}
        way = self._way(name)
        order = range(len(way))
        for t in reversed(order) if name.endswith("reverse") else order:
            states[t] = state = way[t](xs, *state)
        return tuple(states[t] for t in order)

    def _outputs(self, ways: Sequence[Way]) -> list[Tensor]:
        """Return what a layer gives at each step: the states of both directions side by side."""
        last = ways[-directions(self.spec) :]
        given = [[way.states[t][0] for way in last] for t in range(steps(self.spec))]
        return [both[0] if len(both) == 1 else torch.cat(both, -1) for both in given]

    def _seen(self, ways: Sequence[Way], outputs: Sequence[Tensor]) -> Tensor:
        """Return what the head sees."""
        if self.spec.readout != "last":
            every = torch.stack(list(outputs), 1)
            return every if self.spec.readout == "every" else every.mean(1)
        if not self.spec.bidirectional:
            return outputs[-1]
        return torch.cat([ways[-2].states[-1][0], ways[-1].states[0][0]], -1)

    def _way(self, name: str) -> nn.ModuleList:
        found = self.get_submodule(name)
        assert isinstance(found, nn.ModuleList)
        return found

    def _steps(self, net: Recurrent, name: str) -> Iterator[nn.Module]:
        kind = STEPS[self.spec.cell]
        for t in range(steps(self.spec)):
            yield kind(_linear(net.cell, "ih", name), _linear(net.cell, "hh", name), t)


def _linear(cell: nn.RNNBase, which: str, name: str) -> nn.Linear:
    """Return a linear layer with the cell's own parameters."""
    weight = cell.get_parameter(f"weight_{which}_{name}")
    with torch.device("meta"):
        layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight = weight
    layer.bias = cell.get_parameter(f"bias_{which}_{name}")
    return layer.train(cell.training)
