from dataclasses import replace
from itertools import islice, pairwise
from typing import get_args

import pytest
import torch

from viz_models.__main__ import main
from viz_models.models import weights
from viz_models.models.sequence import shipped
from viz_models.models.vocabulary import EOS, PAD
from viz_models.recipes.fitting import FitSpec
from viz_models.recipes.sequence import translators
from viz_models.records.sequence.translators import RecurrentModel

SMALL = FitSpec(steps=6, batch_size=8, lr=5e-3, seed=3)


def test_sentences_of_one_batch_are_of_similar_length():
    drawn = tuple(islice(translators.batches(SMALL), 12))
    lengths = [(b.words != PAD).sum(1) for b in drawn[:6]]
    shortest = sorted((int(n.min()), int(n.max())) for n in lengths)
    assert all(a[1] <= b[0] for a, b in pairwise(shortest))
    for b in drawn[6:]:  # the same batches again
        assert any(b.source is c.source for c in drawn[:6])
    assert all((b.source == EOS).sum() == 8 for b in drawn)


def test_training_makes_the_loss_smaller_and_is_the_same_again():
    spec = replace(SMALL, steps=25)
    model = shipped.build("lstm_attention", 1)
    records = list(translators.train(model, spec))
    assert records[-1].state == "finished"
    assert records[-1].loss < records[0].loss - 0.5
    again = shipped.build("lstm_attention", 1)
    assert [r.loss for r in translators.train(again, spec)] == [r.loss for r in records]


def test_every_network_has_a_job():
    for name in get_args(RecurrentModel):
        made = translators.job(name, 2, 5)
        assert (made.name, made.half) == (f"translate_{name}", True)
        assert (made.spec.seed, made.spec.steps) == (2, 5)


@pytest.mark.slow
def test_what_is_trained_is_kept_in_half_precision(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(translators, "TEST_SENTENCES", 20)
    assert main(["train-sequence", "lstm_16", "--steps", "2", "--into", str(tmp_path)]) == 0
    assert "translate_lstm_16" in capsys.readouterr().out
    card = weights.cards(tmp_path)["translate_lstm_16"]
    assert card.command == "python -m viz_models train-sequence lstm_16 --seed 0 --steps 2"
    loaded = weights.load("translate_lstm_16", tmp_path)
    assert {t.dtype for t in loaded.values()} == {torch.float16}
    shipped.build("lstm_16").load_state_dict(loaded)


def test_bad_input_is_told_in_one_line(capsys):
    with pytest.raises(SystemExit):
        main(["train-sequence", "sound"])
    assert "lstm_attention" in capsys.readouterr().err
