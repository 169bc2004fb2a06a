"""What a sweep can vary about a run, and how people write its values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import (
    Axis,
    ConvSpec,
    DigitsNetSpec,
    MlpSpec,
    RnnSpec,
    RunSpec,
    Schedule,
    TransformerSpec,
)
from viz_models.records.train.experiments import OptimizerName

MOST_VALUES = 12  # of one setting
CONVOLUTIONS = {"single": 1, "basic": 2, "bottleneck": 3, "inception": 2}  # one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing about a run that a sweep can vary."""

    title: str  # "learning rate"
    write: Callable[[RunSpec, Any], RunSpec]  # raises ValueError for a run that has no such thing
    usual: tuple[str, ...]  # values to begin with
    choices: tuple[str, ...] = ()  # all that there are; empty: numbers
    whole: bool = False  # numbers without a fraction
    label: str = "{n}"  # how a value reads beside others

    def value(self, text: str) -> str | int | float:
        """Return what somebody wrote as the value that it means.

        Raises:
            ValueError: If it means none; the line says what to write.
        """
        if self.choices:
            if text not in self.choices:
                raise ValueError(
                    _("{title} {text}: choose {choices}").format(
                        title=_(self.title), text=_short(text), choices=", ".join(self.choices)
                    )
                )
            return text
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or (self.whole and number != int(number)):
            kind = _("whole numbers") if self.whole else _("numbers")
            some = ", ".join(self.usual)
            raise ValueError(
                _("{title} {text}: write {kind} such as {some}").format(
                    title=_(self.title), text=_short(text), kind=kind, some=some
                )
            )
        return int(number) if self.whole else number


def _network(run: RunSpec, what: str, by_family: Mapping[type, Mapping[str, Any]]) -> RunSpec:
    """Return the run with a network that differs in the fields that its family has for this."""
    found = by_family.get(type(run.model))
    if found is None:
        raise ValueError(
            _("this network has no {what} to vary; choose the MLP or the CNN").format(what=_(what))
        )
    return replace(run, model=replace(run.model, **found))


def _layers(run: RunSpec, layers: int) -> RunSpec:
    """Count layers with weights, the first and the last too, as He et al. 2016 do."""
    model = run.model
    if isinstance(model, ConvSpec):
        each = CONVOLUTIONS[model.block] - (not model.reduction)
        stages = len(model.depths)
        blocks, rest = divmod(layers - 2, each)
        if rest or blocks < stages:
            some = ", ".join(str(2 + each * n) for n in range(stages, stages + 3))
            raise ValueError(
                _("{layers} layers: this CNN can have {some}, and so on").format(
                    layers=layers, some=some
                )
            )
        few, more = divmod(blocks, stages)
        depths = tuple(few + (i < more) for i in range(stages))
        return replace(run, model=replace(model, depths=depths))
    families = {
        MlpSpec: {"depth": layers - 2},
        TransformerSpec: {"layers": layers},
        RnnSpec: {"layers": layers},
    }
    if isinstance(model, MlpSpec) and layers < 3:
        raise ValueError(_("{layers} layers: this MLP has 3 or more").format(layers=layers))
    return _network(run, N_("layers"), families)


def _skips(run: RunSpec, word: str) -> RunSpec:
    residual = word == "residual"
    families: dict[type, dict[str, Any]] = {
        MlpSpec: {"residual": residual},
        TransformerSpec: {"residual": residual},
        ConvSpec: {"connect": word},
    }
    return _network(run, N_("skip connections"), families)


def _norm(run: RunSpec, norm: str) -> RunSpec:
    families: dict[type, dict[str, str]] = {
        kind: {"norm": norm} for kind in (MlpSpec, ConvSpec, DigitsNetSpec)
    }
    return _network(run, N_("normalization"), families)


