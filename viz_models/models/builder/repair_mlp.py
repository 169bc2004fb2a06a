"""Rules of a perceptron's choices."""

from viz_models.language import gettext as _
from viz_models.models.builder.repair_conv import Changes
from viz_models.records import MlpSpec

RANGES: dict[str, tuple[float, float]] = {
    "depth": (1, 64),
    "width": (2, 2048),
    "in_channels": (1, 16),
    "size": (1, 64),
    "classes": (1, 1000),
    "dropout": (0.0, 0.9),
}


def _norm(spec: MlpSpec) -> Changes:
    if spec.norm in ("group", "instance"):
        why = _(
            "{norm} norm takes means over maps, and a perceptron has none; layer norm fits"
        ).format(norm=spec.norm)
        return Changes(norm=("layer", why))
    return Changes()


def _branch_scale(spec: MlpSpec) -> Changes:
    if spec.branch_scale == "one":
        return Changes()
    if not spec.residual:
        return Changes(branch_scale=("one", _("without a skip there is no branch to scale")))
    if spec.branch_scale == "zero" and spec.norm == "none":
        return Changes(
            branch_scale=("one", _("without a norm there is no last gamma to start at 0"))
        )
    if spec.branch_scale == "zero" and spec.activation == "relu":
        why = _("a ReLU after a gamma of 0 passes no gradient: the branch would never learn")
        return Changes(branch_scale=("one", why))
    if spec.branch_scale == "zero" and spec.activation == "sigmoid":
        return Changes(branch_scale=("one", _("sigmoid of 0 is 0.5, so the branch would not be 0")))
    return Changes()


RULES = (_norm, _branch_scale)
