"""Numbers of the lessons that no page shows, computed with the project's own functions."""

from functools import cache

import numpy as np
import torch

from viz_models import load_sample, prepare, trace
from viz_models.analysis.attention.patches import digit_attention
from viz_models.recordings import ablation, flow


@cache
def steps_of_resnet18():
    spec = flow.load().spec
    return trace(spec, prepare(load_sample("cat"), spec.model).tensor).steps


def numbers_of_the_photo():
    channels, height, width = steps_of_resnet18()[0].output_shape
    return [channels * height * width]


def products_of_a_kernel():
    first = steps_of_resnet18()[1]
    return [first.parameters / first.output_shape[0]]


def work_of_resnet18():
    steps = steps_of_resnet18()
    macs = sum(step.macs for step in steps)
    share = sum(step.macs for step in steps if step.op == "conv2d") / macs
    assert share > 0.999
    return [sum(step.parameters for step in steps), macs / 1e6, 99.9]


def a_projection_and_a_3x3():
    steps = {step.name: step for step in steps_of_resnet18()}
    one = steps["layer2.0.downsample.0"]
    into, out = one.input_shapes[0][0], one.output_shape[0]
    assert one.parameters == out * into
    return [9 * one.parameters]


def accuracy_without_a_block():
    resnet, vgg = ablation.load().networks
    parts = {part.part: 100 * part.accuracy for part in resnet.parts}
    plain = [100 * part.accuracy for part in vgg.parts]
    assert all(9.5 <= accuracy < 14.5 for accuracy in plain)
    return [parts["layer3.1.add"], 100 * resnet.whole, ablation.load().images, max(plain) // 1 + 1]


def weights_of_a_head():
    found = digit_attention(np.zeros((1, 8, 8), np.float32), 0)
    rows, columns = found.weights.shape[-2:]
    return [found.grid**2, rows, rows * columns]


def share_that_a_step_leaves():
    return [100 * (1 - torch.nn.BatchNorm2d(1).momentum)]


COMPUTED = {
    "forward.1": numbers_of_the_photo,
    "forward.2": products_of_a_kernel,
    "forward.8": work_of_resnet18,
    "heads.7": weights_of_a_head,
    "norms.5": share_that_a_step_leaves,
    "skips.3": a_projection_and_a_3x3,
    "skips.8": accuracy_without_a_block,
}
