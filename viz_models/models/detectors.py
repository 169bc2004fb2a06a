"""The tiny Mask R-CNN for scenes of digits, built of torchvision's own classes."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from torch import Tensor, nn

from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.records.vision.scene import SCENE_SIDE

if TYPE_CHECKING:
    from torchvision.models.detection import MaskRCNN

DIGITS = "digits_mask_rcnn"
CLASSES = 11  # class 0 is the background, class 1 + d the digit d
CHANNELS = 32  # of the feature map
STRIDE = 4  # px of the scene for a cell of the feature map
POOLED = 7  # cells that every box becomes, in each direction
MASK_POOLED = 14  # the same for the mask
HIDDEN = 96  # units of the box head
SAMPLES = 2  # sampling_ratio of RoIAlign: 2x2 points a cell
ANCHOR_SIZES = (12, 17, 24)  # px, square root of the area
ANCHOR_RATIOS = (1.0, 1.6)  # height / width
MEAN, STD = 0.25, 0.25  # of the pixels, roughly


class Backbone(nn.Sequential):
    """Five convolutions with BatchNorm and ReLU: (N, 1, 64, 64) to (N, 32, 16, 16)."""

    out_channels = CHANNELS  # torchvision asks for it

    def __init__(self) -> None:
        """Random weights from torch's seed."""
        widths = ((1, 16, 1), (16, 16, 2), (16, 16, 1), (16, CHANNELS, 2), (CHANNELS, CHANNELS, 1))
        layers: list[nn.Module] = []
        for channels, out, stride in widths:
            layers += [
                nn.Conv2d(channels, out, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(),
            ]
        super().__init__(*layers)


def build(seed: int = 0) -> "MaskRCNN":
    """Build a fresh, untrained network of your own, in training mode; the same for the same seed.

    References:
        He et al. 2017, Mask R-CNN, arXiv:1703.06870. Ren et al. 2015, Faster R-CNN,
        arXiv:1506.01497: anchors and the network that proposes boxes.
    """
    from torchvision.models import detection
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
    from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
    from torchvision.models.detection.rpn import AnchorGenerator
    from torchvision.ops import MultiScaleRoIAlign

    with registry.seeded(seed):
        return detection.MaskRCNN(
            Backbone(),
            min_size=SCENE_SIDE,
            max_size=SCENE_SIDE,
            image_mean=[MEAN],
            image_std=[STD],
            rpn_anchor_generator=AnchorGenerator((ANCHOR_SIZES,), (ANCHOR_RATIOS,)),
            rpn_pre_nms_top_n_train=200,
            rpn_pre_nms_top_n_test=200,
            rpn_post_nms_top_n_train=64,
            rpn_post_nms_top_n_test=32,
            rpn_batch_size_per_image=64,
            rpn_score_thresh=0.05,
            box_roi_pool=MultiScaleRoIAlign(["0"], POOLED, SAMPLES),
            box_head=TwoMLPHead(CHANNELS * POOLED**2, HIDDEN),
            box_predictor=FastRCNNPredictor(HIDDEN, CLASSES),
            box_score_thresh=0.05,
            box_nms_thresh=0.5,
            box_detections_per_img=10,
            box_batch_size_per_image=32,
            mask_roi_pool=MultiScaleRoIAlign(["0"], MASK_POOLED, SAMPLES),
            mask_head=MaskRCNNHeads(CHANNELS, (CHANNELS, CHANNELS), 1),
            mask_predictor=MaskRCNNPredictor(CHANNELS, CHANNELS, CLASSES),
        )


def digits_mask_rcnn() -> "AbstractContextManager[MaskRCNN]":
    """Lend the trained network: eval, frozen, and yours alone inside the block."""
    return _SHELF.take(DIGITS)


def loaded(tensors: dict[str, Tensor]) -> "MaskRCNN":
    """Return a network with these weights, eval and frozen; float16 becomes float32."""
    model = build()
    model.load_state_dict(tensors)
    return model.eval().requires_grad_(False)


def as_shipped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are kept: float16, but BatchNorm's running statistics float32."""
    return {
        name: value if "running_" in name or not value.is_floating_point() else value.half()
        for name, value in tensors.items()
    }


_SHELF = Shelf(lambda name: loaded(weights.load(name)))
