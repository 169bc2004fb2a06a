"""The ResNet18 that is shipped: its file, and that it recognizes what it was trained on."""

import hashlib

import numpy as np
import pytest
import torch
from PIL import Image

from tests.conftest import ROOT
from viz_models.analysis.flow.prediction import prediction
from viz_models.analysis.flow.preprocess import prepare_for
from viz_models.analysis.flow.trace import trace
from viz_models.images import samples
from viz_models.models import registry, weights
from viz_models.recipes.recognize import network
from viz_models.recipes.views import enlarged
from viz_models.recordings.shipped import DEMO, opening
from viz_models.records import CIFAR10_CLASSES, ModelRef, TraceSpec

REF = ModelRef(weights="demo")


def pictures():
    """(200, 3, 32, 32) uint8 and their classes: the first twenty of each in CIFAR-10's test set."""
    sheet = np.asarray(Image.open(ROOT / "tests" / "models" / "cifar10_200.png"))
    rows = sheet.reshape(10, 32, 20, 32, 3).transpose(0, 2, 4, 1, 3)
    pixels = torch.from_numpy(np.ascontiguousarray(rows.reshape(200, 3, 32, 32)))
    return pixels, torch.arange(10).repeat_interleave(20)


def test_the_file_is_the_one_of_the_manifest():
    card = weights.cards()[DEMO]
    content = (weights.FOLDER / card.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == card.sha256
    assert len(content) < 23e6
    assert card.command.startswith("python -m viz_models train-demo")
    assert card.accuracy >= 0.9
    tensors = weights.load(DEMO)
    assert tensors["conv1.weight"].dtype == torch.float16
    assert tensors["layer4.1.bn2.running_var"].dtype == torch.float32


def test_it_is_what_the_flow_page_opens_with():
    assert opening() == REF
    assert registry.card(REF).labels == CIFAR10_CLASSES


@pytest.mark.slow
def test_200_pictures_are_recognized_as_often_as_the_manifest_says():
    pixels, classes = pictures()
    card = weights.cards()[DEMO]
    net = network(weights.load(DEMO))
    with torch.no_grad():
        right = sum(
            int((net(enlarged(some)).argmax(1) == true).sum())
            for some, true in zip(pixels.split(50), classes.split(50), strict=True)
        )
    spread = (card.accuracy * (1 - card.accuracy) / 200) ** 0.5
    assert abs(right / 200 - card.accuracy) < 3 * spread


def test_a_sharp_photo_of_a_cat_is_a_cat():
    found = said("cat")
    assert found.top[0].label == "cat"
    assert not found.unsure


def said(name):
    spec = TraceSpec(image=samples.load(name).ref, model=REF)
    return prediction(REF, trace(spec, prepare_for(samples.load(name), REF).tensor).probabilities)
