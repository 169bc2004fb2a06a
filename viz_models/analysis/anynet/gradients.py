"""The gradient of a loss at every value of a forward pass."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.anynet.tensors import plain
from viz_models.analysis.anynet.writes import Kept
from viz_models.language import gettext as _
from viz_models.records.flow.recorded import GradientSize

Loss = Callable[[Any], Tensor]  # what the network gave -> one number


class Gradients:
    """Takes the gradient at each value as it comes back.

    A hook of a tensor sees the gradient of what the tensor was when the hook was set, also where it
    is overwritten later. Tensors of a forward pass do not outlive it, and so do their hooks.
    """

    def __init__(self, kept: Kept) -> None:
        """Nothing has come back yet.

        Args:
            kept: Knows whether there is room for a gradient.
        """
        self.kept = kept
        self.leaves: list[Tensor] = []  # inputs, from which gradients are taken
        self.found: dict[tuple[int, int], Tensor] = {}  # step, output -> gradient

    def watch(self, step: int, output: int, value: Tensor) -> None:
        """Take the gradient at one value, if there will be any."""
        if value.requires_grad:
            value.register_hook(partial(self._take, (step, output)))

    def _take(self, place: tuple[int, int], gradient: Tensor) -> None:
        if self.kept.fits(gradient, None):
            self.found[place] = gradient.detach().clone()

    def go_back(self, loss: Loss, out: Any, parameters: list[Tensor]) -> float:  # noqa: ANN401
        """Run the backward pass, without a trace in any `.grad`, and return the loss.

        Raises:
            ValueError: With one line, if the loss is not one number or nothing has a gradient.
        """
        try:
            total = loss(out)
        except ValueError as error:
            raise ValueError(
                _("the loss cannot be taken: {said}").format(said=_line(error))
            ) from error
        except Exception as error:
            raise ValueError(
                _("the loss raised {kind}: {said}").format(
                    kind=type(error).__name__, said=_line(error)
                )
            ) from error
        if not isinstance(total, Tensor) or total.numel() != 1:
            given = tuple(total.shape) if isinstance(total, Tensor) else type(total).__name__
            raise ValueError(
                _("a loss is a tensor with one number, but this one gave {given}").format(
                    given=given
                )
            )
        if not total.requires_grad:
            raise ValueError(
                _(
                    "the loss depends on nothing that has a gradient; "
                    "call net.requires_grad_() first"
                )
            )
        wanted = [p for p in parameters if p.requires_grad]
        try:
            torch.autograd.grad(total, [*self.leaves, *wanted], allow_unused=True)
        except RuntimeError as error:  # the network overwrites what its backward pass needs
            raise ValueError(
                _("the backward pass raised {said}").format(said=_line(error))
            ) from error
        return total.item()

    def at(self, step: int, outputs: int) -> tuple[np.ndarray | None, ...]:
        """Return the gradient at each output of a step; None where none came back."""
        return tuple(
            None if (found := self.found.get((step, k))) is None else _frozen(found)
            for k in range(outputs)
        )


def size_of(gradient: np.ndarray | None) -> GradientSize | None:
    """Return how large a gradient is; sums in float64."""
    if gradient is None or not gradient.size:
        return None
    size = np.abs(gradient)
    return GradientSize(
        norm=float(np.sqrt(np.square(size, dtype=np.float64).sum())),
        largest=float(size.max()),
        zeros=1 - np.count_nonzero(size) / size.size,
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:240]


def _frozen(value: Tensor) -> np.ndarray:
    array = plain(value)
    array.flags.writeable = False
    return array
