import shutil

import pytest
from scipy.stats import ttest_rel

from tests.alone import printed_alone
from viz_models.digits import digits
from viz_models.models import weights
from viz_models.records.sequence.translators import TranslateSpec
from viz_models.ui.panels.sequence import translators as panel
from viz_models.ui.panels.sequence.translators_seeds import VERDICTS, gain
from viz_models.ui.results.sequence import translators as results


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm_attention", "rnn"])
def test_the_script_alone_writes_the_page_s_words(tmp_path, model):
    found = results.translation(TranslateSpec(text="i love cats", model=model))
    shown = panel.View(found, results.recorded(), 0)
    (tmp_path / "translators.py").write_text(panel.code(shown), encoding="utf-8")
    file = weights.cards()[panel.weights(shown)].file
    shutil.copy(weights.FOLDER / file, tmp_path)
    said = printed_alone(tmp_path / "translators.py")
    pairs = zip(found.written, found.probability, strict=True)
    assert said.split("\n")[:-1] == [f"{word} {p:.4f}" for word, p in pairs]


def test_what_attention_gains_is_scipys_interval_over_the_long_trainings():
    scores = results.recorded()
    alone, looking = (
        [r.score.exact for r in scores.trained(model)] for model in ("lstm", "lstm_attention")
    )
    found = ttest_rel(looking, alone).confidence_interval(0.95)
    said = gain(scores)
    assert said["long_seeds"] == str(len(alone)) == said["seeds"]
    assert (said["long_low"], said["long_high"]) == tuple(digits(100 * e, 3) for e in found)
    assert said["long_verdict"] == VERDICTS["higher"]


def test_every_network_can_be_chosen_and_has_a_name():
    assert set(panel.NAMES) == {*panel.MODELS.values(), "transformer"}


@pytest.mark.slow
def test_what_cannot_be_read_is_refused_and_the_example_stays(open_page):
    at = open_page("pages/sequence/translators.py")
    for text, said in (
        ("!", "the text has no word"),
        ("cat " * 200, "has 200 words; the limit is 128"),
        ("<pad> <pad>", "which is no word"),
        ("i love kangaroos", "kangaroos"),
    ):
        at.text_input(key="text").set_value(text).run()
        assert any(said in c.value for c in at.caption)
    assert not at.exception
