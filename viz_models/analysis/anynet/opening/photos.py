"""A photo in the place of the random numbers that a network for images would get."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.flow.preprocess import PRESET, functional, resized
from viz_models.images import samples
from viz_models.images.decode import decode
from viz_models.language import gettext as _
from viz_models.records import Photo

_LEAST = 16  # pixels: what is smaller is no picture
_CHANNELS = (1, 3)

Given = tuple[tuple[Any, ...], Mapping[str, Any]]


def takes(given: Given) -> bool:
    """Return whether a network is given something that may be a picture."""
    return _first(given) is not None


def shown(name: str, module: nn.Module, given: Given) -> Given:
    """Put a photo in the place of the first picture that a network is given.

    It covers height and width, is scaled to 0..1 and normalized: as timm's network says, else as
    torchvision's classifiers. A network that takes a list of pictures, as torchvision's detectors
    do, normalizes itself. One channel is the mean of three.

    Args:
        name: Of a sample, or a file.
        module: The network.
        given: What it is given otherwise.

    Raises:
        ValueError: With one line, if there is no such photo, or no place for one.
    """
    place = _first(given)
    if place is None:
        raise ValueError(
            _(
                "{name} takes no photo: none of its inputs is a picture of 1 or 3 channels with "
                "{least}×{least} pixels or more"
            ).format(name=type(module).__name__, least=_LEAST)
        )
    args, kwargs = given
    group, key = (kwargs, place) if isinstance(place, str) else (args, place)
    value = group[key]  # type: ignore[index]
    listed = isinstance(value, list | tuple)
    moments = None if listed else _moments(module)
    like = value[0] if listed else value
    seen = _pixels(_photo(name), like.shape[-2], like.shape[-1])
    if moments:
        seen = functional.normalize(seen, *map(list, moments))
    if like.shape[-3] == 1:
        seen = seen.mean(0, keepdim=True)
    seen = seen.expand(like.shape).to(like.dtype).clone()
    new = type(value)([seen, *value[1:]]) if listed else seen
    if isinstance(place, str):
        return args, {**kwargs, place: new}
    return (*args[:place], new, *args[place + 1 :]), kwargs


def _first(given: Given) -> int | str | None:
    places: list[tuple[int | str, Any]] = [*enumerate(given[0]), *given[1].items()]
    for place, value in places:
        first = value[0] if isinstance(value, list | tuple) and value else value
        if _is_picture(first):
            return place
    return None


def _is_picture(value: Any) -> bool:  # noqa: ANN401 (whatever a network takes)
    return (
        isinstance(value, Tensor)
        and value.is_floating_point()
        and value.ndim in (3, 4)
        and value.shape[-3] in _CHANNELS
        and min(value.shape[-2:]) >= _LEAST
    )


def _photo(name: str) -> Photo:
    if name in samples.SAMPLES:
        return samples.load(name)
    file = Path(name)
    if not file.is_file():
        there = ", ".join(samples.SAMPLES)
        raise ValueError(
            _("no such photo: {name}; name a file, or one of {there}").format(
                name=name, there=there
            )
        )
    return decode(file.read_bytes(), file.name)


def _pixels(photo: Photo, height: int, width: int) -> Tensor:
    """Return (3, height, width) in 0..1: the middle of the photo."""
    down, right = photo.pixels.shape[:2]
    short = math.ceil(min(down, right) * max(height / down, width / right))
    whole = resized(photo, short)
    cut = functional.center_crop(whole, [height, width])
    pixels: Tensor = functional.convert_image_dtype(functional.pil_to_tensor(cut), torch.float)
    return pixels


def _moments(module: nn.Module) -> tuple[tuple[float, ...], tuple[float, ...]]:
    said = getattr(module, "pretrained_cfg", None)  # of timm
    if isinstance(said, Mapping) and len(said.get("mean") or ()) == len(PRESET.mean):
        return tuple(said["mean"]), tuple(said["std"])
    return tuple(PRESET.mean), tuple(PRESET.std)
