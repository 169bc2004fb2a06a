"""The two trainings of the lesson on freezing, a step at a time: the first classes, then others."""

import torch

from viz_models.models.digits_net import DigitsNet
from viz_models.records import Evaluation
from viz_models.records.train.freezing import FreezeSpec, FrozenRun
from viz_models.training.lessons.training import Tensors, Told, of, told, under
from viz_models.training.loop import checkpoints
from viz_models.training.small import freezing as small

LOOK = 20  # steps from one test to the next


class FrozenTraining:
    """A network learns the old classes; then a copy with a new head is fine-tuned on the others."""

    def __init__(self, spec: FreezeSpec) -> None:
        """Build the first network.

        Raises:
            ValueError: If the spec asks for what cannot be run.
        """
        small.check(spec)
        self.spec, self.taken = spec, 0
        self.total = spec.base_steps + spec.steps
        self.marks = frozenset([*range(LOOK, self.total, LOOK), spec.base_steps, self.total])
        self.base = small.fresh(spec)
        self.net: DigitsNet | None = None  # the one that is fine-tuned, once it is its turn
        self.optimizer: torch.optim.Optimizer
        self.optimizer = torch.optim.Adam(self.base.parameters(), spec.base_lr, fused=True)
        self.batches = [*small.learning(spec), *small.tuning(spec)]

    @property
    def over(self) -> bool:
        """Whether all steps of both trainings were taken."""
        return self.taken >= self.total

    def step(self) -> Told:
        """Take one step, of the training whose turn it is."""
        spec = self.spec
        if self.taken == spec.base_steps:
            self._tune()
        net = self.net or self.base
        inputs, labels, *_ = small.new_digits() if self.net else small.old_digits()
        if self.net:
            small.set_modes(self.net, spec)
        else:
            self.base.train()
        batch = self.batches[self.taken]
        logits = small.step(net, self.optimizer, inputs[batch], labels[batch])
        self.taken += 1
        return told(logits, labels[batch], net, spec.lr if self.net else spec.base_lr)

    def _tune(self) -> None:
        self.base.eval()
        self.net = small.prepared(self.spec, self.base)
        self.optimizer = small.tuned_by(self.net, self.spec)

    def test(self) -> Evaluation:
        """Return how good the network in training is on test digits of the classes it learns."""
        net = self.net or self.base
        inputs, labels, _, test = small.new_digits() if self.net else small.old_digits()
        net.eval()
        accuracy, loss = small.judged(net, inputs[test], labels[test])
        return Evaluation(loss=loss, accuracy=accuracy)

    def result(self) -> FrozenRun | None:
        """Return how the run ended; nothing before that."""
        if not (self.over and self.net):
            return None
        return small.judged_run(self.spec, self.base, self.net)

    def weights(self) -> Tensors:
        """Return one network, or both."""
        found = under("base", checkpoints.weights_of(self.base))
        return found | (under("net", checkpoints.weights_of(self.net)) if self.net else {})

    def memory(self) -> Tensors:
        """Return what the optimizer remembers; all else follows from the seed and the step."""
        return checkpoints.memory_of(self.optimizer, self.net or self.base)

    def restore(self, step: int, weights: Tensors, memory: Tensors) -> None:
        """Go on after so many steps."""
        self.taken = step
        checkpoints.refill(self.base, of("base", weights))
        tuned = of("net", weights)
        if tuned:
            self._tune()
            assert self.net
            checkpoints.refill(self.net, tuned)
        checkpoints.remember(self.optimizer, self.net or self.base, memory)
