"""How steps are named: as torchvision's feature extraction names them, for any network."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from torch import nn
from torch.overrides import resolve_name

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
_PRIVATE = {"torch._C._nn.": "torch.nn.functional.", "torch._VF.": "torch."}
_OVERWRITING = ("add_", "sub_", "mul_", "div_")
_TENSORS = ("T", "mT", "H", "mH", "real", "imag", "data")  # properties that are a tensor
_NO_STEPS = frozenset({
    *("requires_grad_", "retain_grad", "register_hook", "__set__", "__len__", "__bool__"),
    *("size", "dim", "numel", "stride", "is_floating_point", "is_complex", "item", "tolist"),
    *("is_contiguous", "data_ptr", "untyped_storage", "get_device", "element_size", "__format__"),
    *("__repr__", "__int__", "__float__", "__index__", "numpy", "storage_offset", "nelement"),
})  # fmt: skip


def computes(func: Callable[..., Any]) -> bool:
    """Return whether a call may be a step; to read a shape or a single number is none."""
    word = getattr(func, "__name__", "")
    if word == "__get__":
        return getattr(getattr(func, "__self__", None), "__name__", "") in _TENSORS
    return word not in _NO_STEPS


@cache
def function_name(func: Callable[..., Any]) -> str:
    """Return what a call is called: "torch.Tensor.add", "torch.nn.functional.relu"."""
    packet = getattr(func, "_qualified_op_name", "") or str(getattr(func, "_schema", ""))
    if packet:  # one of torch's operators: "torchvision::nms", "aten::softmax.int(Tensor self"
        return packet.partition("(")[0].partition(".")[0].replace("::", ".")
    try:
        name = resolve_name(func) or ""
    except AttributeError:
        name = ""
    name = name or f"{getattr(func, '__module__', '') or 'torch'}.{short_name(func)}"
    for private, public in _PRIVATE.items():
        name = name.replace(private, public)
    return name.removesuffix(".__get__")


def short_name(func: Callable[..., Any]) -> str:
    """Return the last word of a function's name."""
    return getattr(func, "__name__", type(func).__name__)


@cache
def base_name(function: str) -> str:
    """Return what a step is called after its function: `__iadd__` and `add` are both "add"."""
    word = function.rpartition(".")[2]
    if not word.startswith("__"):  # Python turns `y += x` into y.add_(x)
        return word.removesuffix("_") if word in _OVERWRITING else word
    word = word.strip("_")
    overwrites = ("iadd", "isub", "imul", "idiv", "itruediv", "iand", "ior", "ixor", "ipow")
    return word[1:] if word in overwrites else word


def is_leaf(module: nn.Module) -> bool:
    """Return whether a module is one of torch's own: its step has the module's name."""
    return type(module).__module__.startswith("torch.nn") and not isinstance(module, _CONTAINERS)


def unique(names: Sequence[str]) -> list[str]:
    """Return the names, numbered where they come again: relu, relu_1, relu_2."""
    seen: Counter[str] = Counter()
    taken, out = set(names), []
    for name in names:
        number, seen[name] = seen[name], seen[name] + 1
        unused = f"{name}_{number}" if number else name
        while number and unused in taken:  # a module may be called relu_1 itself
            number, seen[name] = number + 1, seen[name] + 1
            unused = f"{name}_{number}"
        taken.add(unused)
        out.append(unused)
    return out


_OPERATORS = {"div": "truediv", "rsub": "sub"}  # torch.fx calls an operator what Python calls it
# torch.fx also numbers the sizes that a forward takes out of a shape, as in `n, c, h, w = x.shape`.
_SIZES_TAKEN = {"VisionTransformer": 5, "RelativePositionalMultiHeadAttention": 4}


def extracted(steps: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names, numbered exactly as torchvision's feature extraction numbers them.

    It takes a number off the end of a name first: a layer norm `ln_1` is called `ln`, and `ln_2`
    is called `ln_1`. Old links carry these names.

    Args:
        steps: Name without a number, and class of the module around, of each step.
    """
    seen: Counter[str] = Counter()
    out = []
    for name, around in steps:
        path, dot, word = re.sub(r"_\d+$", "", name).rpartition(".")
        base = f"{path}{dot}{_OPERATORS.get(word, word)}"
        if base.endswith("getitem") and base not in seen:
            seen[base] = _SIZES_TAKEN.get(around, 0)
        out.append(f"{base}_{seen[base]}" if seen[base] else base)
        seen[base] += 1
    return out
