"""RoIPool and RoIAlign, written out, against torchvision on random boxes."""

import numpy as np
import pytest
import torch
from torchvision import ops

from viz_models.analysis.vision import detector_pooling as pooling
from viz_models.analysis.vision.detector_roi import inside, opened
from viz_models.records.vision.detector import POOLS

FEATURES = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def random_boxes():
    rng = np.random.default_rng(3)
    corners = rng.uniform(-6, 60, (40, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(0.1, 50, (40, 2))], 1)
    whole = np.round(boxes)  # halves of a cell are rounded away from zero
    tiny = [[10, 10, 10.5, 10.5], [0, 0, 64, 64], [62, 62, 64, 64], [2, 6, 30, 34], [0, 0, 0, 0]]
    return [tuple(map(float, b)) for b in np.concatenate([boxes, whole, tiny]).astype(np.float32)]


@pytest.mark.parametrize("pool", POOLS)
def test_pooling_equals_torchvision(pool):
    for box in random_boxes():
        theirs = pooling.pooled(FEATURES, pooling.as_tensor(box), pool)[0].numpy()
        np.testing.assert_allclose(
            pooling.own(FEATURES[0].numpy(), box, pool), theirs, atol=1e-5, err_msg=str(box)
        )


def test_the_one_call_is_torchvisions():
    boxes = pooling.as_tensor((8.0, 12.0, 30.0, 40.0))
    calls = {
        "roi_pool": ops.roi_pool(FEATURES, [boxes], 7, 0.25),
        "roi_align": ops.roi_align(FEATURES, [boxes], 7, 0.25, 2),
        "aligned": ops.roi_align(FEATURES, [boxes], 7, 0.25, 2, aligned=True),
    }
    for pool, theirs in calls.items():
        assert torch.equal(pooling.pooled(FEATURES, boxes, pool), theirs)


@pytest.mark.parametrize("pool", POOLS)
def test_every_number_opens_into_what_made_it(pool):
    box = (8.3, 12.0, 30.0, 63.0)
    theirs = pooling.pooled(FEATURES, pooling.as_tensor(box), pool)[0]
    for row, column in ((0, 0), (3, 5), (6, 6)):
        found = opened(FEATURES[0, 2].numpy(), box, pool, (2, row, column), theirs[2, row, column])
        assert found.difference < 1e-5
        assert bool(found.window) == (pool == "roi_pool")
        for point in found.points:
            assert sum(n.weight for n in point.neighbors) == pytest.approx(1)


def test_a_point_far_outside_counts_nothing():
    plane = FEATURES[0, 0].numpy()
    assert pooling.sample(plane, -1.1, 3).value == 0
    assert pooling.sample(plane, -0.5, 3).value == pytest.approx(plane[0, 3])
    assert pooling.sample(plane, 15.7, 15.7).value == pytest.approx(plane[15, 15])


def test_boxes_are_clipped_or_refused_in_one_line():
    box, remarks = inside((-5.0, 10.0, 80.0, 30.0))
    assert box == (0, 10, 64, 30)
    assert "clipped to the scene: 0,10,64,30" in remarks[0]
    assert "one cell" in inside((10.0, 10.0, 10.5, 10.5))[1][0]
    assert inside((8.0, 12.0, 30.0, 40.0)) == ((8, 12, 30, 40), ())
    for bad, said in (
        ((10.0, 10.0, 10.0, 20.0), "no area"),
        ((30.0, 10.0, 10.0, 20.0), "right must be larger"),
        ((70.0, 10.0, 90.0, 20.0), "outside of the scene"),
        ((float("nan"), 0.0, 1.0, 1.0), "four numbers"),
    ):
        with pytest.raises(ValueError, match=said):
            inside(bad)
