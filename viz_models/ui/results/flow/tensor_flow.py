"""The door from the pages to what is computed. Every result is looked up before it is made.

torch takes two seconds to import, so nothing above this module imports it: a page on a fresh
server shows its question first and waits here, inside a function, with the rest.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from viz_models import language
from viz_models.recordings.shipped import opening
from viz_models.records import (
    Calculation,
    Cell,
    Footprint,
    ImageRef,
    Merge,
    ModelRef,
    Photo,
    Prepared,
    Step,
    Trace,
    TraceSpec,
)
from viz_models.ui.kit import cache, fetching

T = TypeVar("T")
_SMALL = 4096  # bytes, for results that are a handful of numbers
_LARGE = 2_500_000_000  # multiply-adds, some 0.1 s: timed once, not five times


def warm(step: str = "input") -> None:
    """Compute what the flow page opens with, before anybody asks; bring Plotly for all pages."""
    from viz_models.analysis.flow import attribution, cells
    from viz_models.figures.flow import tensor_flow as figures

    spec = TraceSpec(model=ModelRef(weights="imagenet") if is_preferred() else opening())
    _, prepared = sample(spec.image.name)
    done = trace(spec, prepared)
    cell = cells.striking(done.value(step))
    calculation(done, prepared, step, cell)
    footprint(done, step, cell)
    size_formula(done.steps[done.index(step)])
    milliseconds(spec, prepared)
    figures.depth_band(done, step, dark=False)
    attribution.prepare()


def sample(name: str, side: int = 224, model: ModelRef | None = None) -> tuple[Photo, Prepared]:
    """Return a sample photo, decoded and preprocessed for a network that takes this side.

    With `model`, as the weights of that one of torchvision's say.
    """
    from viz_models.images import samples

    def load() -> tuple[Photo, Prepared]:
        photo = samples.load(name)
        return photo, prepared(photo, side, model)

    return cache.remembered(
        (ImageRef(name=name), "photo", side, model and model.name, language.current()),
        load,
        lambda r: r[0].pixels.nbytes + r[1].tensor.nbytes,
    )


def own_photo(raw: bytes, label: str) -> tuple[Photo, Prepared, np.ndarray]:
    """Return a reader's own photo and its five parts; not kept here, it belongs to one session.

    Raises:
        ValueError: With one line for the reader, if it is no picture that we can take.
    """
    from viz_models.analysis.flow.preprocess import prepare
    from viz_models.analysis.flow.ten_parts import cut
    from viz_models.images.decode import decode

    photo = decode(raw, label)
    return photo, prepare(photo), cut(photo)


def prepared(photo: Photo, side: int, model: ModelRef | None = None) -> Prepared:
    """Prepare a photo for a network of this side, or for a model of torchvision's."""
    from viz_models.analysis.flow.preprocess import prepare, prepare_for

    return prepare_for(photo, model) if model else prepare(photo, side)


def refusal(model: ModelRef) -> str:
    """Why a machine that strangers share does not build a network; empty if it may."""
    from viz_models.runs import home

    if not home.hosted() or model.build is not None:
        return ""
    from viz_models.analysis.pricing import zoo as price_zoo

    return price_zoo.refusal(model.name)


def left_out(model: ModelRef) -> str:
    """Return a sentence on the parameters that do not run in eval mode; empty where all do."""
    from viz_models.analysis.pricing import zoo as price_zoo

    return price_zoo.left_out(model) if model.build is None else ""


def weights_are_here(model: ModelRef) -> bool:
    """Whether nothing has to be fetched before the network can be built."""
    if model.weights != "imagenet":
        return True
    from viz_models.models import zoo

    return zoo.file(model.name).exists()


def fetch_weights(model: ModelRef) -> Iterator[tuple[int, int]]:
    """Fetch a network's weights into torch's cache, and open with them from then on.

    Yields:
        Bytes so far and in all.

    Raises:
        OSError: With one line for the reader.
    """
    from viz_models.models import zoo
    from viz_models.runs import home

    fetching.check()
    yield from zoo.fetch(model.name)
    home.prefer(model.name, zoo.file(model.name))


def is_preferred(name: str = "resnet18") -> bool:
    """Whether ImageNet's weights of a network were fetched on this server; imports no torch."""
    from viz_models.runs import home

    return home.is_preferred(name)


def megabytes(model: ModelRef) -> float:
    """Return the size of the file that torchvision offers, in millions of bytes."""
    from viz_models.models import zoo

    return zoo.megabytes(model.name)


def steps(model: ModelRef) -> tuple[Step, ...]:
    """Return the steps of a network, without running it."""
    from viz_models.analysis.flow.trace import steps_of

    return steps_of(model)


