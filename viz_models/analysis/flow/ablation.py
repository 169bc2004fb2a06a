"""Parts of a network switched off: residual branches, single maps, whole layers.

Nothing is changed in the network: its steps are watched while it runs, and what is off gives zeros
instead of its value. So there is nothing to restore.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.anynet.watcher import Watcher
from viz_models.analysis.flow.parts import Change, branches, change_of
from viz_models.analysis.flow.plan import plan, walk
from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.flow.trace import check_input
from viz_models.models import registry
from viz_models.models.versions import torch_version
from viz_models.records import ModelRef, Provenance, Step
from viz_models.records.flow.ablation import NetworkAblation, Off, OffSpec, PartAccuracy, Switched

Batch = tuple[Tensor, Tensor]  # (N, C, H, W) float32, (N,) int64
Progress = Callable[[int, int], None]


def switched(spec: OffSpec, x: np.ndarray) -> Switched:
    """Scores of a photo with everything on and with something off.

    Args:
        spec: Photo, network, and what is off.
        x: (C, H, W) float32 as the network's card says, normalized.

    Raises:
        ValueError: If x does not fit, or there is no such branch or map.
    """
    check_input(spec.trace, x)
    ref = spec.trace.model
    change = change_of(steps_of(ref), spec.off)
    photo = torch.tensor(x)[None]
    before, after = (scores(ref, photo, what)[0].numpy() for what in (Change(), change))
    versions = torch_version()
    return Switched(
        off=spec.off,
        before=before,
        after=after,
        provenance=Provenance(seed=ref.seed, versions=versions),
    )


def each_branch(spec: OffSpec, x: np.ndarray) -> Iterator[Switched]:
    """Every residual branch off alone, in the order in which a photo passes them.

    Others may use the network between two passes.
    """
    check_input(spec.trace, x)
    photo = torch.tensor(x)[None]
    ref = spec.trace.model
    before = scores(ref, photo, Change())[0].numpy()
    provenance = Provenance(seed=ref.seed, versions=torch_version())
    for name, end in branches(steps_of(ref)).items():
        off = Off(branches=(name,))
        after = scores(ref, photo, Change(frozenset({end})))[0].numpy()
        yield Switched(off=off, before=before, after=after, provenance=provenance)


def layers(steps: Sequence[Step]) -> tuple[str, ...]:
    """Convolutions of a network without skips whose maps are as large as those they read."""
    return tuple(
        step.name
        for step in steps
        if step.op == "conv2d" and step.input_shapes[0][1:] == step.output_shape[1:]
    )


def without_layer(steps: Sequence[Step], name: str) -> Change:
    """Return a convolution, and the norm behind it, that passes its input on.

    Missing channels are zeros, surplus ones are left out: the parameter-free shortcut (A) of
    He et al. 2016, arXiv:1512.03385, section 3.3.

    Raises:
        ValueError: If it is no convolution that keeps the size of its maps.
    """
    if name not in layers(steps):
        raise ValueError(f"{name} is no convolution that keeps the size of its maps")
    here = next(step for step in steps if step.name == name)
    norms = [s for s in steps if s.op == "batch_norm" and s.inputs == (name,)]
    return Change(passed_on={(norms[0] if norms else here).name: here.inputs[0]})


def scores(ref: ModelRef, photos: Tensor, change: Change) -> Tensor:
    """(N, classes) float32 logits; with nothing off, the network's own bit for bit.

    Args:
        ref: Which network; the shared one is used under its lock and stays as it is.
        photos: (N, C, H, W) float32; copied, for a first layer may work in place.
        change: What is off.
    """
    kept: dict[str, Tensor] = {}
    wanted = set(change.passed_on.values())

    def given(name: str, value: Tensor) -> Tensor:
        value = change.applied(name, value)
        if name in change.passed_on:
            value = _fitted(kept[change.passed_on[name]], value.shape[1])
        if name in wanted:
            kept[name] = value.clone()
        return value

    with registry.shared(ref) as model, torch.no_grad():
        return walk(Watcher(plan(ref).by_name(given)), model, photos)


def _fitted(maps: Tensor, channels: int) -> Tensor:
    """Return the same maps with as many channels as are needed, zeros last."""
    n, _, *size = maps.shape
    out = maps.new_zeros(n, channels, *size)
    both = min(channels, maps.shape[1])
    out[:, :both] = maps[:, :both]
    return out


def over_images(
    ref: ModelRef, title: str, batches: Iterable[Batch], progress: Progress | None = None
) -> NetworkAblation:
    """Top-1 accuracy with everything on, and with each part off alone.

    Parts are residual branches where there are any, else convolutional layers: Veit et al. 2016,
    section 4.1, arXiv:1605.06431.

    Args:
        ref: Trained weights.
        title: What to call the network.
        batches: Normalized test images and their classes; each batch is looked at once.
        progress: Told after each batch how many are done; 0 stands for an unknown total.
    """
    steps = steps_of(ref)
    changes = {"": Change()}
    changes |= {name: Change(frozenset({end})) for name, end in branches(steps).items()}
    if len(changes) == 1:
        changes |= {name: without_layer(steps, name) for name in layers(steps)}
    right, seen = dict.fromkeys(changes, 0), 0
    for done, (photos, classes) in enumerate(batches, start=1):
        seen += len(classes)
        for name, change in changes.items():
            right[name] += int((scores(ref, photos, change).argmax(1) == classes).sum())
        if progress:
            progress(done, 0)
    if not seen:
        raise ValueError("there are no test images to look at")
    return NetworkAblation(
        title=title,
        whole=right.pop("") / seen,
        classes=len(registry.card(ref).labels),
        parts=tuple(PartAccuracy(name, count / seen) for name, count in right.items()),
    )
