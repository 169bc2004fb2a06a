"""Training runs with names: each a good first try on digits, and fitted to other data."""

from dataclasses import replace

from viz_models.language import gettext as _
from viz_models.models.builder import presets as builder
from viz_models.records import (
    Budget,
    ConvSpec,
    DataSpec,
    DigitsNetSpec,
    MlpSpec,
    OptimizerSpec,
    Repair,
    RunSpec,
    TransformerSpec,
    ZooSpec,
)
from viz_models.training.data import sets
from viz_models.training.loop import networks

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
    "small-rnn": replace(_RUN, model=builder.preset("rows")),
    "small-transformer": replace(
        _RUN,
        model=TransformerSpec(layers=2, size=8, patch=2, in_channels=1),
        optimizer=OptimizerSpec(name="adamw", lr=3e-3, schedule="one cycle"),
    ),
    "plain": replace(_RUN, model=replace(_CONV, connect="plain")),
    "resnet": replace(_RUN, model=_CONV),
    "torchvision": replace(  # what it reads is enlarged: smaller pictures end as no map at all
        _RUN,
        model=ZooSpec(name="resnet18"),
        data=DataSpec(size=32),
        optimizer=OptimizerSpec(name="momentum", lr=0.03, schedule="one cycle"),
        budget=Budget(amount=2, unit="epochs"),
        evaluations=4,
    ),
}

_SWEPT = RunSpec(
    optimizer=OptimizerSpec(name="momentum", lr=0.01),
    batch_size=64,
    budget=Budget(amount=10, unit="epochs"),
    evaluations=5,
)
SWEPT: dict[str, RunSpec] = {  # what a sweep begins with: small, since there are many runs
    "MLP": replace(
        _SWEPT,
        model=MlpSpec(depth=2, width=64, in_channels=1, norm="layer", init="he"),
    ),
    "CNN": replace(
        _SWEPT,
        model=replace(_CONV, depths=(1, 1), widths=(8, 16), stem_width=8),
        optimizer=OptimizerSpec(name="momentum", lr=0.03),
        budget=Budget(amount=5, unit="epochs"),
    ),
    "Transformer": replace(
        _SWEPT,
        model=TransformerSpec(layers=2, size=8, patch=2, in_channels=1),
        optimizer=OptimizerSpec(name="adamw", lr=3e-3, schedule="one cycle"),
    ),
}


SAMPLES = 100_000  # of larger data, that a first try sees: minutes on a CPU, not hours


def fitted(run: RunSpec) -> tuple[RunSpec, tuple[Repair, ...]]:
    """Return a run whose network reads its data, and what had to move for that.

    Raises:
        ValueError: If no such network can read these examples; the line says what to choose.
    """
    facts = sets.facts(run.data)
    model, moved = networks.fit_to(run.model, facts)
    return replace(run, model=model), moved


def preset_for(name: str, data: DataSpec) -> RunSpec:
    """Return the preset of that name for any data, with a budget for a first try.

    Raises:
        ValueError: If there is no such preset, or it cannot read such data.
    """
    found = preset(name)
    size = data.size or (found.data.size if sets.facts(data).size > 1 else 0)
    run = replace(found, data=replace(data, size=size))
    return fitted(paced(run, run.data))[0]


def paced(run: RunSpec, data: DataSpec) -> RunSpec:
    """Return a run whose epochs are fewer where that data has many examples.

    Raises:
        ValueError: If there is no such data.
    """
    if run.budget.unit != "epochs":
        return run
    epochs = min(run.budget.amount, max(1, SAMPLES // sets.facts(data).train))
    return replace(run, budget=replace(run.budget, amount=epochs))


def preset(name: str) -> RunSpec:
    """Return the run of that name.

    Raises:
        ValueError: If there is none; the line lists them.
    """
    if name not in PRESETS:
        raise ValueError(
            _("unknown preset {name!r}; choose from {presets}").format(
                name=name, presets=", ".join(PRESETS)
            )
        )
    return PRESETS[name]
