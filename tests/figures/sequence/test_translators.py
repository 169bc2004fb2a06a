from viz_models.figures.sequence import translators as figures
from viz_models.recordings.sequence import translators as recordings
from viz_models.records.sequence.translators import LengthScore

NAMES = {"lstm": "LSTM", "lstm_attention": "LSTM with attention"}


def test_all_long_sentences_are_one_group():
    lengths = [LengthScore(words=w, sentences=2, exact=1) for w in (3, 12, 14)]
    assert figures.grouped(lengths) == [(3, 2, 1), (12, 4, 2)]


def test_every_network_has_a_line_and_every_training_a_dot():
    found = recordings.load()
    lines = figures.exact_by_length(found, NAMES, "lstm").data
    assert [line.name for line in lines] == list(NAMES.values())
    for line, model in zip(lines, NAMES, strict=True):
        assert sum(c[1] for c in line.customdata) == found.score(model).sentences
    dots = [t for t in figures.seeds(found, NAMES, dark=True).data if t.mode == "markers"]
    assert [len(d.x) for d in dots] == [5, 5]


def test_the_band_over_seeds_goes_from_the_lowest_to_the_highest_training():
    found = recordings.load()
    words, shares = figures.shares_by_length(found, "lstm_attention")
    assert shares.shape == (len(found.trained("lstm_attention")), len(words))
    first = found.trained("lstm_attention")[0].score.lengths[1]
    assert shares[0][words.index(first.words)] == first.exact / first.sentences
    band, line = figures.seeds_by_length(found, NAMES).data[2:4]
    assert line.name == NAMES["lstm_attention"]
    assert max(band.y) == shares.max()
    assert list(line.y) == list(shares.mean(0))
