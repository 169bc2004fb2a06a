"""Weights of a file into a network: never any code, and every name that does not fit is said."""

import inspect
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from viz_models.language import N_
from viz_models.language import gettext as _

_INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights")
_PREFIXES = ("module.", "_orig_mod.")
_MISSING, _UNKNOWN = N_("{count} missing: {names}"), N_("{count} unknown: {names}")
_SHAPED = N_("{count} of another shape: {names}")
_NAMED = 3  # names of each kind that a refusal says


def read(file: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint by name; safetensors, or what torch.save wrote.

    Raises:
        ValueError: If there is no such file, if it holds code, or no tensors.
    """
    if not file.is_file():
        raise ValueError(_("no such file: {file}").format(file=file))
    if _is_packed(file):
        raise ValueError(
            _(
                "{file} is compressed, which torch.save never does, so it is not read: it could "
                "fill the memory; save net.state_dict() with torch.save and open that"
            ).format(file=file.name)
        )
    try:
        found: Any
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            found = load_file(file)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of pickles of another version
                found = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        if type(error).__name__ == "UnpicklingError":  # what torch raises before it runs any code
            raise ValueError(
                _(
                    "{file} holds code beside its weights, so it is not read; "
                    "save net.state_dict() with torch.save and open that"
                ).format(file=file.name)
            ) from error
        raise ValueError(
            _(
                "{file} is no checkpoint that can be read; "
                "it takes .safetensors, or what torch.save wrote"
            ).format(file=file.name)
        ) from error
    return _tensors(found, file)


def _is_packed(file: Path) -> bool:
    """Return whether it is a zip file whose members are larger than they look."""
    try:
        with zipfile.ZipFile(file) as inside:
            return any(m.compress_type != zipfile.ZIP_STORED for m in inside.infolist())
    except zipfile.BadZipFile:
        return False


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
        raise ValueError(
            _("{file} holds no tensors by name; save net.state_dict() in it").format(file=file.name)
        )
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
        (name, tensors[name], value)
        for name, value in wanted.items()
        if name in tensors and tensors[name].shape != value.shape
    ]
    if missing or unknown or wrong:
        _refuse(file, net, {_MISSING: missing, _UNKNOWN: unknown}, wrong)
    net.load_state_dict(dict(tensors), strict=False)


def _refuse(
    file: str,
    net: nn.Module,
    names: Mapping[str, list[str]],
    wrong: list[tuple[str, Tensor, Tensor]],
) -> NoReturn:
    """Raise what does not fit: names by kind; a name with the file's tensor and the network's."""
    raise ValueError(
        _("{file} is of another network than {network}: {said}").format(
            file=file,
            network=type(net).__name__,
            said="; ".join(
                _(kind).format(count=len(found), names=_first(found))
                for kind, found in {
                    **names,
                    _SHAPED: [
                        _("{name} ({shape}, not {wanted})").format(
                            name=name,
                            shape=_shape(given) or _("one number"),
                            wanted=_shape(wanted) or _("one number"),
                        )
                        for name, given, wanted in wrong
                    ],
                }.items()
                if found
            ),
        )
    )


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
    return "×".join(map(str, value.shape))