def off_steps(spec: TraceSpec) -> frozenset[str]:
    """Return the steps that give nothing but zeros because their branch is switched off."""
    from viz_models.analysis.flow.parts import change_of

    return change_of(steps(spec.model), spec.off).zero


def trace(spec: TraceSpec, prepared: Prepared) -> Trace:
    """One forward pass, every step kept."""
    from viz_models.analysis.flow.trace import trace as compute

    return cache.remembered(
        (spec, "trace"),
        lambda: compute(spec, prepared.tensor),
        lambda t: t.bytes,
        private=spec.image.kind == "upload",
        needs=weights_bytes(spec.model),
    )


def weights_bytes(model: ModelRef) -> int:
    """Return what the weights of a network take; 0 for one that was built here: those are small."""
    if model.build is not None:
        return 0
    from viz_models.models import zoo

    return 4 * zoo.parameters(model.name)


def milliseconds(spec: TraceSpec, prepared: Prepared) -> np.ndarray:
    """Time of every step on this machine; float64, median of five passes.

    Measured once for a network: neither its weights nor the photo change how long it takes.
    """
    from viz_models.analysis.flow.timing import milliseconds as compute

    repeats = 5 if sum(step.macs for step in steps(spec.model)) < _LARGE else 1
    return cache.remembered(
        (spec.model.architecture, "milliseconds"),
        lambda: compute(spec.model, prepared.tensor, repeats),
        lambda a: a.nbytes,
    )


def calculation(trace: Trace, prepared: Prepared, step: str, cell: Cell) -> Calculation:
    """How one value of one step came about."""
    from viz_models.analysis.flow import arithmetic

    def compute() -> Calculation:
        if step == "input":
            return arithmetic.input_calculation(prepared, cell)
        return arithmetic.calculation(trace, step, cell)

    return _of_photo(trace.spec, ("value", step, cell), compute, lambda _: _SMALL)


def merge(trace: Trace, step: str) -> Merge:
    """Return what the branch of a residual block does to its stream."""
    from viz_models.analysis.flow.merges import merge as compute

    return _of_photo(trace.spec, ("merge", step), lambda: compute(trace, step), lambda _: _SMALL)


def footprint(trace: Trace, step: str, cell: Cell) -> Footprint:
    """Return what one value really reacts to, by a backward pass."""
    from viz_models.analysis.flow.footprint import footprint as compute

    return _of_photo(
        trace.spec,
        ("footprint", step, cell),
        lambda: compute(trace, step, cell),
        lambda f: f.gradient.nbytes,
    )


def size_formula(step: Step) -> str:
    """How H and W of the output follow from those of the input, with the numbers in it."""
    from viz_models.analysis.flow.shapes import formula

    return formula(step)


def why_addable(step: Step, all_steps: tuple[Step, ...]) -> str:
    """Why the two sides of an add have the same shape."""
    from viz_models.analysis.flow.shapes import why_addable as compute

    return compute(step, all_steps)


def stream_name(step: Step, all_steps: tuple[Step, ...]) -> str:
    """Return what is added to F(x): x itself, or what a projection or padding made of it."""
    from viz_models.analysis.flow.merges import paths

    return paths(all_steps, step.name).stream_name


def is_merge(step: Step, all_steps: tuple[Step, ...]) -> bool:
    """Whether an add brings two paths together that parted before."""
    from viz_models.analysis.flow.merges import paths

    try:
        return bool(paths(all_steps, step.name))
    except ValueError:
        return False


def is_dense(step: Step, all_steps: tuple[Step, ...]) -> bool:
    """Whether a concatenation keeps what its other inputs were computed from."""
    from viz_models.analysis.flow.merges import is_dense as compute

    return compute(step, all_steps)


def stream(step: Step, all_steps: tuple[Step, ...]) -> tuple[Step, tuple[Step, ...]]:
    """Where the two sides of an add part, and the steps that x itself takes from there."""
    from viz_models.analysis.flow.merges import paths

    ways = paths(all_steps, step.name)
    return next(s for s in all_steps if s.name == ways.fork), ways.stream


def script(spec: TraceSpec, step: str, cell: Cell, photo_path: str | None) -> str:
    """Return a Python script without this project's imports that prints the same digits."""
    from viz_models.analysis.flow.script import flow_script

    return flow_script(spec, step, cell, photo_path)


def of_trace(trace: Trace, what: object, compute: Callable[[], T], size: Callable[[T], int]) -> T:
    """Anything drawn from a trace (faces, packed maps), kept as long as others ask for it."""
    return _of_photo(trace.spec, what, compute, size)


def _of_photo(
    spec: TraceSpec, what: object, compute: Callable[[], T], size: Callable[[T], int]
) -> T:
    key = (spec, what, language.current())  # what is drawn holds words
    return cache.remembered(key, compute, size, private=spec.image.kind == "upload")
