"""The trained text networks, one shared copy of each."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, get_args

from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.transformer import LanguageModel, TransformerConfig, Translator
from viz_models.models.vocabulary import ENGLISH, FRENCH
from viz_models.records import TextModel

KvHeads = Literal[4, 2, 1]
NAMES: dict[KvHeads, TextModel] = {4: "translate", 2: "translate_kv2", 1: "translate_kv1"}
ORDERLESS = "translate_orderless"


def translator(kv_heads: KvHeads = 4) -> AbstractContextManager[Translator]:
    """Lend the English-French translator with so many K/V heads, frozen and in eval mode.

    Raises:
        ValueError: If there is none with so many.
    """
    if kv_heads not in NAMES:
        raise ValueError(f"no translator has {kv_heads} K/V heads; choose 4, 2 or 1")
    return _translator(NAMES[kv_heads])


def orderless_translator() -> AbstractContextManager[Translator]:
    """Return the translator that was trained, and is to be run, with `positions=False`."""
    return _translator(ORDERLESS)


@contextmanager
def language_model() -> Iterator[LanguageModel]:
    """Yield the English language model: eval, frozen, and yours alone inside the block."""
    with _SHELF.take("language") as model:
        assert isinstance(model, LanguageModel)
        yield model


@contextmanager
def _translator(name: str) -> Iterator[Translator]:
    with _SHELF.take(name) as model:
        assert isinstance(model, Translator)
        yield model


def build(name: str, seed: int = 0) -> Translator | LanguageModel:
    """Return a fresh, untrained network of your own, in training mode.

    The same for the same seed.
    """
    if name not in (*get_args(TextModel), ORDERLESS):
        raise ValueError(f"unknown model {name!r}; choose {', '.join(get_args(TextModel))}")
    with registry.seeded(seed):
        if name == "language":
            return LanguageModel(TransformerConfig(), len(ENGLISH))
        kv_heads = next((k for k, v in NAMES.items() if v == name), 4)
        config = TransformerConfig(num_kv_heads=kv_heads)
        return Translator(config, len(ENGLISH), len(FRENCH))


def _trained(name: str) -> Translator | LanguageModel:
    model = build(name)
    model.load_state_dict(weights.load(name))
    return model


_SHELF: Shelf[Translator | LanguageModel] = Shelf(_trained)
