"""What a reader takes home from the lesson on optimizers: every step, and a script."""

from viz_models.figures.train.optimizers import NAMES
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import SurfaceName
from viz_models.ui.kit import take_away
from viz_models.ui.panels.train.optimizers.view import View
from viz_models.ui.results.train import optimizers as results

_ARCHES = "0.05 * w * w * w * w - 0.4 * w * w + 0.15 * w + 0.12 * torch.cos(5 * w) + 1"
_BODIES: dict[SurfaceName, tuple[str, ...]] = {
    "valleys": ("(w,) = w", f"return {_ARCHES}"),
    "bowl": ("a, b = w", "return 0.5 * (a * a + b * b)"),
    "ravine": ("a, b = w", "return 0.5 * (0.2 * a * a + 10 * b * b)"),
    "saddle": ("a, b = w", "return 0.5 * a * a - 0.5 * b * b + 0.125 * b * b * b * b + 0.5"),
    "rosenbrock": (
        "a, b = w",
        "along, across = 1 - a, b - a * a",
        "return 0.025 * along * along + 0.25 * across * across",
    ),
    "two": (
        "a, b = w",
        "well, across = a * a - 1, b - 0.5 * a",
        "return 0.5 * well * well + 0.2 * a + across * across + 0.3",
    ),
}


def code(view: View) -> str:
    """Return a script that walks from the same start with the same optimizers."""
    spec = view.spec
    return take_away.filled(
        "train/optimizers",
        loss=_loss(view),
        start=list(spec.start),
        rate=spec.rate,
        steps=spec.steps,
        schedule=spec.schedule,
    )


def _loss(view: View) -> str:
    """Return the loss as a function in Python; the network's has its weights before it."""
    body = _BODIES.get(view.spec.surface)
    if body:
        return "\n".join(["def loss(w):", *(f"    {line}" for line in body), ""])
    net = results.network()
    replaced = [f"    p[{net.names.index(n)}] = w[{i}]" for i, n in enumerate(view.terrain.names)]
    return take_away.filled(
        "train/optimizers_net",
        inputs=net.inputs.tolist(),
        targets=net.targets.tolist(),
        weights=net.weights.tolist(),
        hidden=net.hidden,
        replaced="\n".join(replaced),
    )


def table(view: View) -> str:
    """Return every step of every walk as a row of CSV."""
    names = view.terrain.names
    head = ("optimizer", "step", *names, "loss", *(_("gradient at {n}").format(n=n) for n in names))
    rows = (
        [
            NAMES[w.optimizer],
            step,
            *map(float, w.points[step]),
            float(w.losses[step]),
            *(map(float, w.gradients[step]) if step < view.spec.steps else [""] * len(names)),
        ]
        for w in view.walks.walks
        for step in range(view.spec.steps + 1)
    )
    return take_away.csv_text(head, rows)
