"""Rules of the parts of a convolutional network's blocks: gates, shuffles, paths side by side."""

from typing import Any, TypeAlias

from viz_models.language import gettext as _
from viz_models.models.builder import plan
from viz_models.records import ConvSpec

Changes: TypeAlias = dict[str, tuple[Any, str]]  # field -> what it becomes, and why

SHARE = 32  # an Inception block's channels: a sixteenth of them is still two


def inception(spec: ConvSpec) -> Changes:
    """Return what an Inception block, or any other, cannot have."""
    changes = Changes()
    if spec.block != "inception":
        if not spec.reduction:
            changes["reduction"] = (True, _("only an Inception block has reductions to leave out"))
        return changes
    unit = SHARE * plan.HALVES if spec.connect == "split" else SHARE
    if any(width % unit for width in spec.widths):
        fitting = tuple(max(1, round(width / unit)) * unit for width in spec.widths)
        why = _("the paths share a multiple of {unit} channels: {fitting}").format(
            unit=unit, fitting=listed(fitting)
        )
        changes["widths"] = (fitting, why)
    if spec.padding == "valid":
        why = _(
            "without padding the paths give maps of different sizes, which cannot stand together"
        )
        changes["padding"] = ("same", why)
    if spec.shuffle:
        changes["shuffle"] = (False, _("the paths of an Inception block are not shuffled"))
    if spec.branch_scale == "zero":
        changes["branch_scale"] = (
            "one",
            _("four paths end in four norms, so no γ is the last one"),
        )
    return changes


def squeeze(spec: ConvSpec) -> Changes:
    """Return a squeeze that leaves at least one channel."""
    narrow = min(branch_widths(spec))
    if spec.se_ratio > narrow:
        why = _(
            "{narrow} channels cannot be squeezed {se_ratio} to 1; {narrow} to 1 they can"
        ).format(narrow=narrow, se_ratio=spec.se_ratio)
        return Changes(se_ratio=(narrow, why))
    return Changes()


def shuffle(spec: ConvSpec) -> Changes:
    """Return no shuffle where it would change nothing."""
    if not spec.shuffle:
        return Changes()
    convs = [c for stage in plan.stages(spec) for b in stage.blocks for c in b.convs]
    if all(c.groups == 1 for c in convs):
        return Changes(shuffle=(False, _("with 1 group there is nothing to shuffle between")))
    if all(c.groups in (1, c.outputs) for c in convs):
        why = _("with one channel in each group, a shuffle would leave every channel in its place")
        return Changes(shuffle=(False, why))
    return Changes()


def branch_widths(spec: ConvSpec) -> tuple[int, ...]:
    """Return the channels that the branches of each stage give."""
    if spec.connect != "split":
        return spec.widths
    return tuple(width // plan.HALVES for width in spec.widths)


def listed(numbers: tuple[int, ...]) -> str:
    """Return "8, 16 and 32", each number once."""
    words = [str(n) for n in dict.fromkeys(numbers)]
    return (
        words[0]
        if len(words) == 1
        else _("{listed} and {last}").format(listed=", ".join(words[:-1]), last=words[-1])
    )
