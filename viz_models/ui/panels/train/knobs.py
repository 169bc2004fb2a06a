"""The knobs of one's own run: where it starts from, and what can be turned."""

from dataclasses import replace
from typing import Any

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import RunSpec
from viz_models.records.train.experiments import (
    Augmentation,
    Budget,
    BudgetUnit,
    DataName,
    OptimizerName,
    Precision,
    RunFault,
    Schedule,
)
from viz_models.ui.kit import owner
from viz_models.ui.kit.controls import control
from viz_models.ui.kit.knobs import Knob, numbers

DATA: dict[str, DataName] = {
    N_("digits, 8×8"): "digits",
    "MNIST": "mnist",
    "Fashion-MNIST": "fashion_mnist",
    "CIFAR-10": "cifar10",
    N_("image folder"): "folder",
    N_("moons"): "moons",
    N_("circles"): "circles",
    N_("spirals"): "spirals",
}
OPTIMIZERS: dict[str, OptimizerName] = {
    "SGD": "sgd",
    N_("momentum"): "momentum",
    "Nesterov": "nesterov",
    "AdaGrad": "adagrad",
    "RMSProp": "rmsprop",
    "Adam": "adam",
    "AdamW": "adamw",
}
SCHEDULES: dict[str, Schedule] = {
    N_("constant"): "constant",
    N_("cosine"): "cosine",
    N_("one cycle"): "one cycle",
    N_("step"): "step",
}
UNITS: dict[str, BudgetUnit] = {
    N_("epochs"): "epochs",
    N_("steps"): "steps",
    N_("seconds"): "seconds",
}
AMOUNTS = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
BATCHES = (8, 16, 32, 64, 128, 256, 640, 1024)
NOISE = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8)
AUGMENT: dict[str, tuple[Augmentation, ...]] = {
    N_("none"): (),
    N_("shift"): ("shift",),
    N_("flip"): ("flip",),
    N_("crop"): ("crop",),
    N_("flip and crop"): ("flip", "crop"),
}
DEVICES = {N_("auto"): "auto", "cpu": "cpu", "cuda": "cuda", "mps": "mps"}
FAULTS: dict[str, RunFault] = {
    N_("none"): "none",
    N_("weights of zero"): "zero_init",
    N_("softmax twice"): "softmax_twice",
    N_("shifted labels"): "shifted",
    N_("labels one too high"): "classes",
    N_("no zero_grad()"): "zero_grad",
    N_("no eval()"): "no_eval",
    N_("not shuffled"): "not_shuffled",
    N_("pixels 0 to 255"): "not_normalized",
}
PRECISIONS: dict[str, Precision] = {
    "auto": "auto",
    "fp32": "fp32",
    "bf16": "bf16",
    "fp16": "fp16",
}


def _of(part: str, field: str) -> dict[str, Any]:
    """How a knob reads and writes one field of one part of a run."""
    return {
        "read": lambda run: getattr(getattr(run, part), field),
        "write": lambda run, value: replace(
            run, **{part: replace(getattr(run, part), **{field: value})}
        ),
    }


def _in(field: str) -> dict[str, Any]:
    """Return the same for a field of the run itself."""
    return {
        "read": lambda run: getattr(run, field),
        "write": lambda run, value: replace(run, **{field: value}),
    }


