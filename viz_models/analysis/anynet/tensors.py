"""Find tensors in whatever a network takes and gives, copy them, and compare them bit by bit."""

import copy
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_PLAIN = (str, bytes, int, float, complex, bool, type(None), torch.dtype, torch.device, type)


def found_in(value: Any) -> list[Tensor]:  # noqa: ANN401 (whatever a network takes or gives)
    """Return every tensor in lists, dicts, dataclasses and objects, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, tuple | list) and all(isinstance(v, (Tensor, *_PLAIN)) for v in value):
        return [v for v in value if isinstance(v, Tensor)]  # the usual case, quickly
    return [tensor for _, tensor in named_in(value)]


def named_in(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:  # noqa: ANN401
    """Yield every tensor with the way to it: "boxes", "0.keys.1"."""
    yield from _walked(value, name, set(), 0)


def _walked(value: Any, name: str, seen: set[int], depth: int) -> Iterator[tuple[str, Tensor]]:  # noqa: ANN401
    if isinstance(value, Tensor):
        yield name, value
        return
    if isinstance(value, (*_PLAIN, nn.Module)) or depth > 8 or id(value) in seen:
        return
    seen.add(id(value))
    for key, part in _parts(value):
        yield from _walked(part, f"{name}.{key}" if name else str(key), seen, depth + 1)


def _parts(value: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return list(enumerate(value))
    if dataclasses.is_dataclass(value) or type(value).__module__ != "builtins":
        return list(getattr(value, "__dict__", {}).items())
    return []


def copied(value: Any, leaves: list[Tensor] | None = None) -> Any:  # noqa: ANN401
    """Return the same arguments with tensors of their own: a network may overwrite what it takes.

    An object that cannot be copied is passed on as it is.

    Args:
        value: Tensors, in lists, tuples, dicts and objects.
        leaves: Where a tensor that a gradient can be taken from is added, for each float tensor; a
            network may overwrite a copy of it, which torch does not allow with the leaf.
    """
    if isinstance(value, Tensor):
        copy_ = value.detach().clone()
        if leaves is None or not (copy_.is_floating_point() or copy_.is_complex()):
            return copy_.requires_grad_(value.requires_grad)
        leaves.append(copy_.requires_grad_())
        return copy_.clone()
    part = functools.partial(copied, leaves=leaves)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(part, value))
    if type(value) in (tuple, list):
        return type(value)(map(part, value))
    if type(value) is dict:
        return {key: part(one) for key, one in value.items()}
    if isinstance(value, (*_PLAIN, nn.Module)):
        return value
    try:
        return copy.deepcopy(value)
    except (TypeError, RuntimeError):
        return value


def difference(ours: Tensor, theirs: Tensor) -> float:
    """Return the largest absolute difference; 0 where every bit that counts is the same.

    NaN equals NaN. Tensors of another shape or dtype differ infinitely.
    """
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return float("inf")
    a, b = plain(ours), plain(theirs)
    if np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"):
        return 0.0
    wide = np.complex128 if a.dtype.kind == "c" else np.float64
    apart = np.abs(a.astype(wide) - b.astype(wide))
    return float(np.nanmax(apart)) if np.isfinite(apart).any() else float("inf")


def plain(value: Tensor) -> np.ndarray:
    """Return a tensor as an array, in float32 where numpy has no such type (bfloat16).

    It lies in the same memory where that is possible.
    """
    value = value.detach()
    if value.dtype is torch.float32 and value.device.type == "cpu" and _is_dense(value):
        usual: np.ndarray = value.numpy()
        return usual
    if value.is_quantized:
        value = value.dequantize()
    if value.layout is not torch.strided:
        value = value.to_dense()
    if value.is_floating_point() and value.dtype.itemsize < 4 and value.dtype != torch.float16:
        value = value.float()
    array: np.ndarray = value.cpu().resolve_conj().resolve_neg().numpy()
    return array


def _is_dense(value: Tensor) -> bool:
    return value.layout is torch.strided and not value.is_neg()
