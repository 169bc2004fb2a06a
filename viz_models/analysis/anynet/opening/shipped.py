"""This project's own networks, opened by the same recorder: `shipped:translator`, `build:res20`."""

import copy
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from viz_models.analysis.build.probe import inputs
from viz_models.analysis.flow.preprocess import prepare_for
from viz_models.images import digits, samples, scenes
from viz_models.language import gettext as _
from viz_models.models import detectors, registry, text_models, vision_models, vocabulary
from viz_models.models.builder import build
from viz_models.models.builder.presets import preset
from viz_models.models.sequence import masked
from viz_models.models.sequence import shipped as recurrent
from viz_models.models.vision import captioner
from viz_models.records import ModelRef
from viz_models.records.vision.scene import SceneSpec

Made = tuple[nn.Module, tuple[Any, ...]]
_ENGLISH, _FRENCH = "i love cats", ("<bos>", "j'aime", "les", "chats")


def _resnet18() -> Made:
    ref = ModelRef(name="resnet18", weights="demo")
    photo = prepare_for(samples.load("cat"), ref)
    return registry.build(ref), (torch.tensor(photo.tensor)[None],)


def _words() -> tuple[torch.Tensor, torch.Tensor]:
    source = (*vocabulary.tokenize(_ENGLISH).ids, vocabulary.EOS)
    return torch.tensor([source]), torch.tensor([vocabulary.french_ids(_FRENCH)])


def _translator() -> Made:
    with text_models.translator() as model:
        return copy.deepcopy(model), _words()


def _lstm() -> Made:
    with recurrent.recurrent("lstm_attention") as model:
        return copy.deepcopy(model), _words()


def _bert() -> Made:
    pair = tuple(vocabulary.tokenize(text).ids for text in ("the black cat sleeps", "she loves it"))
    with masked.trained("masked_bert") as model:
        return copy.deepcopy(model), tuple(masked.rows([(pair[0], pair[1])]))


def _vit() -> Made:
    with vision_models.digits_vit() as model:
        return copy.deepcopy(model), (torch.tensor(digits.read()[0][:1, None]).float() / 16,)


def _scene() -> torch.Tensor:
    return torch.tensor(scenes.scene(SceneSpec()).image)


def _mask_rcnn() -> Made:
    with detectors.digits_mask_rcnn() as model:
        return copy.deepcopy(model), ([_scene()[None]],)


def _captioner() -> Made:
    with captioner.captioner() as model:
        words = torch.tensor([[captioner.BOS, *captioner.ids("a zero")[:-1]]])
        return copy.deepcopy(model), (_scene()[None, None], words)


SHIPPED: MappingProxyType[str, Callable[[], Made]] = MappingProxyType(
    {
        "resnet18": _resnet18,
        "translator": _translator,
        "lstm": _lstm,
        "bert": _bert,
        "vit": _vit,
        "mask_rcnn": _mask_rcnn,
        "captioner": _captioner,
    }
)


def made(name: str) -> Made:
    """Return a shipped network with its trained weights, and an input that it knows.

    Raises:
        ValueError: If there is none of that name.
    """
    if name not in SHIPPED:
        raise ValueError(
            _("no network {name!r} is shipped; there is {there}").format(
                name=name, there=", ".join(SHIPPED)
            )
        )
    return SHIPPED[name]()


def built(name: str, seed: int) -> Made:
    """Return a network of the builder by the name of its preset, with random weights.

    Raises:
        ValueError: If there is none of that name.
    """
    spec = preset(name)
    return build(spec, seed), (inputs(spec, 1).detach(),)
