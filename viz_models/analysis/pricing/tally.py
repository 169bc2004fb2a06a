"""Walks a network's operations without building them, and adds up what each one costs.

Multiply-adds are sums of products, as torch's FlopCounterMode counts them. Kept for the
backward pass is what torch's own formulas keep: a ReLU its output, a convolution its input. A
tensor that two operations keep is kept once. tests/analysis/pricing/test_price.py compares this
with torch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import gcd

from viz_models.models.builder.plan import Conv
from viz_models.records import Activation, BuildNorm

FLOAT32 = 4  # bytes
INT64 = 8  # bytes, of a max pool's indices
KEEP_OUTPUT = ("relu", "tanh", "sigmoid")  # the other activations keep their input


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of one example: maps, or a vector where side is 1."""

    id: int
    channels: int
    side: int = 1
    learned: bool = True  # False for the photo: nothing before it needs a gradient
    shared: int = 0  # channels of the tensor in whose memory it lies; 0: it has memory of its own

    @property
    def bytes(self) -> int:
        """Of one example, float32, with all of the memory that it keeps alive."""
        return (self.shared or self.channels) * self.side**2 * FLOAT32


@dataclass(slots=True)
class Tally:
    """The running sums; every method is one operation and returns its output."""

    parameters: int = 0
    macs: int = 0
    convolutions: int = 0
    linears: int = 0
    peak: int = 0  # bytes alive at once when nothing is kept for a backward pass
    _count: int = 0
    _held: list[Value] = field(default_factory=list)
    _kept: dict[int, int] = field(default_factory=dict)  # Value.id -> bytes
    _extra: int = 0

    @property
    def kept(self) -> int:
        """Bytes kept for the backward pass of one example, parameters excluded."""
        return sum(self._kept.values()) + self._extra

    def photo(self, channels: int, side: int) -> Value:
        """Return what the network is given."""
        return Value(self._next(), channels, side, learned=False)

    def conv(self, x: Value, conv: Conv, *, bias: bool) -> Value:
        """Return a convolution."""
        per_value = conv.inputs // conv.groups * conv.kernel**2
        self.parameters += conv.outputs * (per_value + bias)
        out = self._new(conv.outputs, conv.side(x.side), x)
        self.macs += out.channels * out.side**2 * per_value
        self.convolutions += 1
        self._keep(x)
        return out

    def linear(self, x: Value, outputs: int) -> Value:
        """Return a linear layer with bias, on the vector that x is."""
        self.parameters += outputs * (x.channels + 1)
        self.macs += outputs * x.channels
        self.linears += 1
        self._keep(x)
        return self._new(outputs, 1, x)

    def norm(self, x: Value, name: BuildNorm, groups: int = 1) -> Value:
        """Return a norm with one gamma (and but for "rms" one beta) per channel; "none" is none."""
        if name == "none":
            return x
        self.parameters += x.channels * (1 if name == "rms" else 2)
        if x.learned or name != "rms":
            self._keep(x)
        if name == "rms":  # 1 / rms, and the normalized values for gamma's gradient
            self._extra += x.bytes + (FLOAT32 if x.learned else 0)
        elif name == "instance":  # mean, 1 / std and a copy of gamma for each example
            self._extra += 3 * x.channels * FLOAT32
        elif name != "batch":  # mean and 1 / std; BatchNorm has them once for all examples
            self._extra += 2 * (gcd(groups, x.channels) if name == "group" else 1) * FLOAT32
        return self._new(x.channels, x.side, x)

    def activation(self, x: Value, name: Activation) -> Value:
        """Return an activation function; "identity" is none."""
        if name == "identity":
            return x
        out = replace(self._new(x.channels, x.side, x), learned=x.learned)
        if x.learned:
            self._keep(out if name in KEEP_OUTPUT else x)
        return out

    def max_pool(self, x: Value, side: int) -> Value:
        """Return a max pool; it keeps where its largest values were."""
        out = self._new(x.channels, side, x)
        self._keep(x)
        self._extra += out.channels * out.side**2 * INT64
        return out

    def avg_pool(self, x: Value, side: int) -> Value:
        """Return an average pool.

        The mean of whole maps (side 1 of a global pool) keeps nothing.
        """
        self._keep(x)
        return self._new(x.channels, side, x)

    def mean(self, x: Value) -> Value:
        """Return the mean of every map."""
        return self._new(x.channels, 1, x)

    def dropout(self, x: Value) -> Value:
        """Return a dropout; it keeps which values it left."""
        self._extra += x.bytes
        return self._new(x.channels, x.side, x)

    def times(self, x: Value, gates: Value) -> Value:
        """Return maps times one gate a channel."""
        self._keep(x)
        self._keep(gates)
        return self._new(x.channels, x.side, x, gates)

    def moved(self, x: Value, channels: int = 0, side: int = 0) -> Value:
        """Return a new tensor of which the backward pass needs nothing.

        A shuffle, a sum, zeros added.
        """
        return self._new(channels or x.channels, side or x.side, x)

    def joined(self, *parts: Value, add: bool) -> Value:
        """Return a sum, or side by side as channels."""
        channels = parts[0].channels if add else sum(part.channels for part in parts)
        return self._new(channels, parts[0].side, *parts)

    def half(self, x: Value) -> Value:
        """Return half of the channels, in the same memory."""
        return replace(x, channels=x.channels // 2, shared=x.shared or x.channels)

    @contextmanager
    def holding(self, x: Value) -> Iterator[None]:
        """While a branch runs, what its skip carries stays alive."""
        self._held.append(x)
        yield
        self._held.pop()

    @contextmanager
    def computed_again(self, x: Value) -> Iterator[None]:
        """Of all that is computed inside from x, x alone is kept for the backward pass."""
        kept, extra = dict(self._kept), self._extra
        yield
        self._kept, self._extra = kept, extra
        self._keep(x)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _new(self, channels: int, side: int, *inputs: Value) -> Value:
        out = Value(self._next(), channels, side)
        alive = {v.id: v.bytes for v in (*inputs, *self._held, out)}
        self.peak = max(self.peak, sum(alive.values()))
        return out

    def _keep(self, x: Value) -> None:
        self._kept[x.id] = x.bytes
