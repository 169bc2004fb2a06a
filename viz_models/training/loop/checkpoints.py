"""All that a run needs to go on, as tensors and plain numbers; never as a pickle."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import torch
from torch import Tensor, nn

from viz_models.language import gettext as _

WEIGHTS = "weights.safetensors"
OPTIMIZER = "optimizer.safetensors"
PROGRESS = "progress.json"
GRADIENTS = "gradients.safetensors"  # of a run that never clears them


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How far a run has come; what is drawn at random follows from its seed and the step."""

    step: int = 0
    seconds: float = 0.0  # of training
    looks: int = 0  # moments taken
    tests: int = 0  # evaluations made
    grown: bool = False
    scale: float = 0.0  # that the loss is multiplied by in float16; 0: it is not
    scaled: int = 0  # steps with it


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Checkpoint:
    """A run between two steps; all tensors on the CPU, its own copies."""

    done: Done
    weights: dict[str, Tensor]  # the network's state dict
    optimizer: dict[str, Tensor]  # "stages.0.0.branch.conv1.weight/momentum_buffer"
    gradients: dict[str, Tensor] = field(default_factory=dict)  # where they add up over all steps

    def files(self) -> dict[str, bytes]:
        """Name -> content; the weights are a safetensors file that any tool opens."""
        from safetensors.torch import save

        return {
            WEIGHTS: save(self.weights),
            OPTIMIZER: save(self.optimizer),
            PROGRESS: json.dumps(asdict(self.done)).encode(),
            **({GRADIENTS: save(self.gradients)} if self.gradients else {}),
        }


def from_files(files: Mapping[str, bytes]) -> Checkpoint:
    """Return what `Checkpoint.files` wrote.

    Raises:
        ValueError: If a file is missing or torn.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return Checkpoint(
            done=Done(**json.loads(files[PROGRESS])),
            weights=load(files[WEIGHTS]),
            optimizer=load(files[OPTIMIZER]),
            gradients=load(files[GRADIENTS]) if GRADIENTS in files else {},
        )
    except (KeyError, TypeError, ValueError, SafetensorError) as trouble:
        raise ValueError(
            _("the checkpoint cannot be read: {trouble}").format(trouble=trouble)
        ) from trouble


def weights_of(net: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the network's state, on the CPU; shared tensors are written out twice."""
    return {name: _copy(t) for name, t in net.state_dict().items()}


def refill(net: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give a network the weights that `weights_of` read.

    Raises:
        ValueError: If they are those of another network.
    """
    try:
        net.load_state_dict(dict(weights))
    except RuntimeError as trouble:
        raise ValueError(_("the checkpoint's weights are those of another network")) from trouble


def memory_of(optimizer: torch.optim.Optimizer, net: nn.Module) -> dict[str, Tensor]:
    """Return a copy of what the optimizer keeps of each parameter, by "parameter/what"."""
    names: dict[Tensor, str] = {p: name for name, p in net.named_parameters()}
    return {
        f"{names[p]}/{key}": _copy(value)
        for p, kept in optimizer.state.items()
        for key, value in kept.items()
        if isinstance(value, Tensor)
    }


def remember(
    optimizer: torch.optim.Optimizer, net: nn.Module, memory: Mapping[str, Tensor]
) -> None:
    """Give an optimizer what `memory_of` read; parameters without memory start afresh."""
    parameters = dict(net.named_parameters())
    for name, value in memory.items():
        parameter, _, key = name.rpartition("/")
        p = parameters[parameter]
        # counters of steps stay on the CPU, as torch keeps them
        kept = value.clone() if key == "step" else value.to(p.device, copy=True)
        if kept.shape == p.shape:
            kept = torch.empty_like(p, memory_format=torch.preserve_format).copy_(kept)
        optimizer.state[p][key] = kept


def with_scale(done: Done, scaler: torch.amp.GradScaler) -> Done:
    """Add what the loss is multiplied by in float16."""
    if not scaler.is_enabled():
        return done
    kept = scaler.state_dict()
    return replace(done, scale=kept["scale"], scaled=kept["_growth_tracker"])


def rescale(scaler: torch.amp.GradScaler, done: Done) -> None:
    """Give a scaler what `with_scale` read."""
    if scaler.is_enabled() and done.scale:
        kept = {"scale": done.scale, "_growth_tracker": done.scaled}
        scaler.load_state_dict(scaler.state_dict() | kept)


def gradients_of(net: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the gradients, on the CPU, by the parameter's name."""
    return {n: _copy(p.grad) for n, p in net.named_parameters() if p.grad is not None}


def add_gradients(net: nn.Module, gradients: Mapping[str, Tensor]) -> None:
    """Give parameters the gradients that `gradients_of` read."""
    parameters = dict(net.named_parameters())
    for name, value in gradients.items():
        p = parameters[name]
        p.grad = torch.empty_like(p, memory_format=torch.preserve_format).copy_(value)


def _copy(value: Tensor) -> Tensor:
    return value.detach().to("cpu", copy=True).contiguous()
