"""The question that a step answers, and the answer, with this photo's numbers in it."""

from collections import Counter

import numpy as np

from viz_models.digits import count, digits, percent, shape
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import ModelRef, Step, Trace
from viz_models.ui.results.flow import tensor_flow as results

_HALVING = (2, 2)
_TIME = ("select", "read", "carry", "split", "gate", "tanh", "add", "mul", "rest", "cat")
# μ = 0 and σ² = 1, as torch starts them, divide by √(1 + 1e-5): a relative move of 5e-6.
_UNTRAINED = 1e-5


def kind(step: Step, steps: tuple[Step, ...]) -> str:
    """Which question a step asks: the title of a section of the page's words."""
    if step.in_time:
        return _in_time(step)
    if step.op == "conv2d" and step.kernel_size == (1, 1) and step.stride == _HALVING:
        return "projection"
    if step.op == "linear" and step is not steps[-1]:
        return "linear_inside"
    if step.op == "cat" and not results.is_dense(step, steps):
        return "cat_branches"
    if step.op != "add":
        return step.op
    if not results.is_merge(step, steps):
        return "other"
    return {"x": "add", "W·x": "add_projection"}.get(results.stream_name(step, steps), "add_pad")


def _in_time(step: Step) -> str:
    """Return the section of an operation of a recurrent cell, by what the cell calls it."""
    part = step.name.rpartition(".")[2].rstrip("_0123456789")
    known = {"i": "gate", "f": "gate", "o": "gate", "r": "gate", "z": "gate"}
    known |= {"g": "tanh", "n": "tanh", "sub": "rest", "cat": "cat"}
    found = known.get(part, "split" if step.op == "split" else part)
    return f"time_{found}" if found in _TIME else step.op


def section(step: Step, trace: Trace) -> str:
    """Which section answers it: that of its kind, or a special one for what was measured."""
    if step.name in trace.spec.off.branches:
        return "add_off"
    if step.op == "batch_norm" and _moved(step, trace) < _UNTRAINED * _largest(step, trace):
        return "batch_norm_untrained"
    if step.op == "linear" and step is trace.steps[-1] and is_trained(trace.spec.model):
        return "linear_trained"
    return kind(step, trace.steps)


def is_trained(model: ModelRef) -> bool:
    """Whether its scores can mean anything."""
    return model.weights != "random" or bool(model.trained)


def static_facts(step: Step) -> dict[str, str]:
    """Return what the sentences may name without a forward pass."""
    before = step.input_shapes[0] if step.input_shapes else step.output_shape
    return {
        "name": step.name,
        "c_in": str(_channels(before, step)),
        "do": _("does") if _channels(before, step) == 1 else _("do"),
        "maps_in": _maps(_channels(before, step)),
        "c_out": str(_channels(step.output_shape, step)),
        "in_shape": shape(before),
        "out_shape": shape(step.output_shape),
        "plane": shape(step.output_shape[-2:]),
        "kernel": shape(step.kernel_size or ()),
        "stride": str((step.stride or (1, 1))[0]),
        "count": count(float(np.prod(step.output_shape))),
    }


def _maps(count: int) -> str:
    return _("1 map") if count == 1 else _("{count} maps").format(count=count)


def _channels(sizes: tuple[int, ...], step: Step) -> int:
    """Of maps, the first axis; of tokens, and where channels come last, the last."""
    return sizes[-1] if step.channels_last or len(sizes) == 2 else sizes[0]


def facts(step: Step, trace: Trace) -> dict[str, str]:
    """Return what the sentences may name, measured on this very trace."""
    more = _MORE.get(kind(step, trace.steps).partition("_")[0] if step.op == "add" else step.op)
    return static_facts(step) | (more(step, trace) if more else {})


