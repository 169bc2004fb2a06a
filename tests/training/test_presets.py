"""Presets fit whatever data they are asked for."""

import pytest

from viz_models.records import DataSpec
from viz_models.training.loop import checks, price
from viz_models.training.presets import PRESETS, SAMPLES, preset_for

PICTURES = ("digits", "mnist", "fashion_mnist", "cifar10")


@pytest.mark.parametrize("data", PICTURES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_trained_on_every_set_of_pictures(name, data):
    run = preset_for(name, DataSpec(name=data))
    checks.check(run)
    found = price.price(run)
    assert 0 < found.steps * run.batch_size <= SAMPLES


def test_points_have_presets_too():
    run = preset_for("small-mlp", DataSpec(name="moons"))
    checks.check(run)
    assert run.data.size == 0


def test_digits_are_trained_as_before():
    for name in ("small-cnn", "resnet"):
        assert preset_for(name, DataSpec()) == PRESETS[name]
