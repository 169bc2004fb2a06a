"""Beam search: the best few beginnings of a sentence are carried on, not only the best one."""

import torch

from viz_models.analysis.attention.incremental import Incremental
from viz_models.models.vocabulary import BOS, EOS, FRENCH
from viz_models.records import BeamNode


def search(
    decoder: Incremental, width: int, limit: int
) -> tuple[tuple[BeamNode, ...], tuple[int, ...]]:
    """Extend the `width` best beginnings by one word a step until no better end is possible.

    A hypothesis is worth the sum of the log-probabilities of its words. One that ends leaves the
    beam and takes its place along, so that width 1 is greedy. Sums only fall: once the best
    ended one is worth as much as the best beginning, nothing can pass it.

    Args:
        decoder: Fresh, of one sentence.
        width: Hypotheses kept.
        limit: Words at most; what has not ended by then counts as it is.

    Returns:
        All words tried, and which of them make up the best sentence.

    References:
        Sutskever et al. 2014, section 3.2, arXiv:1409.3215.
    """
    tree: list[BeamNode] = []
    live: list[int] = [-1]
    best = -1
    words = torch.tensor([BOS])
    while live and len(path_to(tree, live[0])) < limit:
        said = decoder.step(words).logits.double().log_softmax(-1)
        tried = _tried(tree, live, said, width, places=_places(tree, width))
        kept = [i for i in tried if tree[i].kept]
        ended = [i for i in kept if tree[i].ended]
        best = max(
            [*ended, *([best] if best >= 0 else [])], key=lambda i: tree[i].total, default=-1
        )
        rows = {node: row for row, node in enumerate(live)}
        live = [i for i in kept if not tree[i].ended]
        if best >= 0:
            live = [i for i in live if tree[i].total > tree[best].total]
        if live:
            decoder.select(torch.tensor([rows[tree[i].parent] for i in live]))
            words = torch.tensor([FRENCH.index(tree[i].token) for i in live])
    if best < 0:
        best = max(live, key=lambda i: tree[i].total)
    return tuple(tree), path_to(tree, best)


def path_to(tree: list[BeamNode] | tuple[BeamNode, ...], node: int) -> tuple[int, ...]:
    """Return the nodes from the first word to this one; none for -1."""
    path: list[int] = []
    while node >= 0:
        path.append(node)
        node = tree[node].parent
    return tuple(reversed(path))


def _places(tree: list[BeamNode], width: int) -> int:
    """Return how many hypotheses may go on; each one that has ended keeps its place."""
    return width - sum(node.kept and node.ended for node in tree)


def _tried(
    tree: list[BeamNode], live: list[int], said: torch.Tensor, width: int, places: int
) -> list[int]:
    """Add the `width` likeliest words after each hypothesis and keep the best of all of them."""
    options = []
    for row, parent in enumerate(live):
        start, step = (tree[parent].total, tree[parent].step + 1) if parent >= 0 else (0.0, 0)
        order = said[row].argsort(descending=True, stable=True)[:width].tolist()
        options += [
            (start + said[row, w].item(), step, parent, w, said[row, w].item()) for w in order
        ]
    ranked = sorted(range(len(options)), key=lambda i: -options[i][0])[:places]
    first = len(tree)
    for i, (total, step, parent, word, own) in enumerate(options):
        tree.append(
            BeamNode(
                step=step,
                parent=parent,
                token=FRENCH[word],
                log_probability=own,
                total=total,
                kept=i in ranked,
                ended=word == EOS,
            )
        )
    return list(range(first, len(tree)))
