"""Training runs with names, each a good first try on digits."""

from dataclasses import replace

from viz_models.records import (
    Budget,
    ConvSpec,
    DigitsNetSpec,
    MlpSpec,
    OptimizerSpec,
    RnnSpec,
    RunSpec,
    TransformerSpec,
)

_RUN = RunSpec(
    optimizer=OptimizerSpec(name="adam", lr=1e-2, schedule="one cycle"),
    batch_size=64,
    budget=Budget(amount=20, unit="epochs"),
    evaluations=20,
    moments=12,
)
_CONV = ConvSpec(
    depths=(3, 3, 3),
    widths=(16, 32, 64),
    in_channels=1,
    size=8,
    block="basic",
    norm="batch",
    activate="sum",
    shortcut="pad",
)

PRESETS: dict[str, RunSpec] = {
    "small-cnn": replace(_RUN, model=DigitsNetSpec(widths=(32, 64, 64)), augment=("shift",)),
    "small-mlp": replace(
        _RUN,
        model=MlpSpec(depth=2, width=128, in_channels=1),
        optimizer=OptimizerSpec(name="adam", lr=3e-3, schedule="one cycle"),
    ),
    "small-rnn": replace(_RUN, model=RnnSpec()),
    "small-transformer": replace(
        _RUN,
        model=TransformerSpec(layers=2, size=8, patch=2, in_channels=1),
        optimizer=OptimizerSpec(name="adamw", lr=3e-3, schedule="one cycle"),
    ),
    "plain": replace(_RUN, model=replace(_CONV, connect="plain")),
    "resnet": replace(_RUN, model=_CONV),
}


def preset(name: str) -> RunSpec:
    """The run of that name.

    Raises:
        ValueError: If there is none; the line lists them.
    """
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}; choose from {', '.join(PRESETS)}")
    return PRESETS[name]
