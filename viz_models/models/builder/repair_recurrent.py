"""Rules of a recurrent network's choices."""

from viz_models.language import gettext as _
from viz_models.models.builder.repair_conv import Changes
from viz_models.records import RnnSpec

RANGES: dict[str, tuple[float, float]] = {
    "layers": (1, 8),
    "hidden": (1, 1024),
    "forget_bias": (-20.0, 20.0),
    "dropout": (0.0, 0.9),
    "in_channels": (1, 16),
    "size": (1, 256),
    "vocabulary": (2, 8192),
    "length": (1, 256),
    "embed": (1, 1024),
    "classes": (1, 1000),
}


def _forget_bias(spec: RnnSpec) -> Changes:
    if spec.forget_bias and spec.cell != "lstm":
        why = _("a forget bias belongs to an LSTM; a cell of kind {cell} has no such gate").format(
            cell=spec.cell
        )
        return Changes(forget_bias=(0.0, why))
    return Changes()


def _dropout(spec: RnnSpec) -> Changes:
    if spec.dropout and spec.layers == 1:
        return Changes(dropout=(0.0, _("dropout stands between two layers, and there is one")))
    return Changes()


def _readout(spec: RnnSpec) -> Changes:
    if spec.source == "rows" and spec.readout == "every":
        why = _("an image has one class, not one for each row; the last state can name it")
        return Changes(readout=("last", why))
    return Changes()


RULES = (_forget_bias, _dropout, _readout)
