"""Losses that can be named in a link or on the command line: "sum", "mean", "cross_entropy:3"."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from viz_models import digits
from viz_models.analysis.anynet.gradients import Loss
from viz_models.analysis.anynet.tensors import found_in
from viz_models.language import N_
from viz_models.language import gettext as _

_HOW = N_("write sum, mean or cross_entropy:CLASS")


def loss_of(text: str) -> Loss | None:
    """Return the loss that a text names; None for no text.

    A loss reads the first tensor of floats that the network gives. `cross_entropy:3` takes it as
    logits (N, C, ...) and asks for class 3 everywhere; of (N, T, C), as of a language model, it
    takes the last of the T places.

    Raises:
        ValueError: With one line, if it names none.
    """
    kind, _colon, which = text.partition(":")
    if not text:
        return None
    if kind in ("sum", "mean") and not which:
        return _named(_total if kind == "sum" else _mean, kind)
    if kind == "cross_entropy" and which.isdecimal() and len(which) < 10:
        wanted = int(which)

        def of_class(out: Any) -> Tensor:  # noqa: ANN401 (whatever the network gives)
            return _of_class(_floats(out), wanted)

        return _named(of_class, f"cross-entropy of class {wanted}")
    raise ValueError(_("{text!r} is no loss; {how}").format(text=text, how=_(_HOW)))


def _named(loss: Loss, name: str) -> Loss:
    def called(out: Any) -> Tensor:  # noqa: ANN401 (whatever the network gives)
        return loss(out)

    called.__name__ = name
    return called


def _floats(out: Any) -> Tensor:  # noqa: ANN401 (whatever the network gives)
    found = next((t for t in found_in(out) if t.is_floating_point()), None)
    if found is None:
        raise ValueError(_("the network gives no tensor of floats, so it has no loss"))
    return found


def _total(out: Any) -> Tensor:  # noqa: ANN401
    return _floats(out).sum()


def _mean(out: Any) -> Tensor:  # noqa: ANN401
    return _floats(out).mean()


def _of_class(logits: Tensor, wanted: int) -> Tensor:
    if logits.ndim == 3:
        logits = logits[:, -1]
    if logits.ndim < 2:
        size = digits.shape(tuple(logits.shape))
        raise ValueError(
            _("cross_entropy needs logits (N, C), but the output is {size}").format(
                size=size or _("one number")
            )
        )
    classes = logits.shape[1]
    if wanted >= classes:
        raise ValueError(
            _("there is no class {wanted}: the output has 0 to {last}").format(
                wanted=wanted, last=classes - 1
            )
        )
    target = torch.full_like(logits[:, 0], wanted, dtype=torch.int64)
    return cross_entropy(logits, target)
