"""The detector stage by stage against torchvision's own pass over the same weights."""

import numpy as np
import pytest
import torch
from torchvision.models.detection.image_list import ImageList

from viz_models.analysis.vision import detector_quality as judge
from viz_models.analysis.vision.detector import detection, variant
from viz_models.analysis.vision.detector_roi import cell, moves, roi
from viz_models.images.scenes import scene
from viz_models.models import detectors, weights
from viz_models.recordings.vision import detector as recordings
from viz_models.records.vision.detector import POOLS, DetectSpec, RoiSpec
from viz_models.records.vision.scene import SceneSpec


def built_again(**options):
    """torchvision's class from nothing, with the shipped weights and other thresholds."""
    model = detectors.loaded(weights.load(detectors.DIGITS))
    model.rpn.nms_thresh = options["proposal_nms"]
    model.roi_heads.nms_thresh = options["final_nms"]
    model.roi_heads.score_thresh = options["least_score"]
    return model


@pytest.mark.parametrize(
    "options",
    [
        {"proposal_nms": 0.7, "final_nms": 0.5, "least_score": 0.5},
        {"proposal_nms": 0.3, "final_nms": 0.9, "least_score": 0.01},
    ],
)
@pytest.mark.parametrize("spec", [SceneSpec(seed=7), SceneSpec(seed=3), SceneSpec(count=0)])
def test_stage_by_stage_is_bit_for_bit_the_whole_network(spec, options):
    found = detection(DetectSpec(scene=spec, **options))
    image = torch.from_numpy(scene(spec).image)[None]
    with torch.no_grad():
        model = built_again(**options)
        whole = model([image])[0]
        images, _ = model.transform([image])
        proposals = model.rpn(images, {"0": model.backbone(images.tensors)})[0][0]
    assert found.is_equal
    np.testing.assert_array_equal(found.found.boxes, whole["boxes"])
    np.testing.assert_array_equal(found.found.digits + 1, whole["labels"])
    np.testing.assert_array_equal(found.found.scores, whole["scores"])
    np.testing.assert_array_equal(found.found.masks, whole["masks"][:, 0])
    np.testing.assert_array_equal(found.proposals.boxes[found.proposals.kept], proposals)
    stays = found.proposals.candidates[found.proposals.removed_by < 0]
    assert stays[: len(proposals)].tolist() == found.proposals.kept.tolist()


@pytest.mark.parametrize("pool", POOLS)
def test_another_pooling_is_equal_too_and_leaves_the_shared_network_alone(pool):
    assert detection(DetectSpec(pool=pool)).is_equal
    with detectors.digits_mask_rcnn() as model:
        assert type(model.roi_heads.box_roi_pool).__name__ == "MultiScaleRoIAlign"
        assert model.roi_heads.score_thresh == 0.05
        assert variant(model, DetectSpec(pool=pool)) is not model


def test_anchors_are_those_of_the_formula_and_of_anchor_generator():
    found = detection(DetectSpec()).proposals
    with detectors.digits_mask_rcnn() as model:
        images = ImageList(torch.zeros(1, 1, 64, 64), [(64, 64)])
        theirs = model.rpn.anchor_generator(images, [torch.zeros(1, 32, 16, 16)])[0]
    np.testing.assert_array_equal(found.anchors, theirs)
    sizes, ratios = np.array(detectors.ANCHOR_SIZES), np.sqrt(detectors.ANCHOR_RATIOS)
    wide, tall = ((f[:, None] * sizes).ravel() for f in (1 / ratios, ratios))
    shape = np.round(np.stack([-wide, -tall, wide, tall], 1) / 2)
    y, x = np.divmod(np.arange(256), 16)
    corners = 4 * np.stack([x, y, x, y], 1)
    np.testing.assert_array_equal(found.anchors, (corners[:, None] + shape).reshape(-1, 4))


@pytest.mark.parametrize("pool", POOLS)
def test_a_drawn_box_goes_through_the_same_heads_as_a_proposal(pool):
    found = detection(DetectSpec(pool=pool))
    box = tuple(map(float, found.proposals.boxes[found.proposals.kept[0]]))
    mine = roi(RoiSpec(box=box, pool=pool))
    np.testing.assert_allclose(mine.pooled, found.pooled[0], atol=1e-6)
    np.testing.assert_allclose(mine.scores, found.class_scores[0], atol=1e-5)
    np.testing.assert_allclose(mine.refined, found.refined[0, mine.digit + 1], atol=1e-4)
    assert mine.max_difference < 1e-5
    opened = cell(RoiSpec(box=box, pool=pool), 4, 2, 3)
    assert opened.theirs == mine.pooled[4, 2, 3]
    assert opened.difference < 1e-5
    with pytest.raises(ValueError, match="no pooled number"):
        cell(RoiSpec(box=box, pool=pool), 32, 0, 0)


def test_moving_a_box_changes_roi_align_little_by_little_and_roi_pool_in_jumps():
    found = moves(RoiSpec())
    steps = {pool: np.abs(np.diff(change)) for pool, change in found.changes.items()}
    assert all(change[0] == 0 for change in found.changes.values())
    assert (steps["roi_pool"] == 0).mean() > 0.8
    assert steps["roi_align"].max() < 0.1


def test_the_shipped_detector_is_as_good_as_its_manifest_and_its_recording_say():
    card, kept = weights.cards()[detectors.DIGITS], recordings.load()
    assert card.accuracy >= 0.97
    assert kept.quality("roi_align").average_precision["50"] == pytest.approx(
        card.accuracy, abs=1e-4
    )
    assert kept.quality("roi_align").mask_iou >= 0.8
    assert [q.scenes for q in kept.qualities] == [500] * 3
    with detectors.digits_mask_rcnn() as model:
        assert sum(p.numel() for p in model.parameters()) == 217_296
        some = judge.quality(model, count=60)
    assert some.average_precision["50"] >= 0.97
    assert some.mask_iou >= 0.79


@pytest.mark.slow
def test_all_500_scenes_give_what_was_recorded():
    with detectors.digits_mask_rcnn() as model:
        found = judge.quality(model)
    kept = recordings.load().quality("roi_align")
    assert found.average_precision["50"] == pytest.approx(kept.average_precision["50"], abs=2e-3)
    assert found.mask_iou == pytest.approx(kept.mask_iou, abs=2e-3)


def test_four_wirings_of_the_same_parts():
    with detectors.digits_mask_rcnn() as model:
        ways = judge.wirings(model, scene(SceneSpec()), repeats=2)
    assert [w.name for w in ways] == ["R-CNN", "Fast R-CNN", "Faster R-CNN", "Mask R-CNN"]
    assert [w.backbones for w in ways] == [200, 1, 1, 1]
    assert [w.boxes for w in ways][:2] == [200, 200]
    for way in ways:
        low, middle, high = way.milliseconds
        assert 0 < low <= middle <= high
