from itertools import pairwise

from viz_models.analysis.sequence.bleu import bleu
from viz_models.figures.sequence import bleu as figures
from viz_models.records.sequence.bleu import BleuSpec


def counted(reference, translation, most=4):
    return bleu(
        BleuSpec(
            reference=tuple(reference.split()),
            translation=tuple(translation.split()),
            max_order=most,
        )
    )


def test_every_ngram_is_one_bar_under_its_words():
    found = counted("a b c d e f", "a b b c d")
    fig = figures.ngrams(found, 4)
    bars = [(base, x) for bar in fig.data for base, x in zip(bar.base, bar.x, strict=True)]
    assert len(bars) == 5 + 4 + 3 + 2
    assert {round(base + x / 2, 2) for base, x in bars if x < 1} == {0.5, 1.5, 2.5, 3.5, 4.5}


def test_bars_of_one_lane_do_not_overlap():
    fig = figures.ngrams(counted("a b c d e f g", "a b c d e f g"), 4)
    lanes = {}
    for bar in fig.data:
        for y, base, x in zip(bar.y, bar.base, bar.x, strict=True):
            lanes.setdefault(y, []).append((base, base + x))
    assert len(lanes) == 1 + 2 + 3 + 4
    for spans in lanes.values():
        ends = sorted(spans)
        assert all(a[1] <= b[0] for a, b in pairwise(ends))


def test_a_clipped_word_is_hatched_and_the_hover_says_why():
    fig = figures.ngrams(counted("the cat", "the the", most=1), 1)
    (hatched,) = [bar for bar in fig.data if bar.marker.pattern.shape == "/"]
    assert "2× in the translation, 1× in the reference" in hatched.customdata[0]


def test_what_somebody_types_is_no_markup():
    fig = figures.ngrams(counted("a", "<b>x</b>", most=1), 1)
    assert fig.layout.xaxis.ticktext == ("<span>&lt;b&gt;x&lt;/b&gt;</span>",)


def test_the_price_of_half_a_precision():
    paper, notes = figures.worth(counted("a b c d", "a b c d")).data
    assert [round(v, 3) for v in paper.y] == [0.159] * 4
    assert [round(v, 3) for v in notes.y] == [0.293, 0.159, 0.083, 0.042]
