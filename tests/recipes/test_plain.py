import colorsys
from dataclasses import replace

import pytest
import torch

from viz_models.analysis.flow.ablation import branches, layers
from viz_models.analysis.flow.steps import steps_of
from viz_models.models import registry
from viz_models.recipes import plain
from viz_models.recipes.demo_recipe import Phase
from viz_models.recipes.recognize import share_right
from viz_models.records import CIFAR10_CLASSES, ModelRef
from viz_models.training.data.dataset import Dataset


def test_it_is_vgg_11_without_skips():
    steps = steps_of(ModelRef(build=plain.SPEC))
    convolutions = [step for step in steps if step.op == "conv2d"]
    assert [step.output_shape[0] * 4 for step in convolutions] == [64, 128, 256, 256] + 4 * [512]
    assert sum("pool" in step.op for step in steps) == 6  # five that halve, and the mean
    assert branches(steps) == {}
    assert len(layers(steps)) == 8


@pytest.mark.slow
def test_it_learns_to_tell_ten_colors():
    hues = [colorsys.hsv_to_rgb(i / 10, 1, 0.8) for i in range(10)]
    colors = (torch.tensor(hues) * 255).to(torch.uint8)
    targets = torch.arange(60) % 10
    pictures = colors[targets].view(60, 3, 1, 1).expand(60, 3, 32, 32).contiguous()
    data = Dataset(
        train_inputs=pictures,
        train_targets=targets,
        test_inputs=pictures[:10],
        test_targets=targets[:10],
        classes=CIFAR10_CLASSES,
    )
    phases = (Phase(size=48, samples=1600, area=(0.5, 1.0)),)
    recipe = replace(plain.RECIPE, phases=phases, batch_size=20, lr=0.02)
    told = []
    weights = plain.trained(data, lambda done, total: told.append((done, total)), recipe)
    assert told == [(i, 80) for i in range(1, 81)]
    net = registry.build(ModelRef(build=plain.SPEC))
    net.load_state_dict(weights)
    assert share_right(net, data, 48) >= 0.8
