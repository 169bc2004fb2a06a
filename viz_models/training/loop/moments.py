"""Looks inside a network while it takes a step, without changing the step."""

from collections.abc import Callable
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from viz_models.records import Moment

MAX_FILTERS = 64  # of the first layer
MAX_LAYERS = 256


class Look:
    """Watches the layers inside a `with` block that holds a forward and its backward.

    A layer is a module that owns a matrix or a kernel: convolutions, linear and recurrent layers,
    embeddings; norms have only a scale a channel.
    """

    def __init__(self, net: nn.Module) -> None:
        """Keep what the forward moves: the weights and running statistics as they are now."""
        self.layers = layers(net)
        self.means: dict[str, Tensor] = {}  # of outputs, in forward order
        self.stds: dict[str, Tensor] = {}
        self.norms: dict[str, float] = {}  # of gradients
        self.filters = _first_weight(self.layers)
        running = {
            name: module
            for name, module in net.named_modules()
            if isinstance(module, nn.modules.batchnorm._BatchNorm)
        }
        self.running_means = {n: _array(m.running_mean) for n, m in running.items()}
        self.running_variances = {n: _array(m.running_var) for n, m in running.items()}
        self._hooks: list[RemovableHandle] = []

    def __enter__(self) -> "Look":
        """Begin to watch."""
        for name, layer in self.layers.items():
            self._hooks.append(layer.register_forward_hook(self._watcher(name)))
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no hook behind; measure the gradients, which clipping may change next."""
        for hook in self._hooks:
            hook.remove()
        self.norms = {name: _gradient_norm(self.layers[name]) for name in self.means}

    def _watcher(self, name: str) -> Callable[..., None]:
        def seen(module: nn.Module, inputs: Any, output: Tensor | tuple[Tensor, ...]) -> None:  # noqa: ANN401
            values = (output[0] if isinstance(output, tuple) else output).detach().float()
            self.means[name], self.stds[name] = values.mean(), values.std(correction=0)

        return seen

    def moment(self, step: int, samples: int) -> Moment:
        """Return what was seen.

        Args:
            step: Steps taken before.
            samples: Seen before.
        """
        names = tuple(self.means)[:MAX_LAYERS]
        return Moment(
            step=step,
            samples=samples,
            layers=names,
            gradient_norms=tuple(self.norms[name] for name in names),
            activation_means=tuple(self.means[name].item() for name in names),
            activation_stds=tuple(self.stds[name].item() for name in names),
            filters=self.filters,
            running_means=self.running_means,
            running_variances=self.running_variances,
        )


def layers(net: nn.Module) -> dict[str, nn.Module]:
    """Return the modules with a matrix or a kernel of their own, by name."""
    return {
        name: module
        for name, module in net.named_modules()
        if any(p.ndim >= 2 for p in _weights(module))
    }


def _weights(module: nn.Module) -> list[nn.Parameter]:
    return [p for n, p in module.named_parameters(recurse=False) if n.startswith("weight")]


def _gradient_norm(module: nn.Module) -> float:
    """||dL/dW||; 0 where the layer does not train."""
    found = [p.grad for p in _weights(module) if p.grad is not None]
    return nn.utils.get_total_norm(found).item() if found else 0.0


def _first_weight(found: dict[str, nn.Module]) -> np.ndarray:
    first = next(iter(found.values()))
    return _array(_weights(first)[0][:MAX_FILTERS])


def _array(values: Tensor | None) -> np.ndarray:
    if values is None:  # a BatchNorm that keeps no statistics
        return np.empty(0, np.float32)
    return values.detach().float().cpu().contiguous().clone().numpy()
