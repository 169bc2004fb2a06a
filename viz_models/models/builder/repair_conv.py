"""Rules of a convolutional network's choices."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import gcd

from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.models.builder import plan
from viz_models.models.builder.repair_parts import (
    Changes,
    branch_widths,
    inception,
    listed,
    shuffle,
    squeeze,
)
from viz_models.records import ConvSpec

MAX_STAGES = 6
MAX_SIZE = 256  # pixels
MAX_HIDDEN = 4
RANGES: dict[str, tuple[float, float]] = {
    "depths": (1, 64),
    "widths": (2, 2048),
    "in_channels": (1, 16),
    "size": (4, MAX_SIZE),
    "classes": (1, 1000),
    "stem_width": (0, 2048),
    "kernel_size": (1, 7),
    "stride": (1, 4),
    "dilation": (1, 16),
    "groups": (1, 2048),
    "pointwise_groups": (1, 2048),
    "expansion": (1, 8),
    "norm_groups": (1, 2048),
    "se_ratio": (0, 64),
    "hidden": (1, 4096),
    "dropout": (0.0, 0.9),
}
Said = tuple[str, str]  # where one number fits, where another one does
GROUPS: Said = (
    N_("{asked} groups do not divide {channels} channels; {n} does"),
    N_("{asked} groups do not divide {channels} channels; {n} do"),
)
OF_THE_NORM: Said = (
    N_("{asked} groups of the norm do not divide {channels} channels; {n} does"),
    N_("{asked} groups of the norm do not divide {channels} channels; {n} do"),
)


def _stages(spec: ConvSpec) -> Changes:
    changes = Changes()
    depths = (spec.depths or (1,))[:MAX_STAGES]
    if depths != spec.depths:
        why = _("a network has 1 to {n} stages").format(n=MAX_STAGES)
        changes["depths"] = (depths, why)
    widths = spec.widths or (16,)
    missing = len(depths) - len(widths)
    widths = (*widths[: len(depths)], *[widths[-1]] * missing)
    if widths != spec.widths:
        changes["widths"] = (widths, _("as many widths as stages, one for each"))
    if len(spec.hidden) > MAX_HIDDEN:
        why = _("a head has at most {max_hidden} hidden layers").format(max_hidden=MAX_HIDDEN)
        changes["hidden"] = (spec.hidden[:MAX_HIDDEN], why)
    return changes


def _kernel(spec: ConvSpec) -> Changes:
    if spec.kernel_size % 2 == 0:
        odd = spec.kernel_size - 1
        said = _("a window of {k} has no center, so maps would shift; {odd} has one")
        why = said.format(k=spec.kernel_size, odd=odd)
        return Changes(kernel_size=(odd, why))
    return Changes()


def _dense(spec: ConvSpec) -> Changes:
    changes = Changes()
    if spec.connect != "dense":
        return changes
    if spec.stride > 1:
        changes["stride"] = (1, _("maps stand side by side, so a dense block keeps their size"))
    if spec.down == "stride" and len(spec.depths) > 1:
        why = _("dense blocks keep their size; the transition between them pools")
        changes["down"] = ("avg pool", why)
    if spec.activate == "sum":
        changes["activate"] = ("branch", _("a dense block has no sum: maps stand side by side"))
    return changes


def _split(spec: ConvSpec) -> Changes:
    changes = Changes()
    if spec.connect != "split":
        return changes
    if any(width % plan.HALVES for width in spec.widths):
        even = tuple(width + width % plan.HALVES for width in spec.widths)
        said = _("half of the channels pass by, so their number is even: {even}")
        why = said.format(even=listed(even))
        changes["widths"] = (even, why)
    if spec.activate == "sum":
        changes["activate"] = ("branch", _("a split block has no sum: halves stand side by side"))
    if spec.shortcut == "pad":
        changes["shortcut"] = ("projection", _("where shapes change, both halves are computed"))
    return changes


def _order(spec: ConvSpec) -> Changes:
    changes = Changes()
    if spec.pre_activation and spec.activate == "sum":
        why = _("with the activation before the convolution, nothing is left to do after the sum")
        changes["activate"] = ("branch", why)
    middle = spec.block == "bottleneck" and spec.connect != "dense" and not spec.pre_activation
    if not spec.inner_activation and not middle:
        why = _(
            "only a bottleneck that activates after its convolutions has a middle one to leave out"
        )
        changes["inner_activation"] = (True, why)
    return changes


def _shortcut(spec: ConvSpec) -> Changes:
    blocks = [b for stage in plan.stages(spec) for b in stage.blocks]
    if (
        spec.connect == "residual"
        and spec.shortcut == "pad"
        and any(b.outputs < b.inputs for b in blocks)
    ):
        why = _("zeros can only add channels, and here some go; a 1×1 projection can do both")
        return Changes(shortcut=("projection", why))
    return Changes()


def _branch_scale(spec: ConvSpec) -> Changes:
    if spec.branch_scale == "one":
        return Changes()
    if spec.connect != "residual":
        return Changes(branch_scale=("one", _("without a sum there is no branch to scale")))
    if spec.branch_scale != "zero":
        return Changes()
    if spec.norm == "none":
        why = _("without a norm there is no last gamma to start at 0")
        return Changes(branch_scale=("one", why))
    if spec.pre_activation:
        why = _("a branch that ends in a convolution has no last gamma to start at 0")
        return Changes(branch_scale=("one", why))
    if spec.activate == "branch" and spec.activation != "identity":
        why = _("a branch that starts at 0 learns only if no activation follows its gamma")
        return Changes(activate=("sum", why))
    return Changes()


def _expansion(spec: ConvSpec) -> Changes:
    if spec.block != "bottleneck" or spec.connect == "dense":
        return Changes()
    widths = branch_widths(spec)
    shared, narrow = gcd(*widths), min(widths)
    least = min(2, narrow)
    fitting = nearest(_divisors(shared, lambda d: narrow // d >= least), spec.expansion)
    if fitting == spec.expansion:
        return Changes()
    why = _("{expansion} does not divide {widths} channels; {fitting} does").format(
        expansion=spec.expansion, widths=listed(widths), fitting=fitting
    )
    return Changes(expansion=(fitting, why))


def _groups(spec: ConvSpec) -> Changes:
    changes = Changes()
    if spec.pointwise_groups > 1 and spec.block != "bottleneck":
        why = _("only a bottleneck has 1×1 convolutions to split")
        changes["pointwise_groups"] = (1, why)
    elif change := _dividing(spec.pointwise_groups, GROUPS, _channels(spec, pointwise=True)):
        changes["pointwise_groups"] = change
    if change := _dividing(spec.groups, GROUPS, _channels(spec, pointwise=False)):
        changes["groups"] = change
    if spec.norm == "group" and (
        change := _dividing(spec.norm_groups, OF_THE_NORM, _normalized(spec))
    ):
        changes["norm_groups"] = change
    return changes


def _dividing(asked: int, said: Said, channels: set[int]) -> tuple[int, str] | None:
    """Return the nearest number that divides all channels, and why; None where `asked` does."""
    one, many = said
    fitting = nearest(_divisors(gcd(*channels)), asked)
    if fitting == asked:
        return None
    return fitting, ngettext(one, many, fitting).format(
        asked=asked, channels=listed(tuple(sorted(channels))), n=fitting
    )


def _channels(spec: ConvSpec, *, pointwise: bool) -> set[int]:
    """Channels of all convolutions in blocks of one kind; a photo's own are left out."""
    blocks = [b for stage in plan.stages(spec) for b in stage.blocks]
    convs = [c for block in blocks for c in _alike(spec, block, pointwise=pointwise)]
    first = [way[0] for way in blocks[0].ways] if spec.stem == "none" else []
    if spec.connect == "dense":  # what a block is given differs from block to block
        return {c.outputs for c in convs} or {1}
    found = {c.outputs for c in convs} | {c.inputs for c in convs if c not in first}
    return found or {1}


