"""Find a network that somebody else wrote: a file, a package, timm, Hugging Face, a .pt2."""

import importlib
import importlib.util
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.opening import hugging, shipped, weights
from viz_models.analysis.anynet.opening.example import Example
from viz_models.analysis.flow.preprocess import prepare_for
from viz_models.images import samples
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import ModelRef, OpenSpec

# Files of weights, or a ScriptModule.
WEIGHTS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".pkl", ".pickle")
_HOW = N_("name it as my_file.py:MyNet, package:factory, timm:NAME, hf:TYPE or net.pt2")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network that somebody else wrote, with the inputs that it is known to take."""

    module: nn.Module
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: Path | None = None  # a folder


def network(spec: OpenSpec) -> Network:
    """Find a network, make it, and fill it with its weights. This imports, and so runs, its code.

    Raises:
        ValueError: With one line, if it cannot be found, made or filled.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        return _network(spec)


def _network(spec: OpenSpec) -> Network:
    if not spec.source:
        photo = prepare_for(samples.load("cat"), ModelRef())
        return Network(Example().eval(), (torch.tensor(photo.tensor)[None],))
    file = Path(spec.source)
    if file.suffix == ".pt2":
        return _exported(file)
    if file.suffix in WEIGHTS:
        return _scripted(file)
    home, _colon, name = spec.source.partition(":") if not _is_drive(spec.source) else _split(spec)
    if not name:
        there = _nets(_python(str(file), spec.folder)) if file.suffix == ".py" else ""
        raise ValueError(
            _("{source!r} names no network: write {file}:NAME; there is {there}").format(
                source=spec.source, file=file.name, there=there
            )
            if there
            else _("{source!r} names no network: {how}").format(source=spec.source, how=_(_HOW))
        )
    tensors = weights.read(Path(spec.checkpoint)) if spec.checkpoint else {}
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    tokenizer = None
    if home == "timm":
        module, args = _of_timm(name, tensors)
    elif home == "shipped":
        module, args = shipped.made(name)
    elif home == "build":
        module, args = shipped.built(name, spec.seed)
    elif home == "hf":
        module, kwargs, tokenizer = hugging.made(name, with_weights=not tensors)
    else:
        module = _made(_found(home, name, spec.folder), tensors, spec.source)
    if tensors:
        weights.load(module, tensors, Path(spec.checkpoint).name)
    return Network(module.eval().requires_grad_(False), args, kwargs, tokenizer)


def _is_drive(source: str) -> bool:
    return source[1:3] in (":\\", ":/")  # C:\nets\mine.py:MyNet


def _split(spec: OpenSpec) -> tuple[str, str, str]:
    return spec.source.rpartition(":")


def _exported(file: Path) -> Network:
    if not file.is_file():
        raise ValueError(_("no such file: {file}").format(file=file))
    try:
        if not zipfile.is_zipfile(file):  # torch would print a traceback, too
            raise ValueError("no archive")
        program = torch.export.load(file)
    except Exception as error:
        raise ValueError(
            _("{file} is no exported program that torch can read").format(file=file.name)
        ) from error
    args, kwargs = program.example_inputs or ((), {})
    return Network(program.module(), tuple(args), dict(kwargs))


def is_scripted(file: Path) -> bool:
    """Return whether a file is a ScriptModule: a network, not weights alone."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as inside:
        return any(name.endswith("/constants.pkl") for name in inside.namelist())


def _scripted(file: Path) -> Network:
    if not file.is_file():
        raise ValueError(_("no such file: {file}").format(file=file))
    if not is_scripted(file):
        raise ValueError(
            _(
                "{file} is no network but a checkpoint or a pickle, which is not run: name the "
                "class that it fills, my_file.py:MyNet --checkpoint {file}"
            ).format(file=file.name)
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch wants files of torch.export
        return Network(torch.jit.load(file, map_location="cpu").eval())


def _of_timm(name: str, tensors: dict[str, Tensor]) -> tuple[nn.Module, tuple[Any, ...]]:
    timm: Any = hugging.imported("timm")
    try:
        module = weights.made_to_fit(
            lambda num_classes=None: timm.create_model(
                name, **({} if num_classes is None else {"num_classes": num_classes})
            ),
            tensors,
        )
    except Exception as error:
        raise ValueError(
            _("timm cannot make {name!r}: {said}").format(name=name, said=hugging.said(error))
        ) from error
    size = getattr(module, "pretrained_cfg", {}).get("input_size") or (3, 224, 224)
    return module, (torch.randn(1, *size),)


def _found(home: str, name: str, folder: str) -> Any:  # noqa: ANN401 (whatever has that name)
    """Return what a file or a package calls by a name."""
    module = _python(home, folder)
    found = getattr(module, name, None)
    if found is None:
        there = _nets(module)
        raise ValueError(
            _("{home} has no {name!r}; there is {there}").format(home=home, name=name, there=there)
            if there
            else _("{home} has no {name!r}").format(home=home, name=name)
        )
    return found


def _python(home: str, folder: str) -> Any:  # noqa: ANN401
    """Import a file or a package."""
    if folder and folder not in sys.path:
        sys.path.append(folder)  # last: a file there must not hide a library
    try:
        return _imported(Path(home)) if home.endswith(".py") else importlib.import_module(home)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(
            _("{home} cannot be imported: {said}").format(home=home, said=hugging.said(error))
        ) from error


def _imported(file: Path) -> Any:  # noqa: ANN401
    if not file.is_file():
        raise ValueError(_("no such file: {file}").format(file=file))
    sys.path.insert(0, str(file.parent.resolve()))  # what lies beside it can be imported
    try:
        spec = importlib.util.spec_from_file_location(f"opened_{file.stem}", file)
        if spec is None or spec.loader is None:
            raise ValueError(_("{file} is no Python file").format(file=file))
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look there
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


def _nets(module: Any) -> str:  # noqa: ANN401 (of Python)
    """Name the networks of a file or a package: the last eight, for parts stand above wholes."""
    mine = [
        name
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and issubclass(kind, nn.Module)
        and kind.__module__.startswith(module.__name__)
    ]
    return ", ".join(mine[-8:])


def _made(found: Any, tensors: dict[str, Tensor], source: str) -> nn.Module:  # noqa: ANN401
    if not isinstance(found, nn.Module):
        if not isinstance(found, Callable):  # type: ignore[arg-type]
            raise ValueError(_("{source} is no network and makes none").format(source=source))
        try:
            found = weights.made_to_fit(found, tensors)
        except Exception as error:
            raise ValueError(
                _(
                    "{source}() raised {said}; write a function without arguments that makes it, "
                    "and name that"
                ).format(source=source, said=hugging.said(error))
            ) from error
    if not isinstance(found, nn.Module):
        raise ValueError(
            _("{source} makes a {kind}, not a torch.nn.Module").format(
                source=source, kind=type(found).__name__
            )
        )
    return found
