import json

import numpy as np

from viz_models import language
from viz_models.analysis.sequence.bleu import bleu
from viz_models.figures.flow import tensor_flow as flow
from viz_models.figures.sequence import bleu as ngrams
from viz_models.figures.sequence import gates
from viz_models.language import pseudo
from viz_models.records.sequence.bleu import BleuSpec
from viz_models.ui.kit.charts import drawn, kept


def histogram(bins: int):
    counts, edges = np.histogram(np.arange(12.0), bins)

    def make(*, dark: bool):
        return flow.histogram(counts, edges, name="a", dark=dark)

    return kept("test", make, bins, dark=False), kept("test", make, bins, dark=True)


def test_a_figure_is_put_together_once_for_each_choice_and_theme():
    light, dark = histogram(4)
    again, _ = histogram(4)
    other, _ = histogram(3)
    assert again is light
    assert json.loads(light.text)["data"] != json.loads(other.text)["data"]
    assert light != dark


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
