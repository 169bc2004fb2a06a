"""The two networks of the lesson on GANs, a step at a time."""

from dataclasses import fields

import numpy as np
import torch

from viz_models.records import Evaluation
from viz_models.records.train.gan import GanMoment, GanRun, GanSpec
from viz_models.training.gan import plane
from viz_models.training.lessons.training import Tensors, Told, of, set_states, states, under
from viz_models.training.loop import checkpoints

NETS = ("generator", "discriminator")


class GanTraining:
    """Both networks and all their moments; a step's loss and accuracy are the discriminator's."""

    def __init__(self, spec: GanSpec) -> None:
        """Build both networks.

        Raises:
            ValueError: If the spec asks for what cannot be trained.
        """
        self.spec, self.training = spec, plane.PlaneTraining(spec)
        self.total, self.marks = spec.steps, self.training.marks | {1}

    @property
    def over(self) -> bool:
        """Whether all steps were taken."""
        return len(self.training.rows) >= self.total

    def step(self) -> Told:
        """Make one step of each network."""
        self.training.step()
        row = dict(zip(plane.KEPT, self.training.rows[-1], strict=True))
        return Told(
            loss=row["d_loss"],
            accuracy=row["right"],
            lr=plane.RATE[self.spec.optimizer],
            gradient_norm=row["g_gradient"],
        )

    def test(self) -> Evaluation | None:
        """Return nothing: fakes have no right class."""
        return None

    def result(self) -> GanRun:
        """Return the run as far as it has come."""
        return self.training.result()

    def weights(self) -> Tensors:
        """Return both networks."""
        found: Tensors = {}
        for name, net in self._nets():
            found |= under(name, checkpoints.weights_of(net))
        return found

    def memory(self) -> Tensors:
        """Return what both optimizers remember, the moments, and what every step measured."""
        training = self.training
        found: Tensors = {}
        for (name, net), optimizer in zip(self._nets(), training.trainer.optimizers, strict=True):
            found |= under(name, checkpoints.memory_of(optimizer, net))
        for field in fields(GanMoment):
            kept = np.stack([getattr(m, field.name) for m in training.seen])
            found[f"moments:{field.name}"] = torch.from_numpy(kept)
        return found | {
            "rows": torch.tensor(training.rows, dtype=torch.float64),
            "seconds": torch.tensor(training.seconds, dtype=torch.float64),
            "random": states([training.trainer.random]),
        }

    def restore(self, step: int, weights: Tensors, memory: Tensors) -> None:
        """Go on after so many steps."""
        training = self.training
        for (name, net), optimizer in zip(self._nets(), training.trainer.optimizers, strict=True):
            checkpoints.refill(net, of(name, weights))
            checkpoints.remember(optimizer, net, of(name, memory))
        moments = {name: value.numpy() for name, value in of("moments", memory).items()}
        training.seen = [_moment(moments, k) for k in range(len(moments["step"]))]
        training.rows = [tuple(row) for row in memory["rows"].tolist()]
        training.seconds = float(memory["seconds"])
        set_states([training.trainer.random], memory["random"])

    def _nets(self) -> tuple[tuple[str, torch.nn.Module], ...]:
        trainer = self.training.trainer
        return tuple((name, getattr(trainer, name)) for name in NETS)


def _moment(stacked: dict[str, np.ndarray], k: int) -> GanMoment:
    found = {name: values[k] for name, values in stacked.items()}
    found |= {name: found[name].item() for name in ("step", "parts", "near")}
    return GanMoment(**found)
