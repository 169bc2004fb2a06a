"""Who is next, against the sentence that says it, read literally."""

from collections import Counter
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from viz_models.runs.reading import fair_order

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 3)), max_size=12
)


def rows(made):
    return [
        SimpleNamespace(owner=owner, experiment=owner + which, queued=when, place=i, id=str(i))
        for i, (owner, which, when) in enumerate(made)
    ]


SERVED = st.dictionaries(st.sampled_from("abc"), st.integers(1, 3))


def literally(waiting, running, served, hosted):
    """Again and again the owner with the fewest running, whose turn was longest ago.

    Of these who waits longest.
    """
    turns = dict(served)
    share = Counter(row.owner for row in running)
    left = sorted(waiting, key=lambda row: (row.queued, row.experiment, row.place))
    current = {row.owner: row.experiment for row in running}
    for row in left:
        current.setdefault(row.owner, row.experiment)
    order = []
    while left:
        first = [r for r in left if not hosted or current[r.owner] == r.experiment] or left
        least = min(share[row.owner] for row in first)
        fewest = [row for row in first if share[row.owner] == least]
        earliest = min(turns.get(row.owner, 0) for row in fewest)
        row = next(row for row in fewest if turns.get(row.owner, 0) == earliest)
        turns[row.owner] = 1000 + len(order)
        left.remove(row)
        share[row.owner] += 1
        order.append(row)
    return order


@given(ROWS, ROWS, SERVED, st.booleans())
def test_the_order_is_what_the_sentence_says(waiting, running, served, hosted):
    asked = rows(waiting), rows(running), served, hosted
    assert [r.id for r in fair_order(*asked)] == [r.id for r in literally(*asked)]
