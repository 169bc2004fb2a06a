"""The trained text networks, one shared copy of each."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Literal, TypeVar, get_args

from torch import nn

from viz_models.models import registry
from viz_models.models.transformer import LanguageModel, TransformerConfig, Translator
from viz_models.models.vocabulary import ENGLISH, FRENCH
from viz_models.records import TextModel

T = TypeVar("T", bound=nn.Module)
KvHeads = Literal[4, 2, 1]
NAMES: dict[KvHeads, TextModel] = {4: "translate", 2: "translate_kv2", 1: "translate_kv1"}
_building = threading.Lock()


def translator(kv_heads: KvHeads = 4) -> AbstractContextManager[Translator]:
    """The English-French translator with so many K/V heads: eval, frozen, yours in the block.

    Raises:
        ValueError: If there is none with so many.
    """
    if kv_heads not in NAMES:
        raise ValueError(f"no translator has {kv_heads} K/V heads; choose 4, 2 or 1")
    return _held(NAMES[kv_heads], Translator)


def language_model() -> AbstractContextManager[LanguageModel]:
    """The English language model: eval, frozen, and yours alone inside the block."""
    return _held("language", LanguageModel)


def build(name: TextModel, seed: int = 0) -> Translator | LanguageModel:
    """A fresh, untrained network of your own, in training mode; the same for the same seed."""
    if name not in get_args(TextModel):
        raise ValueError(f"unknown model {name!r}; choose {', '.join(get_args(TextModel))}")
    with registry.seeded(seed):
        if name == "language":
            return LanguageModel(TransformerConfig(), len(ENGLISH))
        kv_heads = next(k for k, v in NAMES.items() if v == name)
        config = TransformerConfig(num_kv_heads=kv_heads)
        return Translator(config, len(ENGLISH), len(FRENCH))


@contextmanager
def _held(name: TextModel, kind: type[T]) -> Iterator[T]:
    with _building:
        model, lock = _shared(name)
    assert isinstance(model, kind)
    with lock:
        yield model


@cache
def _shared(name: TextModel) -> tuple[nn.Module, threading.Lock]:
    return build(name).eval().requires_grad_(False), threading.Lock()