def _width(run: RunSpec, width: int) -> RunSpec:
    model = run.model
    if isinstance(model, ConvSpec):  # the proportions of its stages stay
        widths = tuple(width * w // model.widths[0] for w in model.widths)
        return replace(run, model=replace(model, widths=widths, stem_width=width))
    families = {MlpSpec: {"width": width}, RnnSpec: {"hidden": width}}
    return _network(run, N_("width"), families)


def _optimizer(field: str) -> Callable[[RunSpec, Any], RunSpec]:
    return lambda run, value: replace(run, optimizer=replace(run.optimizer, **{field: value}))


def _data(field: str) -> Callable[[RunSpec, Any], RunSpec]:
    return lambda run, value: replace(run, data=replace(run.data, **{field: value}))


WORDS = (  # values in words, as their cells are called; listed here for translators
    *(N_("plain"), N_("residual"), N_("momentum"), N_("constant"), N_("cosine"), N_("one cycle")),
    *(N_("norm none"), N_("norm batch"), N_("norm layer"), N_("norm group"), N_("norm rms")),
)
SETTINGS: dict[str, Setting] = {
    "layers": Setting(
        title=N_("layers"),
        write=_layers,
        usual=("4", "10", "20", "40"),
        whole=True,
        label=N_("{n} layers"),
    ),
    "skips": Setting(
        title=N_("skip connections"),
        write=_skips,
        usual=("plain", "residual"),
        choices=("plain", "residual"),
    ),
    "norm": Setting(
        title=N_("norm"),
        write=_norm,
        usual=("none", "batch", "layer"),
        choices=("none", "batch", "layer", "group", "rms"),
        label="norm {n}",
    ),
    "width": Setting(
        title=N_("width"), write=_width, usual=("8", "16", "32"), whole=True, label=N_("width {n}")
    ),
    "rate": Setting(
        title=N_("learning rate"),
        write=_optimizer("lr"),
        usual=("0.003", "0.01", "0.03", "0.1"),
        label=N_("rate {n}"),
    ),
    "batch": Setting(
        title=N_("batch size"),
        write=lambda run, size: replace(run, batch_size=size),
        usual=("16", "64", "256"),
        whole=True,
        label=N_("batch {n}"),
    ),
    "optimizer": Setting(
        title=N_("optimizer"),
        write=_optimizer("name"),
        usual=("sgd", "momentum", "adam"),
        choices=get_args(OptimizerName),
    ),
    "schedule": Setting(
        title=N_("schedule"),
        write=_optimizer("schedule"),
        usual=("constant", "cosine", "one cycle"),
        choices=get_args(Schedule),
    ),
    "decay": Setting(
        title=N_("weight decay"),
        write=_optimizer("weight_decay"),
        usual=("0", "0.001", "0.01"),
        label=N_("decay {n}"),
    ),
    "noise": Setting(
        title=N_("wrong labels, share"),
        write=_data("label_noise"),
        usual=("0", "0.2", "0.4"),
        label=N_("noise {n}"),
    ),
    "examples": Setting(
        title=N_("training examples"),
        write=_data("limit"),
        usual=("100", "300", "1000"),
        whole=True,
        label=N_("{n} examples"),
    ),
}


def setting(name: str) -> Setting:
    """Return the setting of that name.

    Raises:
        ValueError: If there is none; the line lists them.
    """
    if name not in SETTINGS:
        raise ValueError(
            _("unknown setting {name}; choose {settings}").format(
                name=_short(name), settings=", ".join(SETTINGS)
            )
        )
    return SETTINGS[name]


def axis(name: str, text: str) -> Axis:
    """Return the values of a setting that somebody wrote, with commas between them.

    Raises:
        ValueError: If a value means none, or there are too many; the line says what to write.
    """
    one = setting(name)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    values = tuple(dict.fromkeys(_canonical(one.value(part)) for part in parts[: MOST_VALUES + 1]))
    if not 1 <= len(values) <= MOST_VALUES:
        raise ValueError(
            _(
                "{title}: write 1 to {most_values} values with commas between them, such as {usual}"
            ).format(title=_(one.title), most_values=MOST_VALUES, usual=", ".join(one.usual))
        )
    return Axis(setting=name, values=values)


def _canonical(value: str | int | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def said(one: Axis, place: int) -> str:
    """Return a value as it reads beside others: "20 layers"."""
    return setting(one.setting).label.format(n=one.values[place])


def _short(text: str) -> str:
    return repr(" ".join(text.split())[:30])
