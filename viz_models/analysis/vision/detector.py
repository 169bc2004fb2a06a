"""A Mask R-CNN on one scene, stage by stage, with torchvision's own parts.

References:
    He et al. 2017, Mask R-CNN, arXiv:1703.06870. Ren et al. 2015, Faster R-CNN, arXiv:1506.01497.
"""

import copy
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import maskrcnn_inference, paste_masks_in_image
from torchvision.models.detection.rpn import concat_box_prediction_layers
from torchvision.ops import boxes as box_ops

from viz_models.analysis.vision.detector_boxes import best_iou, suppressed
from viz_models.analysis.vision.detector_pooling import pooled
from viz_models.images.scenes import scene as draw
from viz_models.models import detectors
from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.vision.detector import Detection, DetectSpec, Found, Pool, Proposals
from viz_models.records.vision.scene import SCENE_SIDE, Scene

if TYPE_CHECKING:
    from torchvision.models.detection import MaskRCNN
    from torchvision.models.detection.roi_heads import RoIHeads

SIZE = (SCENE_SIDE, SCENE_SIDE)
LEVEL = "0"  # torchvision's name for the one feature map


class PoolLayer(nn.Module):
    """Pools one feature map in the place of torchvision's MultiScaleRoIAlign."""

    def __init__(self, pool: Pool, cells: int) -> None:
        """Pool every box to cells x cells."""
        super().__init__()
        self.pool: Pool = pool
        self.cells = cells

    def forward(
        self, features: dict[str, Tensor], boxes: list[Tensor], _sizes: object = None
    ) -> Tensor:
        """(1, C, H, W) and one (K, 4) to (K, C, n, n)."""
        return pooled(features[LEVEL], boxes[0], self.pool, self.cells)


def detection(spec: DetectSpec) -> Detection:
    """Send a scene through the trained detector and keep what every stage makes.

    Raises:
        ValueError: With one line for the reader, if the scene cannot be drawn.
    """
    scene = draw(spec.scene)
    with detectors.digits_mask_rcnn() as shared, torch.no_grad():
        model = variant(shared, spec)
        return _detection(model, spec, scene)


def variant(model: "MaskRCNN", spec: DetectSpec) -> "MaskRCNN":
    """Return a network that shares all weights and has the pooling and the thresholds asked for."""
    changed = copy.copy(model)
    changed._modules = dict(model._modules)
    for name in ("rpn", "roi_heads"):
        part = copy.copy(getattr(model, name))
        part._modules = dict(part._modules)
        changed._modules[name] = part
    changed.rpn.nms_thresh = spec.proposal_nms
    changed.roi_heads.nms_thresh = spec.final_nms
    changed.roi_heads.score_thresh = spec.least_score
    if spec.pool != "roi_align":
        changed.roi_heads.box_roi_pool = PoolLayer(spec.pool, detectors.POOLED)
        changed.roi_heads.mask_roi_pool = PoolLayer(spec.pool, detectors.MASK_POOLED)
    return changed


def _detection(model: "MaskRCNN", spec: DetectSpec, scene: Scene) -> Detection:
    image = torch.from_numpy(scene.image)[None]
    images, _ = model.transform([image])
    features = {LEVEL: model.backbone(images.tensors)}
    proposals = _proposals(model, images, features, scene)
    boxes = torch.from_numpy(proposals.boxes[proposals.kept])
    heads = model.roi_heads
    pooled = heads.box_roi_pool(features, [boxes], [SIZE])
    logits, deltas = heads.box_predictor(heads.box_head(pooled))
    found = _found(model, features, boxes, logits, deltas, scene)
    refined = heads.box_coder.decode(deltas, [boxes]).reshape(-1, detectors.CLASSES, 4)
    return Detection(
        spec=spec,
        scene=scene,
        features=features[LEVEL][0].numpy(),
        proposals=proposals,
        pooled=pooled.numpy(),
        class_scores=F.softmax(logits, -1).numpy(),
        refined=box_ops.clip_boxes_to_image(refined, SIZE).numpy(),
        found=found,
        is_equal=_equals(found, model([image])[0]),
        provenance=Provenance(seed=spec.scene.seed, versions=torch_version()),
    )


