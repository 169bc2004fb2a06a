"""Cover the cells that a word looked at, and see what becomes of the caption."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from viz_models.analysis.vision.captions_quality import pictures, scenes
from viz_models.images.scenes import background
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import GRID, STRIDE, Captioner
from viz_models.records.vision.captions import COVERED, Caption, Covered, CoverQuality
from viz_models.records.vision.scene import NAMES, Scene, SceneSpec

SCENES = 500  # unseen ones
FIRST = 10_000  # seed of the first; none of the scenes that the captioners are tested on
AT_ONCE = 250


def looked_at(weights: np.ndarray) -> tuple[int, ...]:
    """Return the fewest cells of (L,) weights that hold COVERED of the whole, heaviest first."""
    order = np.argsort(-weights, kind="stable")
    held = np.cumsum(weights[order])
    return tuple(order[: int(np.searchsorted(held, COVERED * held[-1])) + 1].tolist())


def as_many_others(cells: Sequence[int], seed: int) -> tuple[int, ...]:
    """Choose as many other cells at random, or all that are left; the same for the same seed."""
    rest = [i for i in range(GRID**2) if i not in cells]
    chosen = np.random.default_rng(seed).permutation(rest)[: len(cells)]
    return tuple(sorted(chosen.tolist()))


def with_background(shown: Scene, spec: SceneSpec, cells: Sequence[int]) -> np.ndarray:
    """(64, 64) float32: the scene with what stands behind its digits, in these cells."""
    mask = np.zeros(GRID**2, bool)
    mask[list(cells)] = True
    hidden = np.kron(mask.reshape(GRID, GRID), np.ones((STRIDE, STRIDE), bool))
    return np.where(hidden, background(spec), shown.image).astype(np.float32)


def covered(found: Caption, word: int) -> tuple[Covered, Covered]:
    """Cover what one word looked at, and as many other cells; write both captions again.

    Args:
        found: By the network with attention.
        word: Which of the T written words, from 0.

    Raises:
        ValueError: If the network has no attention, or there is no such word.
    """
    if found.spec.net != "attention":
        raise ValueError("without attention every cell counts the same; choose attention")
    if not 0 <= word < len(found.written):
        raise ValueError(f"there is no word {word}")
    weights = found.weights[word]
    looked = looked_at(weights)
    both = (looked, as_many_others(looked, found.spec.scene.seed))
    images = [with_background(found.scene, found.spec.scene, cells) for cells in both]
    with nets.captioner(found.spec.net) as model:
        sentences = _written(model, images)
    return tuple(  # type: ignore[return-value]
        Covered(
            cells=cells,
            weight=float(weights[list(cells)].sum()),
            image=image,
            sentence=sentence,
            keeps=_word(sentence, word) == found.written[word],
        )
        for cells, image, sentence in zip(both, images, sentences, strict=True)
    )


def _written(model: Captioner, images: Sequence[np.ndarray]) -> list[str]:
    said: list[str] = []
    with torch.no_grad():
        for start in range(0, len(images), AT_ONCE):
            stack = np.stack(images[start : start + AT_ONCE])
            written, _ = model.write(torch.from_numpy(stack)[:, None])
            said += [nets.said(ids) for ids in written.tolist()]
    return said


def _word(sentence: str, at: int) -> str:
    words = [*sentence.split(), "<eos>"]
    return words[at] if at < len(words) else ""


class _Name(NamedTuple):
    """A digit's name in a caption that is right, and the scene with its cells covered."""

    at: int  # its place among the words
    second: int | None  # the place of the other digit's name
    before: str  # the caption
    cells: int
    looked: np.ndarray  # (64, 64) what the name looked at is covered
    others: np.ndarray  # (64, 64) as many others are


def quality(model: Captioner, count: int = SCENES) -> CoverQuality:
    """Cover cells for every name in the captions of unseen scenes that are right at first.

    Args:
        model: The captioner with attention, in eval mode.
        count: Scenes; those that are described wrong are left out.
    """
    shown = scenes(count, FIRST)
    with torch.no_grad():
        written, looks = model.write(pictures(shown))
    weights = torch.stack([look.weights for look in looks], 1).numpy()
    pairs = zip(shown, written.tolist(), weights, strict=True)
    right = [(one, rows) for one, ids, rows in pairs if nets.said(ids) == one.sentence]
    names = [name for one, rows in right for name in _names(one, rows)]
    looked, others = (
        _written(model, part) for part in ([n.looked for n in names], [n.others for n in names])
    )
    second = [(n.before, new, n.second) for n, new in zip(names, looked, strict=True)]
    return CoverQuality(
        scenes=len(right),
        names=len(names),
        cells=float(np.mean([n.cells for n in names])),
        looked=_changed((n.before, new, n.at) for n, new in zip(names, looked, strict=True)),
        others=_changed((n.before, new, n.at) for n, new in zip(names, others, strict=True)),
        second=sum(at is not None for _, _, at in second),
        second_changed=_changed(second),
    )


def _names(shown: Scene, weights: np.ndarray) -> Iterator[_Name]:
    words = shown.sentence.split()
    places = [at for at, word in enumerate(words) if word in NAMES]
    for at in places:
        cells = looked_at(weights[at])
        looked, others = (
            with_background(shown, shown.spec, chosen)
            for chosen in (cells, as_many_others(cells, shown.spec.seed))
        )
        second = next((other for other in places if other != at), None)
        yield _Name(at, second, shown.sentence, len(cells), looked, others)


def _changed(pairs: Iterable[tuple[str, str, int | None]]) -> int:
    """Count how often the word at a place differs between two captions."""
    return sum(at is not None and _word(a, at) != _word(b, at) for a, b, at in pairs)
