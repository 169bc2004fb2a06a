"""Weights of a file into a network: never any code, and every name that does not fit is said."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

_INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights")
_PREFIXES = ("module.", "_orig_mod.")
_NAMED = 3  # names of each kind that a refusal says


def read(file: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint by name; safetensors, or what torch.save wrote.

    Raises:
        ValueError: If there is no such file, if it holds code, or no tensors.
    """
    if not file.is_file():
        raise ValueError(f"no such file: {file}")
    try:
        found: Any
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            found = load_file(file)
        else:
            found = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        if type(error).__name__ == "UnpicklingError":  # what torch raises before it runs any code
            raise ValueError(
                f"{file.name} holds code beside its weights, so it is not read; "
                "save net.state_dict() with torch.save and open that"
            ) from error
        said = " ".join(str(error).split())[:160]
        raise ValueError(f"{file.name} is no checkpoint that can be read: {said}") from error
    return _tensors(found, file)


def _tensors(found: Any, file: Path) -> dict[str, Tensor]:  # noqa: ANN401 (whatever is in a file)
    for name in _INSIDE:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    tensors = (
        {str(k): v for k, v in dict(found).items() if isinstance(v, Tensor)}
        if isinstance(found, Mapping)
        else {}
    )
    if not tensors:
        raise ValueError(f"{file.name} holds no tensors by name; save net.state_dict() in it")
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): v for name, v in tensors.items()}
    return tensors


def load(net: nn.Module, tensors: Mapping[str, Tensor], file: str) -> None:
    """Put the tensors of a checkpoint into a network.

    Raises:
        ValueError: If names or shapes do not fit; the line names the first ones of each kind.
    """
    wanted = net.state_dict()
    there = {wanted[name].data_ptr() for name in wanted if name in tensors}
    missing = [  # a weight that is shared may stand in the file under one of its names
        name for name, v in wanted.items() if name not in tensors and v.data_ptr() not in there
    ]
    unknown = [name for name in tensors if name not in wanted]
    wrong = [
        f"{name} ({_shape(tensors[name])}, not {_shape(value)})"
        for name, value in wanted.items()
        if name in tensors and tensors[name].shape != value.shape
    ]
    kinds = (("missing", missing), ("unknown", unknown), ("of another shape", wrong))
    said = [f"{len(found)} {kind}: {_first(found)}" for kind, found in kinds if found]
    if said:
        raise ValueError(
            f"{file} is of another network than {type(net).__name__}: {'; '.join(said)}"
        )
    net.load_state_dict(dict(tensors), strict=False)


def made_to_fit(make: Callable[..., Any], tensors: Mapping[str, Tensor]) -> Any:  # noqa: ANN401
    """Make a network, with as many classes as the last weight of a checkpoint has."""
    try:
        takes = "num_classes" in inspect.signature(make).parameters
    except (TypeError, ValueError):
        takes = False
    last = [v for name, v in tensors.items() if name.endswith("weight") and v.ndim > 1]
    return make(num_classes=len(last[-1])) if takes and last else make()


def _first(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _shape(value: Tensor) -> str:
    return "×".join(map(str, value.shape)) or "one number"