def window(step: Step) -> str:
    """Kernel, stride and padding in one line, and what else is not as usual."""
    if not step.kernel_size:
        return ""
    parts = [shape(step.kernel_size)]
    parts += [_("stride {stride}").format(stride=max(step.stride))] if step.stride else []
    parts += (
        [_("padding {padding}").format(padding=max(step.padding))]
        if step.padding and max(step.padding)
        else []
    )
    parts += (
        [_("dilation {dilation}").format(dilation=max(step.dilation))]
        if step.dilation and max(step.dilation) > 1
        else []
    )
    parts += [_("groups {groups}").format(groups=step.groups)] if step.groups > 1 else []
    return " · ".join(parts)


def question(section: str, words: dict[str, str]) -> str:
    """Return the bold first line of a section, with the facts filled in."""
    return section.partition("\n")[0].format(**words).strip("* ")


def answer(section: str, words: dict[str, str]) -> str:
    """Return what stands below it, with the facts filled in."""
    return section.partition("\n")[2].format(**words).strip()


def _conv(step: Step, trace: Trace) -> dict[str, str]:
    c_in = step.input_shapes[0][0]
    whole = _("the one input map") if c_in == 1 else _("all {c_in} input maps").format(c_in=c_in)
    own = c_in // step.groups
    part = ngettext("one of the {c_in} input maps", "{own} of the {c_in} input maps", own).format(
        own=own, c_in=c_in
    )
    field = trace.steps[trace.index(step.inputs[0])].receptive_field
    return {
        "per_kernel": whole if step.groups == 1 else part,
        "field_in": str(field.size[0]) if field else "",
    }


def _batch_norm(step: Step, trace: Trace) -> dict[str, str]:
    return {"moved": digits(_moved(step, trace), 2)}


def _moved(step: Step, trace: Trace) -> float:
    return float(np.abs(trace.value(step.name) - trace.value(step.inputs[0])).max())


def _largest(step: Step, trace: Trace) -> float:
    stats = trace.stats[trace.index(step.name)]
    return max(abs(stats.min), abs(stats.max))


def _relu(step: Step, trace: Trace) -> dict[str, str]:
    return {"zeros": percent(trace.stats[trace.index(step.name)].zeros)}


def _cat(step: Step, trace: Trace) -> dict[str, str]:
    maps = [str(shape[0]) for shape in step.input_shapes]
    if len(maps) > 3:
        maps = [
            _("{n} times {size}").format(n=n, size=size) if n > 1 else size
            for size, n in Counter(maps).items()
        ]
    unit = N_("{n} maps") if len(step.output_shape) == 3 else N_("{n} positions")
    return {"maps": _(unit).format(n=_(" and ").join(maps))}


def _max_pool(step: Step, _: Trace) -> dict[str, str]:
    kept = float(np.prod(step.output_shape)) / float(np.prod(step.input_shapes[0]))
    return {"kept": percent(kept)}


def _average_pool(step: Step, _: Trace) -> dict[str, str]:
    (height, width), (h, w) = step.input_shapes[0][1:], step.output_shape[1:]
    return {"window": str(height // h * (width // w))}


def _add(step: Step, trace: Trace) -> dict[str, str]:
    merge = results.merge(trace, step.name)
    total = float(np.linalg.norm(trace.value(step.name).astype(np.float64)))
    before, ways = results.stream(step, trace.steps)
    stride = next((s.stride for s in ways if s.stride), None) or (1, 1)
    return {
        "ratio": digits(merge.ratio, 3),
        "direction": _direction(merge.cosine),
        "sum_ratio": digits(total / merge.stream_norm, 3) if merge.stream_norm else "∞",
        "branch_shape": shape(step.output_shape),
        "before_shape": shape(before.output_shape),
        "stride": str(stride[0]),
    }


def _direction(cosine: float) -> str:
    way = _("points partly the same way") if cosine > 0 else _("points partly against it")
    if abs(cosine) < 0.1:
        way = _("stands almost at right angles to x")
    return _("{way} (cosine {cosine})").format(way=way, cosine=digits(cosine, 2))


_MORE = {
    "conv2d": _conv,
    "batch_norm": _batch_norm,
    "relu": _relu,
    "max_pool2d": _max_pool,
    "adaptive_avg_pool2d": _average_pool,
    "add": _add,
    "cat": _cat,
}
