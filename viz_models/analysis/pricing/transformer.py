"""What a Transformer costs, by formula, before anything is built.

Counted as torch works on the CPU: what autograd keeps for the backward pass is listed layer by
layer, and `tests/analysis/pricing/test_transformer.py` compares it with what torch really keeps.
"""

from viz_models.models.builder.transformer import hidden, predicts_tokens, tokens
from viz_models.records import Price, TransformerSpec

FLOAT32, INT64, BOOL = 4, 8, 1  # bytes
OWN_OUTPUT = ("relu", "tanh", "sigmoid", "identity")  # backward needs what the next layer keeps


def price(spec: TransformerSpec) -> Price:
    """Parameters, multiply-adds and memory of a spec that `repaired` returns unchanged."""
    return Price(
        parameters=_parameters(spec),
        macs=_macs(spec),
        activation_bytes=_activation_bytes(spec),
        inference_bytes=_inference_bytes(spec),
        layers=6 * spec.layers + (2 if spec.source == "patches" else 1),
        convolutions=1 if spec.source == "patches" else 0,
    )


def _linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def _kv_width(spec: TransformerSpec) -> int:
    return spec.d_model // spec.num_heads * spec.num_kv_heads


def _classes(spec: TransformerSpec) -> int:
    return spec.vocabulary if predicts_tokens(spec) else spec.classes


def _pixels(spec: TransformerSpec) -> int:
    return spec.in_channels * spec.patch**2  # of one patch


def _parameters(spec: TransformerSpec) -> int:
    d, kv, ffn = spec.d_model, _kv_width(spec), hidden(spec)
    norm = 2 * d if spec.norm == "layer" else d
    attention = 2 * _linear(d, d) + 2 * _linear(d, kv)
    block = attention + _linear(d, ffn) + _linear(ffn, d) + 2 * norm
    patches = spec.source == "patches"
    embed = _linear(_pixels(spec), d) if patches else spec.vocabulary * d
    positions = tokens(spec) * d if spec.positions == "learned" else 0
    last_norm = norm if spec.pre_norm else 0
    return embed + positions + spec.layers * block + last_norm + _linear(d, _classes(spec))


def _macs(spec: TransformerSpec) -> int:
    """Only sums of products: looking an embedding up, norms and softmax count 0."""
    d, kv, ffn, t = spec.d_model, _kv_width(spec), hidden(spec), tokens(spec)
    projections = t * d * (2 * d + 2 * kv)
    attention = 2 * t * t * d  # q k^T, and weights times v
    block = projections + attention + 2 * t * d * ffn
    embed = t * _pixels(spec) * d if spec.source == "patches" else 0
    scored = t if predicts_tokens(spec) else 1
    return embed + spec.layers * block + scored * d * _classes(spec)


def _activation_bytes(spec: TransformerSpec) -> int:
    d, ffn, t = spec.d_model, hidden(spec), tokens(spec)
    stream = t * d
    # its input; then mean and 1 / std of each token, or 1 / rms and the normalized tokens
    norm = stream + (2 * t if spec.norm == "layer" else t + stream)
    dropped = stream if spec.dropout else 0  # which values were kept
    attention = 5 * stream + spec.num_heads * t * t  # x, q, k, v, weights, joined heads
    if spec.positions == "rotary":
        attention += 2 * t * (d // spec.num_heads)  # cos and sin, for q and for k
    feed = stream + (1 if spec.activation in OWN_OUTPUT else 2) * t * ffn
    block = FLOAT32 * (attention + feed + 2 * norm + 2 * dropped)
    if spec.causal:
        block += BOOL * t * t
    patches = spec.source == "patches"
    source = FLOAT32 * spec.in_channels * spec.size**2 if patches else INT64 * t
    last_norm = norm if spec.pre_norm else 0
    head = stream if predicts_tokens(spec) else d
    return source + spec.layers * block + FLOAT32 * (dropped + last_norm + head)


def _inference_bytes(spec: TransformerSpec) -> int:
    """Return the step with the most at once: what goes in and what comes out of it."""
    d, ffn, t = spec.d_model, hidden(spec), tokens(spec)
    scores = spec.num_heads * t * t
    head = t * (d + spec.vocabulary) if predicts_tokens(spec) else d + spec.classes
    stream = 3 if spec.residual else 2  # both sides of the add, and the sum
    steps = [2 * scores, scores + 2 * t * d, 2 * t * ffn, t * (d + ffn), stream * t * d, head]
    if spec.source == "patches":
        steps.append(spec.in_channels * spec.size**2 + t * d)
    return FLOAT32 * max(steps)
