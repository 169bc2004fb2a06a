"""The five likeliest classes, against torch's own topk."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.models import ResNet18_Weights

from viz_models.analysis.flow import prediction as module
from viz_models.analysis.flow.prediction import prediction
from viz_models.models import weights
from viz_models.records import CIFAR10_CLASSES, ModelRef
from viz_models.records.flow.prediction import Guess, Prediction

LABELS = ResNet18_Weights.IMAGENET1K_V1.meta["categories"]


def test_the_top_five_are_torchs_with_torchvisions_names():
    logits = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    found = prediction(ModelRef(), logits.softmax(0).numpy())
    values, indices = logits.softmax(0).topk(5)
    assert [g.index for g in found.top] == indices.tolist()
    assert [g.probability for g in found.top] == pytest.approx(values.tolist())
    assert [g.label for g in found.top] == [LABELS[i] for i in indices]
    assert found.classes == 1000


def test_random_weights_know_nothing_and_have_no_threshold():
    found = prediction(ModelRef(), np.full(1000, 1e-3, np.float32))
    assert not found.trained
    assert found.unsure_below is None
    assert not found.unsure


def test_another_number_of_classes_is_refused():
    with pytest.raises(ValueError, match="1000 probabilities"):
        prediction(ModelRef(), np.ones(10) / 10)


@pytest.mark.parametrize(("below", "unsure"), [(0.5, True), (0.3, False), (None, False)])
def test_a_largest_probability_below_the_threshold_recognizes_nothing(below, unsure):
    top = (Guess(0, "cat", 0.4),)
    found = Prediction(top=top, classes=10, trained=True, unsure_below=below)
    assert found.unsure is unsure


def test_the_threshold_stands_in_the_manifest(tmp_path, monkeypatch):
    names = ("source", "licence", "command", "recipe", "date", "device", "versions", "tested_on")
    entry = dict.fromkeys(names, "") | {"seed": 0, "accuracy": 0.9}
    kept = {"fc.bias": torch.zeros(10)}
    weights.save("resnet18_random", kept, tmp_path, **entry, unsure_below=0.55)
    weights.save("other", kept, tmp_path, **entry)
    found = weights.cards(tmp_path)
    assert found["resnet18_random"].unsure_below == 0.55
    assert found["other"].unsure_below is None
    monkeypatch.setattr(module.weights, "cards", lambda: found)
    assert module.unsure_below(ModelRef()) == 0.55
    assert module.unsure_below(ModelRef(name="alexnet")) is None


def test_it_says_what_the_accuracy_is_a_share_of(tmp_path, monkeypatch):
    demo = ModelRef(weights="demo")
    found = prediction(demo, np.ones(10) / 10)
    assert found.names == CIFAR10_CLASSES
    assert found.tested == "90.1 % of 10000 test pictures of CIFAR-10 enlarged to 224 pixels"
    cards = weights.cards()
    shipped = replace(cards["resnet18_demo"], photos="209 photos", photos_accuracy=0.6)
    monkeypatch.setattr(module.weights, "cards", lambda: cards | {"resnet18_demo": shipped})
    assert prediction(demo, np.ones(10) / 10).tested.endswith(" and 60.0 % of 209 photos")
    many = prediction(ModelRef(), np.ones(1000) / 1000)
    assert (many.names, many.tested) == ((), "")
