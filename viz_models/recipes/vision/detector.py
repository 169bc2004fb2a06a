"""Teach a tiny Mask R-CNN to find, name and cut out the digits of a scene."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from viz_models.analysis.vision.detector_quality import SCENES, machine, quality, wirings
from viz_models.images.scenes import scene
from viz_models.models import detectors
from viz_models.models.versions import torch_version
from viz_models.recipes.attention import Job
from viz_models.recipes.fitting import FitSpec, fit
from viz_models.recordings.vision.detector import DetectorRecording
from viz_models.records import StepRecord
from viz_models.records.provenance import Provenance
from viz_models.records.vision.detector import POOLS, Quality
from viz_models.records.vision.scene import Scene, SceneSpec

if TYPE_CHECKING:
    from torchvision.models.detection import MaskRCNN

Example = tuple[Tensor, dict[str, Tensor]]
POOL = 6000  # scenes that are made once and seen again and again
LONG = FitSpec(steps=2600, batch_size=8, lr=3e-3)
FINISH = FitSpec(steps=1000, batch_size=8, lr=3e-3)  # afterwards, for finer masks
MASK_WEIGHT = 4.0  # of the mask in the loss while finishing; all else counts once


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Told:
    """How good a network is, in words too."""

    quality: Quality
    tested_on: str
    line: str


def told(model: "MaskRCNN", scenes: int) -> Told:
    """Test a network that is in eval mode on unseen scenes."""
    found = quality(model, count=scenes)
    tested_on = f"AP50 on {scenes} scenes of test digits; mask IoU {found.mask_iou:.3f}"
    share = found.average_precision["50"]
    return Told(quality=found, tested_on=tested_on, line=f"{share:.2%} {tested_on}")


def job(seed: int, steps: int | None = None) -> Job:
    """Return the network, how to train it, and how good it then is."""
    spec = replace(LONG, seed=seed, steps=steps or LONG.steps)
    model = detectors.build(seed)
    return Job(
        name=detectors.DIGITS,
        model=model,
        recipe=f"from random weights; Adam, {spec.steps} steps of {spec.batch_size}, rate "
        f"{spec.lr:g} with warm-up, cosine; {POOL} scenes of viz_models/images/scenes.py; sum of "
        f"torchvision's five losses; then {min(FINISH.steps, spec.steps)} steps at {FINISH.lr:g} "
        f"with {MASK_WEIGHT:g} times the loss of the mask",
        spec=spec,
        train=lambda: train(model, spec),
        test=lambda: quality(model.eval()).average_precision["50"],
        tested_on=f"AP50 on {SCENES} scenes of test digits",
    )


def train(model: "MaskRCNN", spec: FitSpec, pool: int = POOL) -> Iterator[StepRecord]:
    """Train in place on scenes of training digits, then finish with more weight on the masks.

    Args:
        model: In training mode.
        spec: Steps, scenes a step, learning rate; finishing takes FINISH.steps more, at most as
            many as these.
        pool: How many different scenes there are.
    """
    scenes = (scene(SceneSpec(seed=i, training=True)) for i in range(pool))
    examples = [(picture(s), target(s)) for s in scenes]
    yield from phase(model, examples, spec, 1.0)
    steps = min(FINISH.steps, spec.steps)
    yield from phase(model, examples, replace(FINISH, steps=steps, seed=spec.seed + 1), MASK_WEIGHT)


def phase(
    model: "MaskRCNN", examples: Sequence[Example], spec: FitSpec, mask_weight: float
) -> Iterator[StepRecord]:
    """Train in place with torchvision's five losses, of which that of the mask is weighted."""
    torch.manual_seed(spec.seed)  # torchvision draws the boxes that it learns from
    order = torch.Generator().manual_seed(spec.seed)

    def batches() -> Iterator[list[Example]]:
        while True:
            for chosen in torch.randperm(len(examples), generator=order).split(spec.batch_size):
                yield [examples[i] for i in chosen.tolist()]

    def measure(batch: Sequence[Example]) -> tuple[Tensor, float]:
        images, targets = zip(*batch, strict=True)
        losses = model(list(images), list(targets))
        parts = (mask_weight * v if k == "loss_mask" else v for k, v in losses.items())
        return torch.stack(list(parts)).sum(), float("nan")  # a box is not just right

    return fit(model, batches(), measure, spec)


def picture(scene: Scene) -> Tensor:
    """(1, 64, 64) float32, as torchvision's detectors take it."""
    return torch.from_numpy(scene.image)[None]


def target(scene: Scene) -> dict[str, Tensor]:
    """Return the truth about a scene as torchvision's detectors take it; class 1 is the digit 0."""
    return {
        "boxes": torch.from_numpy(scene.boxes),
        "labels": torch.tensor([d + 1 for d in scene.labels]),
        "masks": torch.from_numpy(scene.masks.astype("uint8")),
    }


def record(told: Callable[[int, int], None] = lambda done, total: None) -> DetectorRecording:
    """Measure what the lesson on detectors does not measure while somebody waits.

    Args:
        told: How many scenes are done, and of how many, for each way to pool.
    """
    with detectors.digits_mask_rcnn() as model:
        return DetectorRecording(
            qualities=tuple(quality(model, pool, told=told) for pool in POOLS),
            wirings=wirings(model, scene(SceneSpec())),
            provenance=Provenance(
                kind="recorded run",
                device=machine(),
                date=datetime.date.today().isoformat(),
                versions=torch_version(),
            ),
        )
