"""Every network of the family tree: torchvision's own, and three that torchvision does not have."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from viz_models.models import zoo
from viz_models.models.vision.architectures_twins import Shuffle
from viz_models.patches.light import torchvision
from viz_models.patches.unfilled import unfilled
from viz_models.records.vision.architectures import FAMILY


def network(name: str) -> nn.Module:
    """Return a network with fresh weights from torch's global generator, in training mode.

    Raises:
        ValueError: If the family tree has no such network.
    """
    known = [a.name for a in FAMILY]
    if name not in known:
        raise ValueError(f"unknown architecture {name!r}; choose {', '.join(known)}")
    return _OWN[name]() if name in _OWN else zoo.network(name)


def skeleton(name: str) -> nn.Module:
    """Return the same network on the meta device, in eval mode; raises as `network` does."""
    with unfilled():
        net = network(name)
    return net.to("meta").eval()


def _conv(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    made = nn.Sequential(conv, nn.BatchNorm2d(outputs))
    return made.append(nn.ReLU(inplace=True)) if act else made


def mobilenet_v1() -> nn.Sequential:
    """Return MobileNet of width 1 (Howard et al. 2017, arXiv:1704.04861, table 1)."""
    widths = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2))
    layers, inputs = [_conv(3, 32, 3, 2)], 32
    for outputs, stride in (*widths, *[(512, 1)] * 5, (1024, 2), (1024, 1)):
        layers.append(_conv(inputs, inputs, 3, stride, groups=inputs))
        layers.append(_conv(inputs, outputs))
        inputs = outputs
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))
    return nn.Sequential(*layers, *head)


class ShuffleUnit(nn.Module):
    """A unit of ShuffleNet v1 (Zhang et al. 2018, arXiv:1707.01083, figure 2)."""

    def __init__(self, inputs: int, outputs: int, stride: int, groups: int, first: int) -> None:
        """Squeeze to a quarter with 1x1 convolutions of `first` groups, widen with `groups`."""
        super().__init__()
        mid, made = outputs // 4, outputs - (inputs if stride == 2 else 0)
        self.squeeze = _conv(inputs, mid, groups=first)
        self.shuffle = Shuffle(groups)
        self.depthwise = _conv(mid, mid, 3, stride, groups=mid, act=False)
        self.widen = _conv(mid, made, groups=groups, act=False)
        self.pool = nn.AvgPool2d(3, 2, 1) if stride == 2 else None

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W): a sum, or side by side where the size is halved."""
        branch = self.widen(self.depthwise(self.shuffle(self.squeeze(x))))
        if self.pool is None:
            return torch.relu(x + branch)
        return torch.relu(torch.cat([self.pool(x), branch], 1))


def shufflenet_v1(groups: int = 3) -> nn.Sequential:
    """Return ShuffleNet 1x with 3 groups (Zhang et al. 2018, arXiv:1707.01083, table 1)."""
    units: list[nn.Module] = []
    inputs = 24
    for outputs, repeats in ((240, 4), (480, 8), (960, 4)):
        for i in range(repeats):
            # stage 2 reads few channels, so its first 1x1 convolution has no groups
            first = 1 if inputs == 24 else groups
            units.append(ShuffleUnit(inputs, outputs, 1 if i else 2, groups, first))
            inputs = outputs
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))
    return nn.Sequential(_conv(3, 24, 3, 2), nn.MaxPool2d(3, 2, 1), *units, *head)


def se_resnet50() -> nn.Module:
    """Return SE-ResNet-50 with reduction 16 (Hu et al. 2018, arXiv:1709.01507, table 2).

    As in the paper's own code, a block that halves the size does so in its first 1x1 convolution;
    torchvision's ResNet50 does so in the 3x3 convolution after it, which costs 6 % more.
    """
    net = torchvision.models.resnet50(weights=None)
    for block in net.modules():
        if isinstance(block, torchvision.models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, (1, 1)
            channels = block.bn3.num_features
            gates = torchvision.ops.SqueezeExcitation(channels, channels // 16)
            block.bn3 = nn.Sequential(block.bn3, gates)
    return net


_OWN: dict[str, Callable[[], nn.Module]] = {
    "se_resnet50": se_resnet50,
    "shufflenet_v1": shufflenet_v1,
    "mobilenet_v1": mobilenet_v1,
}
