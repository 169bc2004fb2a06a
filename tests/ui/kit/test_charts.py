import json
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from viz_models import language
from viz_models.analysis.sequence.bleu import bleu
from viz_models.figures.flow import tensor_flow as flow
from viz_models.figures.sequence import bleu as ngrams
from viz_models.figures.sequence import gates
from viz_models.language import pseudo
from viz_models.records.sequence.bleu import BleuSpec
from viz_models.ui.kit import cache, charts
from viz_models.ui.kit.cache import Store
from viz_models.ui.kit.charts import drawn, kept


@dataclass(frozen=True, eq=False)
class Measured:
    """As a result is: equal to nothing but itself."""

    counts: np.ndarray
    parts: tuple[object, ...] = ()


@pytest.fixture
def store(monkeypatch):
    """A store of this test's own, in place of the one that all sessions share."""
    fresh = Store(limit=1 << 20)
    monkeypatch.setattr(cache, "_store", fresh)
    return fresh


def bars(measured, *, dark=False):
    counts = measured.counts if isinstance(measured, Measured) else measured
    return flow.histogram(np.asarray(counts), np.arange(len(counts) + 1.0), name="a", dark=dark)


def result(store, key, value, *, owner=""):
    store.welcome(owner)
    return store.get((owner, key), lambda: value, lambda _: 10)


def test_a_figure_is_put_together_once_for_each_choice_and_theme(store):
    counts = np.array([1.0, 2.0])
    light = kept(bars, counts, dark=False)
    assert kept(bars, counts.copy(), dark=False) is light
    assert json.loads(light.text)["data"] != json.loads(kept(bars, counts + 1).text)["data"]
    assert kept(bars, counts, dark=True).text != light.text


def test_equal_numbers_of_different_types_are_different_figures():
    names = [charts._name(value) for value in (1, 1.0, True, "1", None, np.float32(1), (1,))]
    assert len(set(names)) == len(names)


def test_what_a_shared_result_holds_is_known_while_it_is_kept(store):
    inner = Measured(np.array([3.0, 4.0]))
    outer = result(store, "a", Measured(np.array([1.0, 2.0]), parts=(inner, [inner])))
    first = kept(bars, outer)
    assert kept(bars, outer) is first
    assert kept(bars, inner) is kept(bars, inner)
    assert charts._name(outer) != charts._name(inner)
    assert kept(bars, Measured(outer.counts)) is not first  # no result: it may belong to somebody


def test_a_result_that_was_computed_anew_is_drawn_anew(store):
    before = kept(bars, result(store, "time", Measured(np.array([1.0, 2.0]))))
    with store._lock:
        store._remove(("", "time"))
    again = result(store, "time", Measured(np.array([5.0, 6.0])))
    after = kept(bars, again)
    assert json.loads(after.text)["data"] != json.loads(before.text)["data"]
    assert kept(bars, again) is after
    assert {id(again), id(again.counts)} <= store._names.keys()


def test_nothing_of_an_upload_is_kept_for_others(store):
    mine = result(store, "photo", Measured(np.array([1.0, 2.0])), owner="me")
    assert charts._name(mine) is charts._NAMELESS
    assert kept(bars, mine) is not kept(bars, mine)
    assert [key for key in store._kept if key[0] == ""] == []


def test_a_function_made_anew_is_not_taken_for_the_one_before(store):
    def made(value):
        return lambda **look: bars(np.array([value, 2.0]), **look)

    assert kept(made(1.0)).text != kept(made(5.0)).text
    first, second = (partial(bars, np.array([value, 2.0])) for value in (1.0, 5.0))
    assert kept(first).text != kept(second).text
    assert kept(first) is kept(partial(bars, np.array([1.0, 2.0])))


def test_words_that_a_network_reads_or_writes_are_not_translated():
    said = ("do", "small")  # the catalog has both, for labels
    with language.speaking(pseudo.NAME):
        assert all(language.numbered(word) != word for word in said)
        on_axis = json.loads(
            drawn(ngrams.ngrams(bleu(BleuSpec(reference=said, translation=said)), 1)).text
        )
        in_notes = json.loads(drawn(gates.reading(said, ("", ""))).text)
    kept_as_is = [f"<span>{word}</span>" for word in said]
    assert on_axis["layout"]["xaxis"]["ticktext"] == kept_as_is
    assert [n["text"] for n in in_notes["layout"]["annotations"] if n.get("text")] == kept_as_is
