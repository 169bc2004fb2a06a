"""Specs that cost less than a given one: fewer layers, or fewer channels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from viz_models.language import gettext as _
from viz_models.language import ngettext
from viz_models.records import BuildSpec, ConvSpec, MlpSpec, RnnSpec

STEPS = 64  # widths shrink by 1/64 of what was asked


@dataclass(frozen=True, slots=True)
class Smaller:
    """A candidate."""

    share: float  # of what was asked is left, 0..1
    spec: BuildSpec
    change: str  # "12 blocks instead of 40"


def shallower(spec: BuildSpec) -> Iterator[Smaller]:
    """Yield the same with fewer layers, the deepest first; stages keep their proportions."""
    if isinstance(spec, ConvSpec):
        total = sum(spec.depths)
        known = {spec.depths}
        for left in range(total - 1, 0, -1):
            depths = tuple(max(1, round(d * left / total)) for d in spec.depths)
            if depths not in known:
                known.add(depths)
                change = ngettext(
                    "{n} block instead of {total}", "{n} blocks instead of {total}", sum(depths)
                ).format(n=sum(depths), total=total)
                yield Smaller(sum(depths) / total, replace(spec, depths=depths), change)
        return
    total = spec.depth if isinstance(spec, MlpSpec) else spec.layers
    for left in range(total - 1, 0, -1):
        change = ngettext(
            "{n} layer instead of {total}", "{n} layers instead of {total}", left
        ).format(n=left, total=total)
        if isinstance(spec, MlpSpec):
            yield Smaller(left / total, replace(spec, depth=left), change)
        else:
            yield Smaller(left / total, replace(spec, layers=left), change)


def narrower(spec: BuildSpec) -> Iterator[Smaller]:
    """Yield the same with fewer channels, the widest first; some may need a repair."""
    for step in range(STEPS - 1, 0, -1):
        share = step / STEPS
        if isinstance(spec, ConvSpec):
            widths = _scaled(spec.widths, share)
            narrow = replace(
                spec,
                widths=widths,
                stem_width=max(2, int(spec.stem_width * share)) if spec.stem_width else 0,
                hidden=_scaled(spec.hidden, share),
            )
            yield Smaller(
                share,
                narrow,
                _("{channels} channels instead of {asked}").format(
                    channels=_listed(widths), asked=_listed(spec.widths)
                ),
            )
        elif isinstance(spec, MlpSpec):
            width = max(2, int(spec.width * share))
            change = _("a width of {n} instead of {asked}").format(n=width, asked=spec.width)
            yield Smaller(share, replace(spec, width=width), change)
        elif isinstance(spec, RnnSpec):
            hidden = max(1, int(spec.hidden * share))
            change = _("a hidden size of {n} instead of {asked}").format(
                n=hidden, asked=spec.hidden
            )
            yield Smaller(share, replace(spec, hidden=hidden), change)
        else:
            d_model = max(1, int(spec.d_model * share))
            change = _("a d_model of {n} instead of {asked}").format(n=d_model, asked=spec.d_model)
            yield Smaller(share, replace(spec, d_model=d_model), change)


def _scaled(widths: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(max(2, int(w * share)) for w in widths)


def _listed(widths: tuple[int, ...]) -> str:
    return ", ".join(map(str, widths))