def _alike(spec: ConvSpec, block: plan.Block, *, pointwise: bool) -> list[plan.Conv]:
    if block.paths:
        return [] if pointwise else [way[-1] for way in block.paths[1:-1]]  # the windows
    bottleneck = spec.block == "bottleneck"
    return [c for i, c in enumerate(block.branch) if pointwise == (bottleneck and i != 1)]


def _normalized(spec: ConvSpec) -> set[int]:
    """Channels that a norm sees again and again; the few others get a common divisor."""
    both = _channels(spec, pointwise=True), _channels(spec, pointwise=False)
    found = {c for channels in both for c in channels if c > 1}
    found |= {c.outputs for s in plan.stages(spec) for b in s.blocks if b.paths for c in b.convs}
    first = plan.stem(spec)
    return found | ({first.outputs} if first else set()) or {1}


def _pixels(spec: ConvSpec) -> Changes:
    """Return maps keep at least one pixel, and a window's steps stay within its map."""
    if spec.padding == "valid" and spec.connect != "plain":
        why = _("without padding a branch shrinks, and would not fit what it joins")
        return Changes(padding=("same", why))
    if min(plan.sides(spec)) < 1:
        return _larger(spec)
    reach = spec.kernel_size // 2
    blocks = _block_sides(spec)
    most = max(1, (min(blocks) - 1) // reach) if reach else 1
    if spec.dilation > most and spec.padding == "same":
        why = _("steps of {dilation} leave a map of {blocks} pixels; {most} stays within").format(
            dilation=spec.dilation, blocks=min(blocks), most=most
        )
        return Changes(dilation=(most, why if reach else _("a 1×1 window has nothing to spread")))
    return Changes()


def _larger(spec: ConvSpec) -> Changes:
    """Return the smallest photo that lasts; if there is none, what shrinks maps goes."""

    def lasts(size: int) -> bool:
        return min(plan.sides(replace(spec, size=size))) >= 1

    if lasts(MAX_SIZE):
        size = bisect_left(range(MAX_SIZE), x=True, key=lasts)
        why = _("{size} pixels are used up before the last layer; {n} last").format(
            size=spec.size, n=size
        )
        return Changes(size=(size, why))
    if spec.padding == "valid":
        why = _("windows without padding use up even {max_size} pixels").format(max_size=MAX_SIZE)
        return Changes(padding=("same", why))
    why = _("halving after halving uses up even {n} pixels").format(n=MAX_SIZE)
    return Changes(stride=(1, why))


def _one_value(spec: ConvSpec) -> Changes:
    """Replace a norm whose mean would be of one value: it gives nothing but 0."""
    if min(_block_sides(spec)) > 1:
        return Changes()
    alone = spec.norm == "group" and any(c == gcd(spec.norm_groups, c) for c in _normalized(spec))
    if spec.norm == "instance" or alone:
        why = _("on a map of 1 pixel, a mean of one channel is the value itself; layer norm fits")
        return Changes(norm=("layer", why))
    return Changes()


def _block_sides(spec: ConvSpec) -> list[int]:
    found = plan.sides(spec)
    return found[1:-1] if spec.last_pool != "none" else found[1:]


def nearest(choices: Iterator[int], wanted: int) -> int:
    """Return the choice closest to what was wanted; the smaller of two."""
    return min(choices, key=lambda d: (abs(d - wanted), d))


def _divisors(number: int, fits: Callable[[int], bool] = lambda d: True) -> Iterator[int]:
    return (d for d in range(1, number + 1) if number % d == 0 and fits(d))


RULES = (
    _stages,
    _kernel,
    _dense,
    _split,
    inception,
    _order,
    _shortcut,
    _branch_scale,
    _expansion,
    _groups,
    squeeze,
    shuffle,
    _pixels,
    _one_value,
)
