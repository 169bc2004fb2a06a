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


def literally(waiting, running, hosted):
    """Again and again the owner with the fewest running, and of these who waits longest."""
    share = Counter(row.owner for row in running)
    left = sorted(waiting, key=lambda row: (row.queued, row.experiment, row.place))
    current = {row.owner: row.experiment for row in running}
    for row in left:
        current.setdefault(row.owner, row.experiment)
    order = []
    while left:
        first = [r for r in left if not hosted or current[r.owner] == r.experiment] or left
        least = min(share[row.owner] for row in first)
        row = next(row for row in first if share[row.owner] == least)
        left.remove(row)
        share[row.owner] += 1
        order.append(row)
    return order


@given(ROWS, ROWS, st.booleans())
def test_the_order_is_what_the_sentence_says(waiting, running, hosted):
    asked = rows(waiting), rows(running), hosted
    assert [r.id for r in fair_order(*asked)] == [r.id for r in literally(*asked)]
