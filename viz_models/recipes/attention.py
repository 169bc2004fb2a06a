"""How each network of the lessons on attention is trained, one job a network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from torch import nn

from viz_models.models import text_models, vision_models
from viz_models.models.transformer import LanguageModel, Translator
from viz_models.recipes import language, translate
from viz_models.recipes.fitting import FitSpec
from viz_models.recipes.vision import patches as vision
from viz_models.records import StepRecord
from viz_models.training.data.grammar import test_pairs

What = Literal["translate", "language", "vision"]
TEST_SENTENCES = 2000
TEST_SEED = 1_000_003
LONG = FitSpec(steps=2500, lr=5e-3)
AGAIN = FitSpec(steps=1000, lr=3e-3)  # less, for what begins trained
SHORT = FitSpec(steps=1000, lr=5e-3)
DIGITS = FitSpec(steps=2500, batch_size=64, lr=2e-3)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Job:
    """One network, how to train it, and how good it then is."""

    name: str  # of its entry in the manifest
    model: nn.Module  # trained in place
    recipe: str
    spec: FitSpec
    train: Callable[[], Iterator[StepRecord]]
    test: Callable[[], float]  # 0..1
    tested_on: str
    half: bool = False  # kept, and tested, with every weight rounded to float16


def jobs(what: What, seed: int, steps: int | None = None) -> Iterator[Job]:
    """Return the networks of one kind; read the next only when the last is trained.

    Args:
        what: Which kind.
        seed: Of first weights and examples.
        steps: For every network, instead of its own number.
    """
    made = {"translate": _translators, "language": _language, "vision": _vision}
    return made[what](seed, steps)


def _spec(base: FitSpec, seed: int, steps: int | None) -> FitSpec:
    return replace(base, seed=seed, steps=steps or base.steps)


def _translators(seed: int, steps: int | None) -> Iterator[Job]:
    spec = _spec(LONG, seed, steps)
    first = text_models.build("translate", seed)
    assert isinstance(first, Translator)
    yield _translator("translate", first, spec, "from random weights")
    for kv_heads in (2, 1):
        fewer = translate.pooled_copy(first, kv_heads)
        name = text_models.NAMES[kv_heads]
        how = "from translate with K and V heads averaged in groups"
        # other examples than the first ones, which its weights have seen
        yield _translator(name, fewer, _spec(AGAIN, seed + 1, steps), how)
    orderless = text_models.build(text_models.ORDERLESS, seed)
    assert isinstance(orderless, Translator)
    how = "from random weights, without positions on either side"
    yield _translator(text_models.ORDERLESS, orderless, spec, how, positions=False)


def _translator(
    name: str, model: Translator, spec: FitSpec, how: str, *, positions: bool = True
) -> Job:
    return Job(
        name=name,
        model=model,
        recipe=f"{how}; {told(spec)}; pairs of the grammar in viz_models/training/data/grammar.py",
        spec=spec,
        train=lambda: translate.train(model, spec, positions=positions),
        test=lambda: translate.exact(
            model, test_pairs(TEST_SENTENCES, TEST_SEED), positions=positions
        ),
        tested_on=f"{TEST_SENTENCES} sentences with word pairings never seen in training, exact",
    )


def _language(seed: int, steps: int | None) -> Iterator[Job]:
    spec = _spec(SHORT, seed, steps)
    model = text_models.build("language", seed)
    assert isinstance(model, LanguageModel)
    yield Job(
        name="language",
        model=model,
        recipe=f"from random weights; {told(spec)}; English side of the same grammar",
        spec=spec,
        train=lambda: language.train(model, spec),
        test=lambda: language.accuracy(model, test_pairs(TEST_SENTENCES, TEST_SEED)),
        tested_on=f"next words of {TEST_SENTENCES} sentences with unseen word pairings",
    )


def _vision(seed: int, steps: int | None) -> Iterator[Job]:
    spec = _spec(DIGITS, seed, steps)
    model = vision_models.build(seed)
    yield Job(
        name="vit_digits",
        model=model,
        recipe=f"from random weights; {told(spec)}; digits moved by up to {vision.SHIFT} pixel",
        spec=spec,
        train=lambda: vision.train(model, spec),
        test=lambda: vision.accuracy(model),
        tested_on="the 360 test digits of scikit-learn's 1797",
    )


def told(spec: FitSpec) -> str:
    """Return what the manifest says of how a network was trained."""
    name = f"AdamW with decay {spec.weight_decay:g}" if spec.weight_decay else "Adam"
    return f"{name}, {spec.steps} steps of {spec.batch_size}, rate {spec.lr:g} with warm-up, cosine"
