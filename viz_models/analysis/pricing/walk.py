"""The builder's convolutional network and perceptron, walked operation by operation."""

from contextlib import ExitStack

from viz_models.analysis.pricing.tally import Tally, Value
from viz_models.models.builder import plan
from viz_models.records import ConvSpec, MlpSpec


def convnet(tally: Tally, spec: ConvSpec) -> None:
    """Everything that `models.builder.conv.ConvNet` does with one photo."""
    h = _stem(tally, spec, tally.photo(spec.in_channels, spec.size))
    for stage in plan.stages(spec):
        h = _down(tally, spec, stage, h)
        for block in stage.blocks:
            h = _block(tally, spec, block, h)
    if spec.pre_activation:
        h = _norm_act(tally, spec, h)
    if spec.last_pool != "none":
        h = _pool(tally, h, spec.last_pool)
    _head(tally, spec, h)


def mlp(tally: Tally, spec: MlpSpec) -> None:
    """Everything that `models.builder.mlp.Mlp` does with one photo."""
    h = _layer(tally, spec, tally.photo(spec.in_channels * spec.size**2, 1))
    for _ in range(spec.depth):
        with tally.holding(h):
            f = _layer(tally, spec, h)
            if spec.residual and spec.branch_scale == "depth" and spec.depth > 1:
                f = tally.moved(f)
        h = tally.joined(h, f, add=True) if spec.residual else f
    tally.linear(h, spec.classes)


def _layer(tally: Tally, spec: MlpSpec, h: Value) -> Value:
    h = tally.norm(tally.linear(h, spec.width), spec.norm)
    h = tally.activation(h, spec.activation)
    return tally.dropout(h) if spec.dropout else h


def _norm_act(tally: Tally, spec: ConvSpec, h: Value) -> Value:
    return tally.activation(tally.norm(h, spec.norm, spec.norm_groups), spec.activation)


def _stem(tally: Tally, spec: ConvSpec, h: Value) -> Value:
    conv = plan.stem(spec)
    if conv is None:
        return h
    h = tally.conv(h, conv, bias=spec.bias)
    if spec.stem == "7x7 pool" or not spec.pre_activation:
        h = _norm_act(tally, spec, h)
    return tally.max_pool(h, (h.side - 1) // 2 + 1) if spec.stem == "7x7 pool" else h


def _down(tally: Tally, spec: ConvSpec, stage: plan.Stage, h: Value) -> Value:
    if stage.transition:
        conv = plan.Conv(inputs=stage.inputs, outputs=stage.blocks[0].inputs)
        if spec.pre_activation:
            h = tally.conv(_norm_act(tally, spec, h), conv, bias=spec.bias)
        else:
            h = _norm_act(tally, spec, tally.conv(h, conv, bias=spec.bias))
    return _pool(tally, h, spec.down) if stage.transition or stage.pool else h


def _pool(tally: Tally, h: Value, kind: str) -> Value:
    return tally.max_pool(h, h.side // 2) if kind == "max pool" else tally.avg_pool(h, h.side // 2)


def _block(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    if spec.connect == "plain":
        return _last(tally, spec, _branch(tally, spec, block, h))
    if spec.connect == "split":
        return _split(tally, spec, block, h)
    with tally.holding(h):
        f = _branch(tally, spec, block, h)
        if spec.branch_scale == "depth" and sum(spec.depths) > 1:
            f = tally.moved(f)
    if spec.connect == "dense":
        return tally.joined(h, f, add=False)
    with tally.holding(f):
        skip = _shortcut(tally, spec, block, h)
    return _last(tally, spec, tally.joined(skip, f, add=True))


def _split(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    with tally.holding(h):
        f = _branch(tally, spec, block, tally.half(h) if block.passes else h)
        with tally.holding(f):
            passed = tally.half(h) if block.passes else _beside(tally, spec, block, h)
        joined = tally.joined(passed, f, add=False)
    return tally.moved(joined)


def _beside(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    depthwise, pointwise = plan.beside(spec, block)
    h = tally.conv(h, depthwise, bias=spec.bias)
    h = h if spec.pre_activation else tally.norm(h, spec.norm, spec.norm_groups)
    h = tally.conv(h, pointwise, bias=spec.bias)
    return h if spec.pre_activation else _norm_act(tally, spec, h)


def _last(tally: Tally, spec: ConvSpec, h: Value) -> Value:
    return tally.activation(h, spec.activation) if spec.activate == "sum" else h


def _shortcut(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    if block.stride == 1 and block.inputs == block.outputs:
        return h
    conv = plan.Conv(inputs=block.inputs, outputs=block.outputs, stride=block.stride)
    if spec.shortcut == "pad":
        return tally.moved(h, conv.outputs, conv.side(h.side))
    h = tally.conv(h, conv, bias=spec.bias)
    return h if spec.pre_activation else tally.norm(h, spec.norm, spec.norm_groups)


def _branch(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    with ExitStack() as once_more:
        if spec.checkpoint:
            once_more.enter_context(tally.computed_again(h))
        f = _paths(tally, spec, block, h) if block.paths else _way(tally, spec, block.branch, h)
        return _squeeze_excite(tally, spec, f) if spec.se_ratio else f


def _paths(tally: Tally, spec: ConvSpec, block: plan.Block, h: Value) -> Value:
    """Return what the paths of an Inception block give, side by side."""
    made: list[Value] = []
    with ExitStack() as alive:
        alive.enter_context(tally.holding(h))
        for name, way in zip(plan.PATHS, block.paths, strict=True):
            x = h
            if name == "pool":
                x = tally.max_pool(h, (h.side - 1) // block.stride + 1)
            made.append(_way(tally, spec, way, x))
            alive.enter_context(tally.holding(made[-1]))
    return tally.joined(*made, add=False)


def _way(tally: Tally, spec: ConvSpec, convs: tuple[plan.Conv, ...], h: Value) -> Value:
    shuffled = not spec.shuffle
    for i, conv in enumerate(convs, start=1):
        if spec.pre_activation:
            h = tally.conv(_norm_act(tally, spec, h), conv, bias=spec.bias)
        else:
            h = tally.conv(h, conv, bias=spec.bias)
            h = tally.norm(h, spec.norm, spec.norm_groups)
            h = h if plan.silent(spec, convs, i) else tally.activation(h, spec.activation)
        if conv.groups > 1 and not shuffled:
            h, shuffled = tally.moved(h), True
    return h


def _squeeze_excite(tally: Tally, spec: ConvSpec, h: Value) -> Value:
    gates = tally.linear(tally.mean(h), h.channels // spec.se_ratio)
    gates = tally.linear(tally.activation(gates, "relu"), h.channels)
    return tally.times(h, tally.activation(gates, "sigmoid"))


def _head(tally: Tally, spec: ConvSpec, h: Value) -> None:
    h = _flat(h) if spec.flatten else tally.mean(h)
    for width in spec.hidden:
        h = tally.activation(tally.linear(h, width), spec.activation)
        h = tally.dropout(h) if spec.dropout else h
    tally.linear(h, spec.classes)


def _flat(h: Value) -> Value:
    return Value(h.id, h.channels * h.side**2, learned=h.learned)
