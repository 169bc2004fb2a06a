"""What a recurrent network costs, by formula, before anything is built.

Counted as torch's own operations work, step by step; the same as `counting.counted` finds on the
meta device, and `tests/analysis/pricing/test_recurrent.py` compares the two. A kernel for all
steps at once, such as cuDNN's or oneDNN's, keeps what it needs in its own form.
"""

from viz_models.models.builder.recurrent import GATES, directions, inputs, outputs, steps
from viz_models.records import Price, RnnSpec

FLOAT32, INT64 = 4, 8  # bytes
# Of a direction of a layer, for each value of its state: what a step keeps for the backward pass.
# rnn: the state that it read; gru: that too, and twice the sums of its three gates; lstm: both
# states that it read, its four gates and tanh(c).
KEPT = {"rnn": 1, "gru": 7, "lstm": 7}


def price(spec: RnnSpec) -> Price:
    """Parameters, multiply-adds and memory of a spec that `repaired` returns unchanged."""
    return Price(
        parameters=_parameters(spec),
        macs=_macs(spec),
        activation_bytes=_activation_bytes(spec),
        inference_bytes=_inference_bytes(spec),
        layers=1 + spec.layers * directions(spec) * steps(spec),
    )


def _read(spec: RnnSpec) -> list[int]:
    """Return how many values each layer reads at a step."""
    return [inputs(spec)] + [directions(spec) * spec.hidden] * (spec.layers - 1)


def _parameters(spec: RnnSpec) -> int:
    ways, h = directions(spec), spec.hidden
    rows = GATES[spec.cell] * h
    cells = sum(ways * rows * (read + h + 2) for read in _read(spec))
    embed = spec.vocabulary * spec.embed if spec.source == "tokens" else 0
    return embed + cells + (ways * h + 1) * outputs(spec)


def _macs(spec: RnnSpec) -> int:
    """Only sums of products: looking an embedding up and multiplying by a gate count 0."""
    ways, h, t = directions(spec), spec.hidden, steps(spec)
    cells = sum(t * ways * GATES[spec.cell] * h * (read + h) for read in _read(spec))
    return cells + _scored(spec) * ways * h * outputs(spec)


def _scored(spec: RnnSpec) -> int:
    """Return how many states the head reads."""
    return steps(spec) if spec.readout == "every" else 1


def _activation_bytes(spec: RnnSpec) -> int:
    ways, h, t = directions(spec), spec.hidden, steps(spec)
    states = t * ways * h  # of a layer, put together for what reads them
    cell = ways * t * h * KEPT[spec.cell] + (ways * h if spec.cell == "rnn" else 0)
    between = states * (2 if spec.dropout else 1)  # dropout: which values it left, by 1 / (1 - p)
    # one direction's last state is a view, and keeps them all
    whole = spec.readout == "every" or (spec.readout == "last" and ways == 1)
    head = states if whole else ways * h
    values = t * inputs(spec) + spec.layers * cell + (spec.layers - 1) * between + head
    return FLOAT32 * values + (INT64 * t if spec.source == "tokens" else 0)


def _inference_bytes(spec: RnnSpec) -> int:
    """Return the layer with the most at once: what goes in and what comes out of it."""
    ways, h, t = directions(spec), spec.hidden, steps(spec)
    layers = [t * (read + ways * h) for read in _read(spec)]
    head = _scored(spec) * (ways * h + outputs(spec))
    return FLOAT32 * max(*layers, head)
