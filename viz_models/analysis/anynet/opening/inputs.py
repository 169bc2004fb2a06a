"""What an opened network is given: random numbers of a shape, whole numbers, or a file of numbers.

`3,224,224` is a shape without the batch axis. A name in front says which argument it is, a type
behind it what kind of numbers: `input_ids=16:int`. `[3,17,5]` are these numbers, `x.npy` a file.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.language import N_
from viz_models.language import gettext as _

_VOCABULARY = 100  # whole numbers below it, where a network has no embedding that says how many
_HOW = N_("write --input 3,224,224, --input ids:8, --input name=16:int, --input [3,17,5] or x.npy")
_TYPES = {"": "float", "float": "float", "int": "int", "ids": "int", "bool": "bool"}


def given(
    texts: Sequence[str], module: nn.Module, seed: int, batch: int = 1
) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """Return what the network's forward takes: by position, and by name.

    Args:
        texts: One for each input.
        module: The network; its first embedding says how many whole numbers it knows.
        seed: Of random numbers.
        batch: Size of the axis that is put in front of a shape.

    Raises:
        ValueError: With one line, if a text says no input.
    """
    args: list[Tensor] = []
    kwargs: dict[str, Tensor] = {}
    for text in texts:
        name, _equals, rest = text.rpartition("=")
        made = _input(text, name, rest, module, torch.Generator().manual_seed(seed), batch)
        if not name:
            if kwargs:
                raise ValueError(
                    _("{text!r} has no name, but one before it has: name both").format(text=text)
                )
            args.append(made)
        elif name.isidentifier() and name not in kwargs:
            kwargs[name] = made
        else:
            raise ValueError(
                _("{name!r} is no name of an argument, or it was given twice").format(name=name)
            )
    return tuple(args), kwargs


def _input(
    text: str, name: str, rest: str, module: nn.Module, drawn: torch.Generator, batch: int
) -> Tensor:
    if rest.endswith(".npy"):
        return _of_file(Path(rest))
    if rest.startswith("[") and rest.endswith("]"):
        return torch.tensor([whole_numbers(rest[1:-1])]).expand(batch, -1).clone()
    kind, sizes = _kind_and_sizes(text, rest)
    try:
        shape = (batch, *(int(n) for n in sizes.split(",") if sizes))
    except ValueError as error:
        raise ValueError(_("{text!r} is no shape; {how}").format(text=text, how=_(_HOW))) from error
    if min(shape) < 1:
        raise ValueError(_("{text!r} is no shape; {how}").format(text=text, how=_(_HOW)))
    if kind == "float":
        return torch.randn(shape, generator=drawn)
    if name.endswith("mask"):  # random numbers would hide a part of the input
        return torch.ones(shape, dtype=torch.bool if kind == "bool" else torch.int64)
    if kind == "bool":
        return torch.rand(shape, generator=drawn) < 0.5
    tables = (m.num_embeddings for m in module.modules() if isinstance(m, nn.Embedding))
    return torch.randint(next(tables, _VOCABULARY), shape, generator=drawn)


def _kind_and_sizes(text: str, rest: str) -> tuple[str, str]:
    """Split "16:int" and the older "ids:16" alike."""
    left, _colon, right = rest.partition(":")
    kind, sizes = (left, right) if left in _TYPES and left else (right, left)
    if kind not in _TYPES:
        raise ValueError(_("{text!r} is no shape; {how}").format(text=text, how=_(_HOW)))
    return _TYPES[kind], sizes


def whole_numbers(text: str) -> list[int]:
    """Return the numbers of a text: "3, 17, 5", or with spaces alone.

    Raises:
        ValueError: If one of them is no whole number, or there is none.
    """
    words = text.replace(",", " ").split()
    if not words or not all(word.removeprefix("-").isdecimal() for word in words):
        raise ValueError(
            _("{text!r} are no whole numbers; write 3, 17, 5").format(text=text.strip())
        )
    if max(map(len, words)) > 18:
        raise ValueError(_("a whole number of torch has 18 digits at most"))
    return [int(word) for word in words]


def _of_file(file: Path) -> Tensor:
    try:
        array: Any = np.load(file)
        return torch.from_numpy(array)
    except OSError as error:
        raise ValueError(_("no such file: {file}").format(file=file)) from error
    except (ValueError, TypeError, AttributeError, EOFError) as error:
        raise ValueError(
            _("{file} holds no array of numbers that NumPy can read").format(file=file.name)
        ) from error
