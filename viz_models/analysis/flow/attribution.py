"""Why this class? Captum's methods on a private copy of the network, slice by slice.

The shared network is never hooked nor held. One attribution computes at a time in the whole
process; a slow one gives way to others after each pass, and only one slow one is under way.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, prod
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.flow.attribution_copy import last_maps, private
from viz_models.analysis.flow.guided import Guided
from viz_models.analysis.flow.trace import check_input
from viz_models.language import gettext as _
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.flow.attribution import SLOW, Attribution, AttributionSpec, Completeness

Progress = Callable[[int, int], None]  # passes done, in all; may raise to stop
GAP = 0.02  # of completeness, above which more steps are taken
MOST_STEPS = 400
PAUSE = 0.002  # s between passes, so that whoever waits for a turn gets it
PATIENCE = 0.2  # s between two looks whether somebody else's slow one is done
_turn, _slow = threading.Lock(), threading.Lock()


def attribute(
    spec: AttributionSpec, x: np.ndarray, progress: Progress | None = None
) -> Attribution:
    """Which pixels speak for a class, by one of captum's methods.

    What is explained is the logit. The baseline of integrated gradients and of occlusion is 0
    after normalization, the mean color of ImageNet.

    Args:
        spec: Photo, network, method and class.
        x: (C, H, W) float32 as the network's card says, normalized.
        progress: Told before each pass of a slow method; what it raises stops the work.

    Returns:
        Values as captum gives them, and the heat that is drawn: the largest |gradient| of the
        color channels for saliency and Guided Grad-CAM, the part that speaks for the class,
        summed over the channels, for the others.

    Raises:
        ValueError: If x does not fit, there is no such class, or the method cannot be used on
            this network.

    References:
        Saliency: arXiv:1312.6034. Integrated gradients, eq. 1: arXiv:1703.01365. Grad-CAM, eq. 1
        and 2, and Guided Grad-CAM: arXiv:1610.02391. Occlusion: arXiv:1311.2901. Randomized
        weights: arXiv:1810.03292.
    """
    check_input(spec.trace, x)
    layer = last_maps(spec.trace.model) if "grad-cam" in spec.method else ""
    begin = time.perf_counter()
    with _in_line(spec, progress), _turn:
        model = private(spec.trace.model, randomized=spec.randomized)
        work = _Work(model, torch.tensor(x)[None], layer, progress)
        target = work.class_of(spec.target)
        values, completeness = _METHODS[spec.method](work, spec, target)
    return Attribution(
        spec=spec,
        target=target,
        score=float(work.scores[target]),
        values=values[0].detach().float().numpy(),
        heat=_heat(spec, values.detach(), x.shape[1:]),
        against=_against(values) if spec.method in SLOW else None,
        completeness=completeness,
        layer=layer,
        passes=work.passes,
        seconds=time.perf_counter() - begin,
        provenance=Provenance(seed=spec.trace.model.seed, versions=torch_version()),
    )


@contextmanager
def _in_line(spec: AttributionSpec, progress: Progress | None) -> Iterator[None]:
    """Slow ones wait until no other is under way, and may be stopped meanwhile."""
    if spec.method not in SLOW:
        yield
        return
    while not _slow.acquire(timeout=PATIENCE):
        if progress:
            progress(0, 1)
    try:
        yield
    finally:
        _slow.release()


class _Work:
    """A private network, the photo, and how often the network ran."""

    def __init__(
        self, model: nn.Module, photo: Tensor, layer: str, progress: Progress | None
    ) -> None:
        self.model, self.photo, self.progress = model, photo, progress
        self.layer = model.get_submodule(layer) if layer else None
        self.passes, self.expected = 0, 0
        with torch.no_grad():
            self.scores: Tensor = self.run(photo)[0]

    def class_of(self, target: int | None) -> int:
        """Return the class that was asked for, else the one with the highest score."""
        if target is None:
            return int(self.scores.argmax())
        if not 0 <= target < len(self.scores):
            raise ValueError(f"there is no class {target}; choose 0 to {len(self.scores) - 1}")
        return target

    def run(self, photos: Tensor) -> Tensor:
        """Logits; before it runs, others get their turn."""
        if self.expected:
            self._give_way()
        self.passes += 1
        out: Tensor = self.model(photos)
        return out

    def _give_way(self) -> None:
        _turn.release()
        try:
            if self.progress:
                self.progress(min(self.passes, self.expected), self.expected)
            time.sleep(PAUSE)
        finally:
            _turn.acquire()


Found = tuple[Tensor, Completeness | None]


def _saliency(work: _Work, spec: AttributionSpec, target: int) -> Found:
    from viz_models.patches.no_plots import attr

    photo = work.photo.clone().requires_grad_()
    return attr.Saliency(work.run).attribute(photo, target=target), None


def _grad_cam(work: _Work, spec: AttributionSpec, target: int) -> Found:
    from viz_models.patches.no_plots import attr

    method = attr.LayerGradCam(work.model, work.layer)
    return method.attribute(work.photo, target=target, relu_attributions=True), None


def _guided_grad_cam(work: _Work, spec: AttributionSpec, target: int) -> Found:
    """Captum's GuidedGradCam, but with every ReLU guided, also those that are no modules."""
    from viz_models.patches.no_plots import attr

    with Guided() as guided:
        photo = work.photo.clone().requires_grad_()
        gradient = attr.Saliency(work.run).attribute(photo, target=target, abs=False)
    if not guided.count:
        raise ValueError(_("Guided Grad-CAM changes how ReLUs pass gradients; there are none"))
    maps, _complete = _grad_cam(work, spec, target)
    size = tuple(work.photo.shape[2:])
    return gradient * attr.LayerAttribution.interpolate(maps, size, "bilinear"), None


