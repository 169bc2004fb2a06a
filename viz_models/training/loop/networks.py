"""Networks that can be trained: built from a spec, and fitted to the examples."""

from dataclasses import replace
from typing import cast

from torch import nn

from viz_models.language import gettext as _
from viz_models.models import builder, digits_net, registry
from viz_models.models import zoo as zoo_models
from viz_models.models.builder import repair
from viz_models.patches.light import torchvision
from viz_models.patches.unfilled import unfilled
from viz_models.records import (
    BuildSpec,
    ConvSpec,
    DigitsNetSpec,
    ModelSpec,
    Repair,
    RnnSpec,
    TransformerSpec,
    ZooSpec,
    reads_tokens,
)
from viz_models.training.data.dataset import Facts

MAX_CLASSES = 1000


def build(spec: ModelSpec, seed: int) -> nn.Module:
    """Return a fresh network in training mode, the same for the same seed.

    Equals `torch.manual_seed(seed)` followed by the class with the spec, bit for bit, and leaves
    torch's global generator where it was.

    Raises:
        ValueError: If the spec cannot be built.
    """
    if isinstance(spec, DigitsNetSpec):
        return digits_net.build(spec, seed)
    if isinstance(spec, BuildSpec):
        return builder.build(spec, seed)
    check(spec)
    with registry.seeded(seed):
        return zoo_models.trainable(spec)


def skeleton(spec: ModelSpec) -> nn.Module:
    """Return the network on the meta device: modules and shapes, no values, no memory.

    Raises:
        ValueError: If the spec cannot be built.
    """
    if isinstance(spec, BuildSpec):
        return builder.skeleton(spec).train()
    check(spec)
    with unfilled():
        if isinstance(spec, DigitsNetSpec):
            return digits_net.DigitsNet(spec).to("meta")
        return zoo_models.trainable(spec).to("meta")


def zoo() -> tuple[str, ...]:
    """Names of torchvision's classification models."""
    return tuple(torchvision.models.list_models(module=torchvision.models))


def check(spec: ModelSpec) -> None:
    """Raise a ValueError with one clear line unless the network can be built."""
    if isinstance(spec, DigitsNetSpec):
        digits_net.check(spec)
    elif isinstance(spec, ZooSpec):
        if spec.name not in zoo():
            raise ValueError(
                _("torchvision has no model {name!r}; choose one such as resnet18").format(
                    name=spec.name
                )
            )
        if not 2 <= spec.classes <= MAX_CLASSES:
            raise ValueError(
                _("{classes} classes: choose 2 to {most}").format(
                    classes=spec.classes, most=MAX_CLASSES
                )
            )
    else:
        repair.check(spec)
        if reads_tokens(spec):
            source = "rows" if isinstance(spec, RnnSpec) else "patches"
            raise ValueError(
                _("this network reads tokens; choose source {source} to train it").format(
                    source=source
                )
            )


def channels(spec: ModelSpec) -> int:
    """Channels of the images that the network reads."""
    if isinstance(spec, DigitsNetSpec):
        return 1
    return 3 if isinstance(spec, ZooSpec) else spec.in_channels


def fit_to(spec: ModelSpec, facts: Facts) -> tuple[ModelSpec, tuple[Repair, ...]]:
    """Return the spec with the input and the classes of those examples.

    Args:
        spec: Any network.
        facts: Of the data set; see `data.facts`.

    Returns:
        The nearest spec that can be trained on it, and one line for each choice that moved.

    Raises:
        ValueError: If no such network can read these examples; the line says what to choose.
    """
    if isinstance(spec, DigitsNetSpec):
        if (facts.channels, facts.size, len(facts.classes)) == (1, 8, 10):
            return spec, ()
        why = _(
            "it reads 8x8 digits alone; this network has the same blocks and reads other pictures"
        )
        other, moved = fit_to(_like(spec), facts)
        return other, (Repair("network", "digits_net", "conv", why), *moved)
    wanted: dict[str, object] = {"classes": len(facts.classes)}
    if not isinstance(spec, ZooSpec):
        wanted |= {"in_channels": facts.channels, "size": facts.size}
    if isinstance(spec, TransformerSpec):
        wanted["source"] = "patches"
    if isinstance(spec, RnnSpec):
        wanted |= {"source": "rows"}
        wanted |= {"readout": "last"} if spec.readout == "every" else {}
    if isinstance(spec, ConvSpec | TransformerSpec) and facts.size < 4:
        raise ValueError(_("points of two numbers are no image; choose an MLP"))
    moved = tuple(
        Repair(name, getattr(spec, name), value, _("the data asks for it"))
        for name, value in wanted.items()
        if getattr(spec, name) != value
    )
    fitted = cast("ModelSpec", replace(spec, **wanted))  # type: ignore[arg-type]
    if isinstance(fitted, BuildSpec):
        fitted, repairs = repair.repaired(fitted)
        kept = all(getattr(fitted, name) == value for name, value in wanted.items())
        if not kept:
            raise ValueError(
                _("this network cannot read the data: {why}").format(why=repairs[-1].why)
            )
        return fitted, moved + repairs
    check(fitted)
    return fitted, moved


def _like(spec: DigitsNetSpec) -> ConvSpec:
    """Return the same stack of convolution, norm and ReLU, for pictures of any size."""
    return ConvSpec(
        depths=(1,) * len(spec.widths),
        widths=spec.widths,
        connect="plain",
        norm=spec.norm,
        in_channels=1,
        size=8,
    )


def must_fit(spec: ModelSpec, facts: Facts) -> None:
    """Raise a ValueError with one clear line unless the network reads such examples."""
    check(spec)
    _fitted, moved = fit_to(spec, facts)
    if moved and isinstance(spec, DigitsNetSpec):
        raise ValueError(_("this small network reads 8x8 digits; choose data digits"))
    if moved:
        one = moved[0]
        raise ValueError(
            _("the data needs {field} {became}, the network has {asked}").format(
                field=one.field, became=one.became, asked=one.asked
            )
        )
