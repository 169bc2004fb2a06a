"""One network of the lesson on regularization, a step at a time."""

import torch
from torch import Tensor

from viz_models.records import Evaluation
from viz_models.records.train.regularization import RegularizedRun, RegularizeSpec
from viz_models.training.lessons.training import Tensors, Told, of, set_states, states, told, under
from viz_models.training.loop import checkpoints
from viz_models.training.small import regularization as small


class RegularizedTraining:
    """A small network on few digits, with one way to regularize."""

    def __init__(self, spec: RegularizeSpec) -> None:
        """Draw the digits and build the network.

        Raises:
            ValueError: If there is no such method or strength.
        """
        self.spec, self.several = spec, small.Several([spec])
        each = self.several.each
        self.total = spec.epochs * each
        self.marks = frozenset(range(spec.look * each, self.total + 1, spec.look * each))

    @property
    def over(self) -> bool:
        """Whether all epochs are over, or it was stopped early."""
        return self.several.over

    def step(self) -> Told:
        """Take one step."""
        (logits,), labels = self.several.step()
        return told(logits, labels[0], self.several.nets, self.spec.lr)

    def test(self) -> Evaluation:
        """Return how good the network is on all digits that it does not train on."""
        weights = small.weights_of(self.several.nets, 0, None)
        loss, accuracy = small.judged(weights, self._run.test)
        return Evaluation(loss=loss, accuracy=accuracy)

    def result(self) -> RegularizedRun:
        """Return the run as far as it has come."""
        return self.several.results()[0]

    def weights(self) -> Tensors:
        """Return the network."""
        return checkpoints.weights_of(self.several.nets)

    def memory(self) -> Tensors:
        """Return what the optimizer remembers, the order of this epoch, and what was seen."""
        run, nets = self._run, self.several.nets
        kept = {str(i): each.clone() for i, each in enumerate(run.weights or [])}
        return {
            **under("optimizer", checkpoints.memory_of(self.several.optimizer, nets)),
            **under("kept", kept),
            "mixed": self.several.mixed.clone(),
            "random": states([run.order, run.noise]),
            "seen": torch.tensor(run.seen, dtype=torch.float64).reshape(-1, 4),
            "early": torch.tensor([run.kept, run.best, run.stopped], dtype=torch.float64),
        }

    def restore(self, step: int, weights: Tensors, memory: Tensors) -> None:
        """Go on after so many steps."""
        run, several = self._run, self.several
        checkpoints.refill(several.nets, weights)
        checkpoints.remember(several.optimizer, several.nets, of("optimizer", memory))
        several.taken, several.mixed = step, memory["mixed"]
        set_states([run.order, run.noise], memory["random"])
        run.seen = [tuple(row) for row in memory["seen"].tolist()]
        kept, run.best, stopped = memory["early"].tolist()
        run.kept, run.stopped = int(kept), bool(stopped)
        best: dict[str, Tensor] = of("kept", memory)
        run.weights = [best[str(i)] for i in range(len(best))] or None

    @property
    def _run(self) -> small.Progress:
        return self.several.runs[0]
