from dataclasses import replace

import pytest
import torch

from viz_models.models import weights
from viz_models.models.sequence import judge
from viz_models.recipes.sequence import new_task
from viz_models.records.sequence.new_task import WAYS
from viz_models.training.data.acceptable import test_examples as drawn_for_tests


@pytest.mark.parametrize("way", WAYS)
def test_only_what_should_learn_does(way):
    model = judge.build(way, 1)
    before = {name: p.clone() for name, p in model.named_parameters()}
    spec = replace(new_task.SPECS[way], steps=3, batch_size=4)
    examples = new_task.training_examples(8, 0)
    records = list(new_task.train(model, examples, spec))
    assert records[-1].state == "finished"
    moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert "output.weight" in moved
    assert any(name.startswith("encoder.") for name in moved) == (way != "frozen")


def test_the_manifest_says_how_good_the_shipped_judge_is():
    card = weights.cards()[judge.FILE]
    tests = drawn_for_tests(new_task.TEST_SENTENCES, new_task.TEST_SEED)
    right = new_task.accuracy(judge.trained("tuned", 1000), tests)
    assert right == pytest.approx(card.accuracy, abs=1e-3)
