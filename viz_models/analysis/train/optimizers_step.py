"""One step of an optimizer, line by line, from the gradient to the new weights.

Every line is one formula of the papers, as the operation of torch that rounds it as the optimizer
does (`addcdiv` rounds once where a product and a sum round twice). So the result is the optimizer's
to the last bit; the page shows the difference.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.train.optimizers import MOMENTUM
from viz_models.records.train.optimizers import OptimizerKey, StepArithmetic, Term, Walks

ALPHA, EPS_RMS = 0.99, 1e-8  # RMSprop's defaults in torch
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # Adam's
EPS_ADA = 1e-10  # Adagrad's
DECAY = 0.01  # AdamW's

Before = Mapping[str, Tensor]  # the states before the step, zeros before the first
Line = tuple[str, str, Tensor]
Step = tuple[list[Line], dict[str, Tensor]]


def arithmetic(walks: Walks, optimizer: OptimizerKey, step: int) -> StepArithmetic:
    """Compute one step of a walk again.

    Args:
        walks: What torch did.
        optimizer: Whose step.
        step: 1 is the first.

    Raises:
        ValueError: If the walk has no such step.
    """
    if not 1 <= step <= walks.spec.steps:
        raise ValueError(f"step {step}: choose 1 to {walks.spec.steps}")
    walk = walks.walk(optimizer)
    g, w = (torch.tensor(rows[step - 1]) for rows in (walk.gradients, walk.points))
    before = {
        name: torch.tensor(rows[step - 2]) if step > 1 else torch.zeros_like(w)
        for name, rows in walk.states.items()
    }
    lines, after = _RULES[optimizer](w, g, before, float(walks.rates[step - 1]), step)
    theirs = walk.points[step]
    pairs = [(lines[-1][2].numpy(), theirs)]
    pairs += [(after[name].numpy(), rows[step - 1]) for name, rows in walk.states.items()]
    with np.errstate(all="ignore"):  # a walk that is gone has inf and nan
        difference = max(_difference(ours, torchs) for ours, torchs in pairs)
    terms = tuple(
        Term(symbol=symbol, how=how, value=tuple(value.tolist()))
        for symbol, how, value in [("g", "gradient of the loss at w", g), *lines]
    )
    return StepArithmetic(
        optimizer=optimizer,
        step=step,
        terms=terms,
        torch=tuple(map(float, theirs)),
        difference=difference,
    )


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference; two nan, or two equal infinities, do not differ."""
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return float(np.where(same, 0.0, np.abs(ours - theirs)).max())


Rule = Callable[[Tensor, Tensor, Before, float, int], Step]


def _sgd(w: Tensor, g: Tensor, _: Before, rate: float, __: int) -> Step:
    return [("w", "w − lr · g", w.add(g, alpha=-rate))], {}


def _momentum(w: Tensor, g: Tensor, before: Before, rate: float, step: int) -> Step:
    b = before["momentum_buffer"].mul(MOMENTUM).add(g) if step > 1 else g
    how = f"{MOMENTUM:g} · b + g" if step > 1 else "g, at the first step"
    return [("b", how, b), ("w", "w − lr · b", w.add(b, alpha=-rate))], {"momentum_buffer": b}


def _nesterov(w: Tensor, g: Tensor, before: Before, rate: float, step: int) -> Step:
    lines, after = _momentum(w, g, before, rate, step)
    ahead = g.add(after["momentum_buffer"], alpha=MOMENTUM)
    return [
        lines[0],
        ("g + 0.9 · b", "the gradient, and the buffer once more", ahead),
        ("w", "w − lr · (g + 0.9 · b)", w.add(ahead, alpha=-rate)),
    ], after


def _adagrad(w: Tensor, g: Tensor, before: Before, rate: float, _: int) -> Step:
    total = before["sum"].addcmul(g, g)
    root = total.sqrt().add(EPS_ADA)
    return [
        ("s", "s + g²: the sum of all squares so far", total),
        ("√s + ε", f"ε = {EPS_ADA:g}", root),
        ("w", "w − lr · g / (√s + ε)", w.addcdiv(g, root, value=-rate)),
    ], {"sum": total}


def _rmsprop(w: Tensor, g: Tensor, before: Before, rate: float, _: int) -> Step:
    v = before["square_avg"].mul(ALPHA).addcmul(g, g, value=1 - ALPHA)
    root = v.sqrt().add(EPS_RMS)
    return [
        ("v", "0.99 · v + 0.01 · g²", v),
        ("√v + ε", f"ε = {EPS_RMS:g}", root),
        ("w", "w − lr · g / (√v + ε)", w.addcdiv(g, root, value=-rate)),
    ], {"square_avg": v}


def _adam(w: Tensor, g: Tensor, before: Before, rate: float, step: int) -> Step:
    m = before["exp_avg"].lerp(g, 1 - BETA1)
    v = before["exp_avg_sq"].mul(BETA2).addcmul(g, g, value=1 - BETA2)
    first, second = 1 - BETA1**step, 1 - BETA2**step
    root = (v.sqrt() / second**0.5).add(EPS)
    return [
        ("m", "0.9 · m + 0.1 · g", m),
        ("v", "0.999 · v + 0.001 · g²", v),
        ("m̂", f"m / (1 − 0.9^{step}): bias corrected", m / first),
        ("√v̂ + ε", f"√(v / (1 − 0.999^{step})) + ε, ε = {EPS:g}", root),
        ("m̂ / (√v̂ + ε)", "the division: ±1 while g stays as it is", m / first / root),
        ("w", "w − lr · m̂ / (√v̂ + ε)", w.addcdiv(m, root, value=-(rate / first))),
    ], {"exp_avg": m, "exp_avg_sq": v}


def _adamw(w: Tensor, g: Tensor, before: Before, rate: float, step: int) -> Step:
    decayed = w * (1 - rate * DECAY)
    lines, after = _adam(decayed, g, before, rate, step)
    shrunk = ("w", f"w · (1 − lr · {DECAY:g}): decay, outside of the division", decayed)
    return [shrunk, *lines], after


_RULES: dict[OptimizerKey, Rule] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}
