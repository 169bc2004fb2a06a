"""The trained recurrent translators, one shared copy of each."""

from collections.abc import Iterator
from contextlib import contextmanager

from viz_models.models import registry, weights
from viz_models.models.sequence.translator import RecurrentConfig, RecurrentTranslator
from viz_models.models.shelf import Shelf
from viz_models.models.vocabulary import ENGLISH, FRENCH
from viz_models.records.sequence.translators import RecurrentModel

CONFIGS: dict[RecurrentModel, RecurrentConfig] = {
    "lstm": RecurrentConfig(),
    "lstm_attention": RecurrentConfig(attention=True),
    "rnn": RecurrentConfig(cell="rnn"),
    "rnn_attention": RecurrentConfig(cell="rnn", attention=True),
    "gru": RecurrentConfig(cell="gru"),
    "lstm_32": RecurrentConfig(hidden=32),
    "lstm_16": RecurrentConfig(hidden=16),
}


def entry(name: str) -> str:
    """Return the name of a network's entry in pretrained/manifest.toml."""
    return f"translate_{name}"


@contextmanager
def recurrent(name: RecurrentModel) -> Iterator[RecurrentTranslator]:
    """Lend the English-French recurrent translator of that name: eval, frozen, yours in the block.

    Raises:
        ValueError: If there is none of that name.
    """
    with _SHELF.take(name) as model:
        yield model


def build(name: str, seed: int = 0) -> RecurrentTranslator:
    """Build a fresh, untrained network of your own, in training mode; the same for the same seed.

    Raises:
        ValueError: If there is none of that name.
    """
    if name not in CONFIGS:
        raise ValueError(f"unknown recurrent translator {name!r}; choose {', '.join(CONFIGS)}")
    with registry.seeded(seed):
        return RecurrentTranslator(CONFIGS[name], len(ENGLISH), len(FRENCH))


def _trained(name: str) -> RecurrentTranslator:
    model = build(name)
    model.load_state_dict(weights.load(entry(name)))  # half-precision numbers become float32
    return model


_SHELF: Shelf[RecurrentTranslator] = Shelf(_trained)
