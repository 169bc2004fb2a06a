"""A text of the reader's own for a network that reads words; whole numbers without a tokenizer.

Which of a network's inputs it fills: the one of whole numbers, `input_ids` where there is a name.
"""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx import GraphModule

from viz_models.analysis.anynet.opening import hugging
from viz_models.analysis.anynet.opening.inputs import whole_numbers
from viz_models.analysis.anynet.opening.sources import Network
from viz_models.language import gettext as _
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
            raise ValueError(
                _("there is no tokenizer here: {error}, or use --tokenizer").format(error=error)
            ) from error
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
    ids, place = named["input_ids"], _place_of_ids(*given)
    if isinstance(module, GraphModule) and isinstance(place, str):
        return args, _of_same_names(named, kwargs, kwargs[place])
    if isinstance(place, int):  # an exported program takes it where it was when it was exported
        return (*args[:place], ids, *args[place + 1 :]), kwargs
    takes = inspect.signature(module.forward).parameters
    if "input_ids" in takes:
        fitting = {name: value for name, value in named.items() if name in takes}
        kept = {k: v for k, v in kwargs.items() if k.startswith("decoder_")}
        return (), kept | fitting
    if place is None and (args or kwargs):
        raise ValueError(
            _("{name} reads no words: it takes no whole numbers").format(name=type(module).__name__)
        )
    return (args, {**kwargs, place: ids}) if place else ((ids,), kwargs)


def _of_same_names(
    named: dict[str, Tensor], kwargs: Mapping[str, Any], before: Tensor
) -> dict[str, Any]:
    """Return the inputs of an exported program: all that it had, those beside the ids as long."""
    ids = named["input_ids"]
    return {
        name: named.get(name, torch.ones_like(ids) if _is_like(value, before) else value)
        for name, value in kwargs.items()
    }


def _is_like(value: Any, ids: Tensor) -> bool:  # noqa: ANN401
    return isinstance(value, Tensor) and value.shape == ids.shape


def _place_of_ids(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int | str | None:
    places: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    for place, value in places:
        if isinstance(value, Tensor) and value.dtype == torch.int64:
            return place
    return None
