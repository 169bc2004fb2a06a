"""What torchvision's ResNet weights do to a photo before the network sees it, step by step."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from PIL import Image

from viz_models.images.convert import middle
from viz_models.models import registry
from viz_models.patches.light import torchvision
from viz_models.records import ModelRef, Pair, Photo, Prepared

functional = torchvision.transforms.functional
PRESET: Final = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()
SIDE: Final = PRESET.crop_size[0]
WHOLE: Final = 320  # px, of the picture that shows what is cut out


def prepare_for(photo: Photo, model: ModelRef) -> Prepared:
    """Return what this network's weights do to a photo, as their `transforms()` in torchvision say.

    Raises:
        ValueError: If the registry does not have the network.
    """
    card = registry.card(model)
    return prepare(
        photo,
        model.side,
        resize=card.resize,
        interpolation=card.interpolation,
        moments=(card.mean, card.std),
    )


def prepare(
    photo: Photo,
    side: int = SIDE,
    *,
    resize: int = 0,
    interpolation: str = PRESET.interpolation.value,
    moments: tuple[Sequence[float], Sequence[float]] = (PRESET.mean, PRESET.std),
) -> Prepared:
    """Resize, center crop, scale to 0..1 and normalize.

    Bit for bit `ResNet18_Weights.IMAGENET1K_V1.transforms()` on the same picture, except that a
    strip longer than 64 times its width is first cut to its middle.

    Args:
        photo: (H, W, 3) uint8 pixels of any size from 1x1.
        side: Height and width that the network takes.
        resize: What the short side is first resized to; 0 is 8/7 of the side, so that the crop
            shows the same part of the photo at every size.
        interpolation: How it is resized, "bilinear" or "bicubic".
        moments: What is subtracted from each channel, and what it is divided by.

    Returns:
        Prepared, with the (3, side, side) float32 tensor and what happened on the way.
    """
    whole = resized(photo, resize or round(side * PRESET.resize_size[0] / SIDE), interpolation)
    cropped = functional.center_crop(whole, [side])
    scaled = functional.convert_image_dtype(functional.pil_to_tensor(cropped), torch.float)
    tensor = functional.normalize(scaled, *map(list, moments))

    mean_before, std_before = _moments(scaled)
    mean_after, std_after = _moments(tensor)
    return Prepared(
        tensor=tensor.numpy(),
        cropped=np.array(cropped),
        resized_size=(whole.height, whole.width),
        crop_box=_crop_box((whole.height, whole.width), side),
        mean_before=mean_before,
        std_before=std_before,
        mean_after=mean_after,
        std_after=std_after,
        normalize_mean=tuple(moments[0]),
        normalize_std=tuple(moments[1]),
        whole=_whole(whole, side),
    )


def resized(
    photo: Photo,
    short: int = PRESET.resize_size[0],
    interpolation: str = PRESET.interpolation.value,
) -> Image.Image:
    """Return a photo whose short side has so many pixels; of a long strip only the middle."""
    return functional.resize(
        Image.fromarray(middle(photo.pixels)),
        [short],
        torchvision.transforms.InterpolationMode(interpolation),
        antialias=PRESET.antialias,
    )


def _whole(resized: Image.Image, side: int) -> np.ndarray:
    """Return the whole photo, at most WHOLE pixels long, pale where the crop leaves it out."""
    scale = min(1.0, WHOLE / max(resized.size))
    width, height = (max(1, round(scale * length)) for length in resized.size)
    pixels = np.array(resized.resize((width, height), Image.Resampling.BOX))
    box = _crop_box((resized.height, resized.width), side)
    top, left, bottom, right = (max(0, round(scale * edge)) for edge in box)
    pale = np.ones((height, width), bool)
    pale[top:bottom, left:right] = False
    pixels[pale] = 255 - (255 - pixels[pale]) // 3
    return pixels


def _crop_box(size: Pair, side: int) -> tuple[int, int, int, int]:
    top, left = (round((length - side) / 2) for length in size)  # as torchvision rounds
    return top, left, top + side, left + side


def _moments(x: torch.Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and population standard deviation of each channel of (3, H, W), in float64."""
    std, mean = torch.std_mean(x.double(), dim=(1, 2), correction=0)
    return tuple(mean.tolist()), tuple(std.tolist())
