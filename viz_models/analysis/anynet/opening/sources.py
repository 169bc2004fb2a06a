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
from viz_models.records import ModelRef, OpenSpec

WEIGHTS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")  # files of weights, or a ScriptModule
_HOW = "name it as my_file.py:MyNet, package:factory, timm:NAME, hf:TYPE or net.pt2"


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
    home, _, name = spec.source.partition(":") if not _is_drive(spec.source) else _split(spec)
    if not name:
        raise ValueError(f"{spec.source!r} names no network: {_HOW}")
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
        raise ValueError(f"no such file: {file}")
    try:
        if not zipfile.is_zipfile(file):  # torch would print a traceback, too
            raise ValueError("no archive")
        program = torch.export.load(file)
    except Exception as error:
        raise ValueError(f"{file.name} is no exported program that torch can read") from error
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
        raise ValueError(f"no such file: {file}")
    if not is_scripted(file):
        raise ValueError(
            f"{file.name} is no network but a checkpoint or a pickle, which is not run: name the "
            f"class that it fills, my_file.py:MyNet --checkpoint {file.name}"
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
        raise ValueError(f"timm cannot make {name!r}: {hugging.said(error)}") from error
    size = getattr(module, "pretrained_cfg", {}).get("input_size") or (3, 224, 224)
    return module, (torch.randn(1, *size),)


def _found(home: str, name: str, folder: str) -> Any:  # noqa: ANN401 (whatever has that name)
    """Return what a file or a package calls by a name."""
    if folder and folder not in sys.path:
        sys.path.append(folder)  # last: a file there must not hide a library
    try:
        module = _imported(Path(home)) if home.endswith(".py") else importlib.import_module(home)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"{home} cannot be imported: {hugging.said(error)}") from error
    found = getattr(module, name, None)
    if found is None:
        nets = [k for k, v in vars(module).items() if isinstance(v, type) and _is_net(v)]
        there = f"; there is {', '.join(nets[:5])}" if nets else ""
        raise ValueError(f"{home} has no {name!r}{there}")
    return found


def _imported(file: Path) -> Any:  # noqa: ANN401
    if not file.is_file():
        raise ValueError(f"no such file: {file}")
    sys.path.insert(0, str(file.parent.resolve()))  # what lies beside it can be imported
    try:
        spec = importlib.util.spec_from_file_location(f"opened_{file.stem}", file)
        if spec is None or spec.loader is None:
            raise ValueError(f"{file} is no Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look there
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


def _is_net(kind: type) -> bool:
    return issubclass(kind, nn.Module)


def _made(found: Any, tensors: dict[str, Tensor], source: str) -> nn.Module:  # noqa: ANN401
    if not isinstance(found, nn.Module):
        if not isinstance(found, Callable):  # type: ignore[arg-type]
            raise ValueError(f"{source} is no network and makes none")
        try:
            found = weights.made_to_fit(found, tensors)
        except Exception as error:
            hint = "; write a function without arguments that makes it, and name that"
            raise ValueError(f"{source}() raised {hugging.said(error)}{hint}") from error
    if not isinstance(found, nn.Module):
        raise ValueError(f"{source} makes a {type(found).__name__}, not a torch.nn.Module")
    return found