def _proposals(
    model: "MaskRCNN", images: ImageList, features: dict[str, Tensor], scene: Scene
) -> Proposals:
    """Run the region proposal network as `torchvision.models.detection.rpn` does."""
    rpn = model.rpn
    maps = list(features.values())
    anchors = rpn.anchor_generator(images, maps)[0]
    logits, deltas = rpn.head(maps)
    objectness, flat = concat_box_prediction_layers(logits, deltas)
    boxes = rpn.box_coder.decode(flat, [anchors]).view(-1, 4)
    boxes = box_ops.clip_boxes_to_image(boxes, SIZE)
    likeliest = objectness.flatten().topk(min(rpn.pre_nms_top_n(), len(anchors))).indices
    scores = torch.sigmoid(objectness.flatten()[likeliest])
    large = torch.zeros(len(likeliest), dtype=torch.bool)
    large[box_ops.remove_small_boxes(boxes[likeliest], rpn.min_size)] = True
    candidates = likeliest[large & (scores >= rpn.score_thresh)]
    kept = box_ops.nms(
        boxes[candidates], torch.sigmoid(objectness.flatten()[candidates]), rpn.nms_thresh
    )
    kept = candidates[kept[: rpn.post_nms_top_n()]]
    values = torch.sigmoid(objectness.flatten()[candidates]).numpy()
    by = suppressed(boxes[candidates].numpy(), values, rpn.nms_thresh)
    return Proposals(
        anchors=anchors.numpy(),
        objectness=objectness.flatten().numpy(),
        best_iou=best_iou(anchors.numpy(), scene.boxes),
        boxes=boxes.numpy(),
        candidates=candidates.numpy(),
        kept=kept.numpy(),
        removed_by=np.where(by < 0, -1, candidates.numpy()[by]),
    )


def _found(
    model: "MaskRCNN",
    features: dict[str, Tensor],
    proposals: Tensor,
    logits: Tensor,
    deltas: Tensor,
    scene: Scene,
) -> Found:
    """Run the end of both branches as `torchvision.models.detection.roi_heads` does."""
    heads = model.roi_heads
    (boxes,), (scores,), (labels,) = heads.postprocess_detections(
        logits, deltas, [proposals], [SIZE]
    )
    maps = heads.mask_roi_pool(features, [boxes], [SIZE])
    mask_logits = heads.mask_predictor(heads.mask_head(maps))
    small = maskrcnn_inference(mask_logits, [labels])[0]
    masks = paste_masks_in_image(small, boxes, SIZE)
    return Found(
        boxes=boxes.numpy(),
        digits=labels.numpy() - 1,
        scores=scores.numpy(),
        small_masks=small[:, 0].numpy(),
        masks=masks[:, 0].numpy(),
        proposal=_made_of(heads, deltas, proposals, boxes, labels),
        iou=best_iou(boxes.numpy(), scene.boxes),
    )


def _made_of(
    heads: "RoIHeads",
    deltas: Tensor,
    proposals: Tensor,
    boxes: Tensor,
    labels: Tensor,
) -> np.ndarray:
    """(D,): for each thing that was found, the proposal whose refined box it has."""
    if not len(boxes):
        return np.zeros(0, np.int64)
    refined = box_ops.clip_boxes_to_image(heads.box_coder.decode(deltas, [proposals]), SIZE)
    far = (refined[:, labels] - boxes[None]).abs().sum(-1)  # (P, D)
    return far.argmin(0).numpy()


def _equals(found: Found, whole: dict[str, Tensor]) -> bool:
    """Whether the network in one call gives the same bits."""
    pairs = (
        (found.boxes, whole["boxes"]),
        (found.digits + 1, whole["labels"]),
        (found.scores, whole["scores"]),
        (found.masks, whole["masks"][:, 0]),
    )
    return all(np.array_equal(ours, theirs.numpy()) for ours, theirs in pairs)