KNOBS = (
    Knob(key="dataset", label=N_("Data"), kind="chips", labels=DATA, **_of("data", "name")),
    Knob(
        key="optimizer",
        label=N_("Optimizer"),
        kind="chips",
        labels=OPTIMIZERS,
        **_of("optimizer", "name"),
    ),
    Knob(key="lr", label=N_("Learning rate"), numbers=numbers(*RATES), **_of("optimizer", "lr")),
    Knob(key="examples", label=N_("Batch size"), numbers=numbers(*BATCHES), **_in("batch_size")),
    Knob(key="budget", label=N_("Budget"), numbers=numbers(*AMOUNTS), **_of("budget", "amount")),
    Knob(key="unit", label=N_("Budget in"), kind="chips", labels=UNITS, **_of("budget", "unit")),
)
SIZES = (0, 8, 16, 28, 32, 48, 64, 96, 128, 224)
MORE = (
    Knob(
        key="pixels",
        label=N_("Pictures resized to"),
        numbers=numbers(*SIZES),
        help=N_("Height and width in pixels; 0 leaves them as they are"),
        **_of("data", "size"),
    ),
    Knob(
        key="schedule",
        label=N_("Schedule"),
        kind="chips",
        labels=SCHEDULES,
        **_of("optimizer", "schedule"),
    ),
    Knob(
        key="decay",
        label=N_("Weight decay"),
        numbers=numbers(0.0, 0.0001, 0.001, 0.01, 0.1),
        **_of("optimizer", "weight_decay"),
    ),
    Knob(key="augment", label=N_("Augmentation"), kind="chips", labels=AUGMENT, **_in("augment")),
    Knob(
        key="label_noise",
        label=N_("Wrong labels, share"),
        numbers=numbers(*NOISE),
        help=N_("So many training labels are replaced by a random class"),
        **_of("data", "label_noise"),
    ),
    Knob(
        key="permute",
        label=N_("Permute all pixels"),
        kind="toggle",
        help=N_("By one fixed permutation"),
        **_of("data", "permute"),
    ),
    Knob(
        key="processes",
        label=N_("Workers"),
        numbers=numbers(1, 2, 4, 8),
        help=N_(
            "Processes that share each batch by DistributedDataParallel. Without BatchNorm the "
            "curve stays the same."
        ),
        **_in("workers"),
    ),
    Knob(
        key="fault", label=N_("Fault made on purpose"), kind="chips", labels=FAULTS, **_in("fault")
    ),
    Knob(key="device", label=N_("Device"), kind="chips", labels=DEVICES, **_in("device")),
    Knob(
        key="precision", label=N_("Precision"), kind="chips", labels=PRECISIONS, **_in("precision")
    ),
)


def standard(run: RunSpec) -> RunSpec:
    """Return a run whose budget is one that the knobs can say."""
    if run.budget.unit in UNITS.values():
        return run
    steps = max(1, round(run.budget.amount / run.batch_size))
    return replace(run, budget=Budget(amount=steps, unit="steps"))


def asked(base: RunSpec) -> RunSpec:
    """Return the run that the knobs say: what they were moved to, else what it starts from."""
    run = base
    for knob in (*KNOBS, *MORE):
        held = st.session_state.get(knob.key, _linked(knob))
        if held is not None:
            run = knob.set(run, held)
    return run


def _linked(knob: Knob) -> Any:  # noqa: ANN401 (what a widget holds)
    text = st.query_params.get(knob.key)
    return None if text is None else knob.parsed(text)


def forget() -> None:
    """Let every knob follow what the run starts from; for callbacks."""
    for knob in (*KNOBS, *MORE):
        st.session_state.pop(knob.key, None)
        st.query_params.pop(knob.key, None)


def _forget_budget() -> None:
    """Let the budget follow the data, which may have many more examples; for callbacks."""
    for key in ("budget", "unit"):
        st.session_state.pop(key, None)
        st.query_params.pop(key, None)


def draw_knobs(base: RunSpec) -> None:
    """Draw all knobs, the rarer ones behind "More settings"."""
    for i in range(0, len(KNOBS), 2):
        for place, knob in zip(st.columns(2, gap="small"), KNOBS[i : i + 2], strict=True):
            with place:
                _draw(knob, base)
    with st.popover(_("More settings"), width="stretch"):
        for knob in MORE:
            _draw(knob, base)


def _draw(knob: Knob, base: RunSpec) -> None:
    value = knob.text(base)  # type: ignore[arg-type]
    if knob.kind == "toggle":
        control(st.toggle, knob.label, key=knob.key, value=value, help=knob.help)
    elif knob.labels is not None:
        options = [t for t in knob.labels if not (t == "image folder" and owner.hosted())]
        control(
            st.selectbox,
            knob.label,
            options,
            index=options.index(value) if value in options else 0,
            key=knob.key,
            help=knob.help,
            on_change=_forget_budget if knob.key == "dataset" else None,
        )
    else:
        options = sorted([*{*knob.numbers(base), value}])
        control(st.select_slider, knob.label, options, value=value, key=knob.key, help=knob.help)
