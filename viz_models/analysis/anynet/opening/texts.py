"""A text of the reader's own for a network that reads words; whole numbers without a tokenizer.

Which of a network's inputs it fills: the one of whole numbers, `input_ids` where there is a name.
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.opening import hugging
from viz_models.analysis.anynet.opening.inputs import whole_numbers
from viz_models.analysis.anynet.opening.sources import Network
from viz_models.records.flow.opened import Reads

Given = tuple[tuple[Any, ...], Mapping[str, Any]]


def read(
    sentence: str, network: Network, tokenizer: str, given: Given
) -> tuple[Given, tuple[str, ...]]:
    """Put a text in the place of a network's whole numbers.

    Args:
        sentence: A text where there is a tokenizer, else whole numbers.
        network: The network, with its tokenizer where it has one.
        tokenizer: A folder or a tokenizer.json; "" for the network's own.
        given: What the network is given otherwise.

    Returns:
        What it is given now, and the tokens; none for whole numbers.

    Raises:
        ValueError: With one line, if there is no place for a text or no tokenizer that can read it.
    """
    place = Path(tokenizer) if tokenizer else network.tokenizer
    if place is None:
        try:
            ids = torch.tensor([whole_numbers(sentence)])
        except ValueError as error:
            raise ValueError(f"there is no tokenizer here: {error}, or use --tokenizer") from error
        return _with_ids(network.module, {"input_ids": ids}, given), ()
    named, tokens = hugging.tokenized(sentence, place)
    return _with_ids(network.module, named, given), tokens


def reads(network: Network, given: Given) -> Reads:
    """Return whether a network has a tokenizer for a text, or at least takes whole numbers."""
    if network.tokenizer is not None:
        return "text"
    return "" if _place_of_ids(*given) is None else "numbers"


def _with_ids(module: nn.Module, named: dict[str, Tensor], given: Given) -> Given:
    args, kwargs = given
    ids = named["input_ids"]
    takes = inspect.signature(module.forward).parameters
    if "input_ids" in takes:
        fitting = {name: value for name, value in named.items() if name in takes}
        kept = {k: v for k, v in kwargs.items() if k.startswith("decoder_")}
        return (), kept | fitting
    place = _place_of_ids(args, kwargs)
    if place is None and (args or kwargs):
        raise ValueError(f"{type(module).__name__} reads no words: it takes no whole numbers")
    if isinstance(place, str):
        return args, {**kwargs, place: ids}
    at = place or 0
    return (*args[:at], ids, *args[at + 1 :]), kwargs


def _place_of_ids(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int | str | None:
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for place, value in places:
        if isinstance(value, Tensor) and value.dtype == torch.int64:
            return place
    return None