def _integrated_gradients(work: _Work, spec: AttributionSpec, target: int) -> Found:
    """More steps where the sum is not yet what it must be."""
    from viz_models.patches.no_plots import attr

    with torch.no_grad():
        baseline = work.run(torch.zeros_like(work.photo))[0, target]
    expected, steps = float(work.scores[target] - baseline), spec.steps
    while True:
        work.passes, work.expected = 0, steps
        found = attr.IntegratedGradients(work.run).attribute(
            work.photo, target=target, n_steps=steps, internal_batch_size=1
        )
        reached = Completeness(float(found.double().sum()), expected, steps)
        if (reached.gap or 0) <= GAP or 2 * steps > MOST_STEPS:
            return found, reached
        steps *= 2


def _occlusion(work: _Work, spec: AttributionSpec, target: int) -> Found:
    from viz_models.patches.no_plots import attr

    window, strides = windows(work.photo.shape[1:])
    sides = zip(work.photo.shape[1:], window, strides, strict=True)
    work.passes, work.expected = 0, 1 + prod(ceil((n - w) / s) + 1 for n, w, s in sides)
    found = attr.Occlusion(work.run).attribute(
        work.photo, window, strides, target=target, perturbations_per_eval=1
    )
    return found, None


def windows(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Window and stride of occlusion: a seventh and a fourteenth of each side, all colors."""
    channels, *sides = shape
    strides = [max(1, side // 14) for side in sides]
    return (channels, *(2 * s for s in strides)), (channels, *strides)


_METHODS: dict[str, Callable[[_Work, AttributionSpec, int], Found]] = {
    "saliency": _saliency,
    "integrated-gradients": _integrated_gradients,
    "grad-cam": _grad_cam,
    "guided-grad-cam": _guided_grad_cam,
    "occlusion": _occlusion,
}


def _heat(spec: AttributionSpec, values: Tensor, size: Any) -> np.ndarray:  # noqa: ANN401
    """(H, W) >= 0 of (1, C, h, w)."""
    if spec.method == "grad-cam":
        heat = F.interpolate(values, tuple(size), mode="bilinear")[0, 0]
    elif spec.method in SLOW:
        channels = 1 if spec.method == "integrated-gradients" else values.shape[1]  # all alike
        heat = values[0].sum(0).clamp(min=0) / channels
    else:
        heat = values[0].abs().amax(0)
    array: np.ndarray = heat.contiguous().float().numpy()
    array.flags.writeable = False
    return array


def _against(values: Tensor) -> float:
    flat = values.detach().double().sum(1)
    whole = float(flat.abs().sum())
    return float(-flat.clamp(max=0).sum()) / whole if whole else 0.0


def prepare() -> None:
    """Import captum now, before somebody waits for it."""
    import viz_models.patches.no_plots  # noqa: F401
