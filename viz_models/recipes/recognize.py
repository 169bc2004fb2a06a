"""Teach ResNet18 to recognize the ten things of CIFAR-10, in photos of 224 pixels.

The pictures are small (32x32) and computers are slow, so the network first sees them small and
then, phase by phase, as large as it will be used. What it sees is a random part of a picture,
sharp or blurred, so that size and sharpness tell it nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torch.optim.swa_utils import update_bn
from torchvision.models import resnet18

from viz_models.recipes.demo_recipe import Phase, Recipe
from viz_models.recipes.views import enlarged, views
from viz_models.records import CIFAR10_CLASSES
from viz_models.training.data.dataset import Dataset
from viz_models.training.loop.optimizers import half_cosine
from viz_models.training.loop.placement import fastest


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

    def __init__(self, recipe: Recipe, data: Dataset, net: nn.Module | None = None) -> None:
        """Fresh weights from the recipe's seed.

        Args:
            recipe: How to train.
            data: CIFAR-10.
            net: What to train instead of ResNet18, with weights to begin with.

        Raises:
            ValueError: If the data is not CIFAR-10.
        """
        if data.classes != CIFAR10_CLASSES or data.train_inputs.shape[1:] != (3, 32, 32):
            raise ValueError(
                "the network learns CIFAR-10: pictures of 32x32 pixels in ten folders, "
                f"{', '.join(CIFAR10_CLASSES)}"
            )
        torch.manual_seed(recipe.seed)
        self.recipe, self.data, self.step = recipe, data, 0
        net = net or resnet18(num_classes=len(CIFAR10_CLASSES))
        self.net = net.to(memory_format=torch.channels_last)
        self.low_precision = fastest(torch.device("cpu")) == torch.bfloat16
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
        inputs = views(self.data.train_inputs[chosen], phase.size, phase.area, generator)
        targets = self.data.train_targets[chosen]
        lr = self._lr(phase)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.low_precision):
            logits = self.net(inputs.contiguous(memory_format=torch.channels_last)).float()
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

    def _lr(self, phase: Phase) -> float:
        if phase.lr is not None:
            done = (self.step - self.sizes.index(phase)) / self.sizes.count(phase)
            first, last = phase.lr
            return first + (last - first) * done
        steps = sum(p.lr is None for p in self.sizes)
        return self.recipe.lr * factor(self.step, steps, self.recipe.warm_up, self.recipe.lowest)

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
        """Return the averaged network as it is kept: see `finished`."""
        return finished(self.averaged, self.recipe, self.data)

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


def finished(averaged: dict[str, Tensor], recipe: Recipe, data: Dataset) -> dict[str, Tensor]:
    """Return an averaged network as it is kept: kernels float16, BatchNorm's buffers float32.

    BatchNorm's mean and variance are measured anew, for these weights and `recipe.measured`
    pictures of the last size; those from the training lag behind both.
    """
    halved = {
        name: value if "running_" in name or not value.is_floating_point() else value.half()
        for name, value in averaged.items()
    }
    net = network(halved)
    generator = torch.Generator().manual_seed(recipe.seed)
    order = torch.randperm(len(data.train_targets), generator=generator)
    chosen = data.train_inputs[order[: recipe.measured]]
    last = recipe.phases[-1]
    batches = chosen.split(recipe.batch_size)
    update_bn((views(b, last.size, last.area, generator) for b in batches), net)
    return halved | {k: v for k, v in net.state_dict().items() if "running_" in k}


def averaged_in(folder: Path) -> tuple[int, dict[str, Tensor]]:
    """Return the step at which `Training.save` was called, and the averaged weights of then.

    Raises:
        OSError: If nothing was saved there.
    """
    from safetensors import safe_open

    with safe_open(folder / "training.safetensors", "pt") as file:
        step: int = json.loads(file.metadata()["step"])
        names = [name for name in file.keys() if name.startswith("averaged.")]  # noqa: SIM118
        return step, _under({name: file.get_tensor(name) for name in names}, "averaged.")


def _under(tensors: dict[str, Tensor], start: str) -> dict[str, Tensor]:
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}


def factor(step: int, steps: int, warm_up: float, lowest: float) -> float:
    """Return what the learning rate is multiplied by: up in a line, then down along a cosine.

    The second half goes down in a line, and never below `lowest`: a cosine would leave the last,
    large pictures nothing.
    """
    done = (step + 1) / steps
    if done < warm_up:
        return done / warm_up
    gone = (done - warm_up) / (1 - warm_up)
    return max(half_cosine(1, 0, gone), 1 - gone, lowest)


def network(tensors: dict[str, Tensor]) -> nn.Module:
    """Return the network with these weights, eval and frozen.

    Half precision is widened to float32.
    """
    net = resnet18(num_classes=len(CIFAR10_CLASSES))
    net.load_state_dict(tensors)
    return net.eval().requires_grad_(False)


def share_right(net: nn.Module, data: Dataset, size: int = 224) -> float:
    """Share of the test pictures that are recognized when enlarged to `size`, 0..1; eval mode."""
    _, right = judged(net, data, size)
    return right.float().mean().item()


def judged(
    net: nn.Module, data: Dataset, size: int = 224, batch_size: int = 50
) -> tuple[Tensor, Tensor]:
    """Each of the N test pictures, enlarged to `size`: how sure the network is, and if it is right.

    Returns:
        (N,) float32, the largest probability; (N,) bool, whether it is that of the right class.
    """
    net.eval()
    with torch.no_grad():
        batches = (enlarged(pixels, size) for pixels in data.test_inputs.split(batch_size))
        fast = (inputs.contiguous(memory_format=torch.channels_last) for inputs in batches)
        found = [net(inputs).softmax(1).max(1) for inputs in fast]
    sure, guesses = (torch.cat(parts) for parts in zip(*found, strict=True))
    return sure, guesses == data.test_targets
