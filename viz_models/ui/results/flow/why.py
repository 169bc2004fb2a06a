"""Results for the questions "why this class?" and "what if this part is off?" of the flow page."""

import numpy as np

from viz_models.records import ModelRef, Prepared, Step, Trace
from viz_models.records.flow.ablation import AblationRecord, OffSpec, Switched
from viz_models.records.flow.attribution import Agreement, Attribution, AttributionSpec
from viz_models.records.flow.prediction import Guess, Prediction, TenParts
from viz_models.ui.kit import cache
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.jobs import Job
from viz_models.ui.kit.sizes import held_bytes


def prediction(trace: Trace) -> Prediction:
    """Return the likeliest classes of a forward pass."""
    from viz_models.analysis.flow.prediction import prediction as compute

    return compute(trace.spec.model, trace.probabilities)


def ten_parts(trace: Trace, pictures: np.ndarray) -> TenParts:
    """Return what the network of a forward pass says of ten parts of a reader's own photo."""
    from viz_models.analysis.flow.ten_parts import ten_parts as compute

    return cache.remembered(
        (trace.spec, "ten parts"),
        lambda: compute(trace.spec.model, pictures),
        held_bytes,
        private=True,
    )


def guesses(model: ModelRef, logits: np.ndarray) -> tuple[Guess, ...]:
    """Return the likeliest classes of these logits, all of them; the likeliest first."""
    from viz_models.analysis.flow.prediction import guesses as compute

    logits = logits.astype(np.float64)
    powers = np.exp(logits - logits.max())
    return compute(powers / powers.sum(), classes(model), len(logits))


def classes(model: ModelRef) -> tuple[str, ...]:
    """Return what a network's classes are called."""
    from viz_models.models import registry

    return registry.card(model).labels


def attribution(spec: AttributionSpec, prepared: Prepared) -> Attribution:
    """From the store, or computed now: for methods that take a tenth of a second.

    Raises:
        ValueError: If the method cannot be used on this network.
    """
    from viz_models.analysis.flow.attribution import attribute

    return cache.remembered(
        spec, lambda: attribute(spec, prepared.tensor), held_bytes, private=_of_upload(spec)
    )


def found(spec: AttributionSpec) -> Attribution | None:
    """From the store alone."""
    return cache.found(spec, private=_of_upload(spec))


def keep(made: Attribution) -> None:
    """Put into the store what a job computed."""
    cache.remembered(made.spec, lambda: made, held_bytes, private=_of_upload(made))


def job(
    specs: tuple[AttributionSpec, ...], prepared: Prepared
) -> Job[AttributionSpec, Attribution]:
    """Begin to compute slow ones."""
    from viz_models.analysis.flow.attribution import attribute

    return Job(specs, lambda spec, progress: attribute(spec, prepared.tensor, progress))


def _of_upload(asked: AttributionSpec | OffSpec | Attribution, *_: object) -> bool:
    spec = asked.spec if isinstance(asked, Attribution) else asked
    return spec.trace.image.kind == "upload"


@cached(lambda a, b: (a.spec, b.spec), private=_of_upload)
def agreement(a: Attribution, b: Attribution) -> Agreement:
    """How alike what two methods say is."""
    from viz_models.analysis.flow.attribution_agreement import agreement as compute

    return compute(a.heat, b.heat)


def branches(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Return the adds whose branch can be switched off."""
    from viz_models.analysis.flow.parts import branches as find

    return tuple(find(steps))


@cached(lambda spec, _: spec, private=_of_upload)
def switched(spec: OffSpec, prepared: Prepared) -> Switched:
    """Scores with everything on and with something off."""
    from viz_models.analysis.flow.ablation import switched as compute

    return compute(spec, prepared.tensor)


@cached(lambda spec, _: spec.trace, private=_of_upload)
def each_branch(spec: OffSpec, prepared: Prepared) -> tuple[Switched, ...]:
    """Every branch off alone, for one photo."""
    from viz_models.analysis.flow.ablation import each_branch as compute

    return tuple(compute(spec, prepared.tensor))


@cached(turn=False)
def recorded() -> AblationRecord | None:
    """Branches off over test images, if that was recorded."""
    from viz_models.recordings import ablation as recordings

    return recordings.load() if recordings.PATH.exists() else None
