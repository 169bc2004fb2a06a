"""A scene through a captioner, word by word, and one look opened into its arithmetic."""

import numpy as np
import torch

from viz_models.analysis.vision import captions_arithmetic as hand
from viz_models.analysis.vision.captions_quality import cells_of, named_boxes, pictures
from viz_models.images.scenes import scene
from viz_models.models.versions import torch_version
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import WORDS
from viz_models.models.vocabulary import BOS
from viz_models.records.provenance import Provenance
from viz_models.records.vision.captions import Caption, CaptionSpec, OpenedLook

LIKELY = 5  # words that are named at every step


def caption(spec: CaptionSpec) -> Caption:
    """Write a caption greedily, and return what was computed on the way.

    Raises:
        ValueError: With one line for the reader, if the scene cannot be drawn.
    """
    drawn = scene(spec.scene)
    with nets.captioner(spec.net) as model, torch.no_grad():
        image = pictures([drawn])
        grid = model.look_over(image)
        first, _ = model.start(grid)
        written, looks = model.write(image)
        by_hand = hand.tensors(model)
    ids = written[0].tolist()
    cells = grid.cells[0].contiguous().numpy()
    logits = torch.cat([look.logits for look in looks])
    states = torch.cat([first, *(look.h for look in looks[:-1])])
    weights = torch.cat([look.weights for look in looks]).numpy()
    words = tuple(WORDS[i] for i in ids)
    return Caption(
        spec=spec,
        scene=drawn,
        written=words,
        read=(WORDS[BOS], *words[:-1]),
        likely=tuple(_likeliest(row) for row in logits.softmax(-1)),
        cells=cells,
        before=states.numpy(),
        scores=torch.cat([look.scores for look in looks]).numpy(),
        weights=weights,
        contexts=torch.cat([look.context for look in looks]).numpy(),
        on_digit=tuple(
            None if box is None else float(row[cells_of(box)].sum())
            for row, box in zip(weights, named_boxes(drawn, words), strict=True)
        ),
        max_difference=_difference(by_hand, cells, ids, logits.numpy()),
        provenance=Provenance(versions=torch_version()),
    )


def _likeliest(row: torch.Tensor) -> tuple[tuple[str, float], ...]:
    top = row.topk(LIKELY)
    pairs = zip(top.indices.tolist(), top.values.tolist(), strict=True)
    return tuple((WORDS[i], p) for i, p in pairs)


def _difference(
    w: dict[str, np.ndarray], cells: np.ndarray, ids: list[int], theirs: np.ndarray
) -> float:
    """Return the largest distance of our logits to torch's; ours start from torch's grid."""
    h, c = hand.start(w, cells)
    ours = []
    for word in [BOS, *ids[:-1]]:
        look = hand.step(w, cells, word, h, c)
        h, c = look.h, look.c
        ours.append(look.logits)
    return float(np.abs(np.stack(ours) - theirs).max())


def opened(found: Caption, word: int, cell: int) -> OpenedLook:
    """Open how one cell got its weight for one word.

    Args:
        found: By the network with attention.
        word: Which of the T written words, from 0.
        cell: Which of the 64 cells, row by row.

    Raises:
        ValueError: If the network has no attention, or there is no such word or cell.
    """
    if found.spec.net != "attention":
        raise ValueError("without attention there is no score to open; choose attention")
    if not (0 <= word < len(found.written) and 0 <= cell < len(found.cells)):
        raise ValueError(f"there is no word {word} or no cell {cell}")
    with nets.captioner(found.spec.net) as model:
        w = hand.tensors(model)
    cells = found.cells.astype(np.float64)
    v = w["score.v.weight"][0]
    of_cells, of_state = hand.inside(w, cells, found.before[word])
    scores = np.tanh(of_cells + of_state) @ v
    weights = hand.softmax(scores)
    context = weights @ cells
    pairs = (
        (scores, found.scores[word]),
        (weights, found.weights[word]),
        (context, found.contexts[word]),
    )
    straight = np.stack([(of_cells + hand.inside(w, cells, h)[1]) @ v for h in found.before])
    maps = hand.softmax(straight)
    return OpenedLook(
        word=word,
        cell=cell,
        of_cell=of_cells[cell],
        of_state=of_state,
        v=v,
        scores=scores,
        weights=weights,
        context=context,
        difference=max(float(np.abs(a - b).max()) for a, b in pairs),
        without_tanh=float(np.ptp(maps, axis=0).max()),
    )
