"""Teach ResNet18 to recognize the ten things of CIFAR-10, in photos of 224 pixels.

The pictures are small (32x32) and computers are slow, so the network first sees them small and
then, phase by phase, as large as it will be used. What it sees is a random part of a picture,
sharp or blurred, so that size and sharpness tell it nothing.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torchvision.models import resnet18

from viz_models.training.data import Dataset

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as on the flow page


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the training in which all pictures have one size."""

    size: int  # pixels, height and width
    samples: int  # seen in this phase, repeats counted
    smallest: float  # share of a picture's area that is seen, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that the trained weights depend on."""

    phases: tuple[Phase, ...] = (
        Phase(size=48, samples=400_000, smallest=0.2),
        Phase(size=64, samples=250_000, smallest=0.2),
        Phase(size=96, samples=80_000, smallest=0.25),
        Phase(size=128, samples=24_000, smallest=0.3),
        Phase(size=224, samples=10_000, smallest=0.4),
    )
    batch_size: int = 125
    lr: float = 0.1  # the highest
    warm_up: float = 0.04  # share of the samples
    momentum: float = 0.9
    weight_decay: float = 5e-4
    smoothing: float = 0.1  # of the labels
    average: float = 0.998  # of the weights: their moving average is what is tested and shipped
    # steps whose weights are kept, to look at
    moments: tuple[int, ...] = (1, 25, 100, 300, 700, 1400, 2300, 3200, 4200, 5200, 5800, 6112)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the training stands after a step."""

    step: int
    steps: int
    size: int  # of the pictures
    loss: float  # of the batch, nats; smoothing included
    accuracy: float  # of the batch, 0..1
    lr: float


class Training:
    """A training that can be stopped after any step and continued from a folder."""

    def __init__(self, recipe: Recipe, data: Dataset) -> None:
        """Fresh weights from the recipe's seed.

        Raises:
            ValueError: If the data is not CIFAR-10.
        """
        if data.classes != CLASSES or data.train_inputs.shape[1:] != (3, 32, 32):
            raise ValueError(
                "the network learns CIFAR-10: pictures of 32x32 pixels in ten folders, "
                f"{', '.join(CLASSES)}"
            )
        torch.manual_seed(recipe.seed)
        self.recipe, self.data, self.step = recipe, data, 0
        self.net = resnet18(num_classes=len(CLASSES)).to(memory_format=torch.channels_last)
        self.averaged = {k: v.clone() for k, v in self.net.state_dict().items()}
        kernels = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim == 1]
        self.optimizer = torch.optim.SGD(
            [
                {"params": kernels, "weight_decay": recipe.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=recipe.lr,
            momentum=recipe.momentum,
            nesterov=True,
        )
        self.sizes = [p for p in recipe.phases for _ in range(p.samples // recipe.batch_size)]

    def steps(self) -> Iterator[Progress]:
        """Train on to the end; each step's order and crops depend on seed and step alone."""
        while self.step < len(self.sizes):
            yield self._one_step()

    def _one_step(self) -> Progress:
        phase = self.sizes[self.step]
        generator = torch.Generator().manual_seed(self.recipe.seed * 10**9 + self.step)
        chosen = self._order()
        inputs = views(self.data.train_inputs[chosen], phase.size, phase.smallest, generator)
        targets = self.data.train_targets[chosen]
        lr = self.recipe.lr * factor(self.step, len(self.sizes), self.recipe.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.net.train()
        logits = self.net(inputs.contiguous(memory_format=torch.channels_last))
        loss = F.cross_entropy(logits, targets, label_smoothing=self.recipe.smoothing)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        self._average()
        right = (logits.argmax(1) == targets).float().mean().item()
        return Progress(
            step=self.step,
            steps=len(self.sizes),
            size=phase.size,
            loss=loss.item(),
            accuracy=right,
            lr=lr,
        )

    def _order(self) -> Tensor:
        """(batch_size,) int64: every picture once in random order, then again."""
        n, size = len(self.data.train_targets), self.recipe.batch_size
        whole = n // size  # batches of a pass
        passed, place = divmod(self.step, whole)
        generator = torch.Generator().manual_seed(self.recipe.seed * 10**6 + passed)
        return torch.randperm(n, generator=generator)[place * size : (place + 1) * size]

    def _average(self) -> None:
        """Young averages forget faster, or the first weights would stay for long."""
        keep = min(self.recipe.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                mean = self.averaged[name]
                if mean.is_floating_point():
                    mean.lerp_(value, 1 - keep)
                else:
                    mean.copy_(value)

    def shipped(self) -> dict[str, Tensor]:
        """The averaged network as it is kept: kernels float16, BatchNorm's buffers float32."""
        return {
            name: value if "running_" in name or not value.is_floating_point() else value.half()
            for name, value in self.averaged.items()
        }

    def save(self, folder: Path) -> None:
        """Write all that continuing needs; a torn file never replaces a whole one."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"net.{k}": v.contiguous() for k, v in self.net.state_dict().items()}
        tensors |= {f"averaged.{k}": v.contiguous() for k, v in self.averaged.items()}
        for i, state in self.optimizer.state_dict()["state"].items():
            tensors[f"momentum.{i}"] = state["momentum_buffer"].contiguous()
        new = folder / "training.new"
        save_file(tensors, new, metadata={"step": json.dumps(self.step)})
        new.replace(folder / "training.safetensors")

    def restore(self, folder: Path) -> None:
        """Continue from where `save` was called.

        Raises:
            OSError: If nothing was saved there.
        """
        from safetensors import safe_open

        with safe_open(folder / "training.safetensors", "pt") as file:
            self.step = json.loads(file.metadata()["step"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no dict)
        self.net.load_state_dict(_under(tensors, "net."))
        self.averaged = _under(tensors, "averaged.")
        whole = self.optimizer.state_dict()
        whole["state"] = {
            int(name): {"momentum_buffer": value}
            for name, value in _under(tensors, "momentum.").items()
        }
        self.optimizer.load_state_dict(whole)


def _under(tensors: dict[str, Tensor], start: str) -> dict[str, Tensor]:
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}


def factor(step: int, steps: int, warm_up: float) -> float:
    """What the learning rate is multiplied by: up in a line, down along a cosine."""
    done = (step + 1) / steps
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))


def views(pixels: Tensor, size: int, smallest: float, generator: torch.Generator) -> Tensor:
    """A random part of each picture, half of them mirrored, as the network's input.

    Args:
        pixels: (N, 3, 32, 32) uint8.
        size: Height and width of what comes out.
        smallest: Share of the area that is seen, at least.
        generator: Of all randomness.

    Returns:
        (N, 3, size, size) float32, normalized as the flow page does it.

    References:
        Random resized crops: section 4 of arXiv:1409.4842.
    """
    n = len(pixels)
    colors = normalized(_toned(pixels.float() / 255, generator))

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(n, generator=generator) * (high - low) + low

    area = uniform(smallest, 1.0)
    aspect = uniform(math.log(3 / 4), math.log(4 / 3)).exp().sqrt()
    width, height = (area.sqrt() * aspect).clamp(max=1), (area.sqrt() / aspect).clamp(max=1)
    mirrored = (torch.rand(n, generator=generator) < 0.5) * -2.0 + 1
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = width * mirrored, height
    theta[:, 0, 2] = (1 - width) * uniform(-1, 1)
    theta[:, 1, 2] = (1 - height) * uniform(-1, 1)
    grid = F.affine_grid(theta, [n, 3, size, size], align_corners=False)
    drawn = int(torch.randint(4, (1,), generator=generator))
    mode = ("bilinear", "bilinear", "bicubic", "nearest")[drawn]  # blurred to sharp edges
    if drawn == 0:  # a picture of which less was known
        small = int(torch.randint(16, 29, (1,), generator=generator))
        colors = F.interpolate(colors, size=(small, small), mode="bilinear", antialias=True)
    return F.grid_sample(colors, grid, mode, padding_mode="reflection", align_corners=False)


def _toned(colors: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness and contrast of each (N, 3, H, W) picture a little changed; some turned gray."""
    n = len(colors)
    gain = torch.rand(n, 1, 1, 1, generator=generator) * 0.6 + 0.7
    shift = torch.rand(n, 1, 1, 1, generator=generator) * 0.3 - 0.15
    middle = colors.mean((1, 2, 3), keepdim=True)
    gray = torch.rand(n, 1, 1, 1, generator=generator) < 0.05
    toned = torch.where(gray, colors.mean(1, keepdim=True), colors)
    return ((toned - middle) * gain + middle + shift).clamp(0, 1)


def normalized(colors: Tensor) -> Tensor:
    """(N, 3, H, W) of 0..1, each channel shifted and scaled as torchvision's ResNet expects."""
    return (colors - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def network(tensors: dict[str, Tensor]) -> nn.Module:
    """The network with these weights, eval and frozen; half precision is widened to float32."""
    net = resnet18(num_classes=len(CLASSES))
    net.load_state_dict(tensors)
    return net.eval().requires_grad_(False)


def share_right(net: nn.Module, data: Dataset, size: int = 224, batch_size: int = 50) -> float:
    """Share of the test pictures that are recognized when enlarged to `size`, 0..1; eval mode."""
    net.eval()
    right = 0
    with torch.no_grad():
        for pixels, targets in zip(
            data.test_inputs.split(batch_size), data.test_targets.split(batch_size), strict=True
        ):
            right += int((net(enlarged(pixels, size)).argmax(1) == targets).sum())
    return right / len(data.test_targets)


def enlarged(pixels: Tensor, size: int = 224) -> Tensor:
    """(N, 3, H, W) uint8 as the network's input, (N, 3, size, size) float32."""
    return normalized(F.interpolate(pixels.float() / 255, size=(size, size), mode="bilinear"))
