"""The static facts of every operation: shapes, windows, cost, receptive field. No photo needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from torch import nn

from viz_models.analysis.anynet.names import base_name
from viz_models.analysis.flow import fields, operations
from viz_models.analysis.flow.plan import Plan, Planned, plan
from viz_models.analysis.pricing import costs
from viz_models.models import registry
from viz_models.records import ModelRef, Pair, ReceptiveField, Step

# what Swin's patch merging puts side by side: Liu et al. 2021, section 3.1, arXiv:2103.14030
_MERGING = {"kernel_size": (2, 2), "stride": (2, 2), "padding": (0, 0), "dilation": (1, 1)}
_LAST, _FIRST = (0, 2, 3, 1), (0, 3, 1, 2)  # where a permutation puts the channels


def steps_of(ref: ModelRef) -> tuple[Step, ...]:
    """Every step of a network in order, the input first, with shapes and costs.

    Shapes come from a run on the meta device: no weights are built, no memory is taken.

    Raises:
        ValueError: If the registry does not have the network.
    """
    registry.card(ref)
    return _steps(ref.architecture)


@lru_cache(maxsize=8)
def _steps(ref: ModelRef) -> tuple[Step, ...]:
    return facts(plan(ref))


def facts(planned: Plan) -> tuple[Step, ...]:
    """Return the same for a network that was planned elsewhere."""
    modules = dict(planned.skeleton.named_modules(remove_duplicate=False))
    tensors = dict(planned.skeleton.named_parameters(remove_duplicate=False))
    steps: dict[str, Step] = {}
    counted: set[nn.Parameter] = set()
    for one in planned.steps:
        module = modules[one.module] if one.module else None
        step = _step(one, module)
        own = module.parameters() if module is not None else ()
        read = (tensors[name] for name in one.reads if name in tensors)
        fresh = {*own, *read} - counted  # used twice, paid for once
        counted |= fresh
        step = replace(
            step,
            parameters=sum(p.numel() for p in fresh),
            channels_last=_channels_last(one, step, steps),
        )
        steps[step.name] = _located(step, steps, operations.windows(one))
    return tuple(steps.values())


def _step(one: Planned, module: nn.Module | None) -> Step:
    inputs = tuple(source.shape for source in one.sources)
    window = _window(module or operations.called(one), inputs, one.shape)
    return Step(
        name=one.name,
        op=operations.kind(one, module),
        group=one.group,
        module=one.module,
        inputs=tuple(source.name for source in one.sources),
        input_shapes=inputs,
        output_shape=one.shape,
        macs=one.macs,
        **(_MERGING if operations.merges_patches(one) else window),
    )


def _channels_last(one: Planned, step: Step, earlier: Mapping[str, Step]) -> bool:
    """Whether the step's shape is H W C: from one permutation to the next."""
    if len(step.output_shape) != 3:
        return False
    if base_name(one.function) == "permute":
        order = one.args[1] if isinstance(one.args[1], list | tuple) else one.args[1:]
        if tuple(order) in (_LAST, _FIRST):
            return tuple(order) == _LAST
    return any(earlier[name].channels_last for name in step.inputs)


def _window(
    module: nn.Module | None, inputs: Sequence[tuple[int, ...]], output: tuple[int, ...]
) -> dict[str, Any]:
    """kernel_size, stride, padding, dilation (and groups) of a step that slides a window."""
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return _adaptive_window(inputs[0][-2:], output[-2:])
    if not isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        return {}
    kernel = _pair(module.kernel_size)
    dilation = (1, 1) if isinstance(module, nn.AvgPool2d) else _pair(module.dilation)
    return {
        "kernel_size": kernel,
        "stride": _pair(module.stride),
        "padding": _padding(module.padding, kernel, dilation),
        "dilation": dilation,
        "groups": module.groups if isinstance(module, nn.Conv2d) else 1,
    }


def _adaptive_window(size: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any]:
    """Its windows are all alike only where the output size divides the input size."""
    if any(i % o for i, o in zip(size, out, strict=True)):
        return {}
    window = (size[0] // out[0], size[1] // out[1])
    return {"kernel_size": window, "stride": window, "padding": (0, 0), "dilation": (1, 1)}


def _padding(padding: Any, kernel: Pair, dilation: Pair) -> Pair:  # noqa: ANN401
    if padding == "same":  # torch puts the odd one at the end
        return dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2
    return (0, 0) if padding == "valid" else _pair(padding)


def _pair(value: Any) -> Pair:  # noqa: ANN401 (torch takes an int or a tuple)
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _located(step: Step, earlier: Mapping[str, Step], windows: fields.Windows | None) -> Step:
    seen: list[ReceptiveField | None] = [earlier[n].receptive_field for n in step.inputs]
    return replace(
        step,
        bytes=costs.output_bytes(step),
        receptive_field=fields.receptive_field(step, seen, windows),
    )
