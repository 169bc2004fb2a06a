import numpy as np
import pytest

from viz_models.figures.vision import detector as figures
from viz_models.recordings.vision import detector as recordings
from viz_models.records.vision.detector import DetectSpec, Moves, RoiSpec
from viz_models.records.vision.scene import SceneSpec
from viz_models.ui.results.vision import detector as results


@pytest.mark.parametrize("count", [None, 0])
def test_every_candidate_is_a_dot_and_those_kept_are_green(count):
    found = results.detection(DetectSpec(scene=SceneSpec(count=count)))
    removed, kept = figures.candidates(found).data
    assert len(removed.x) + len(kept.x) == len(found.proposals.candidates)
    assert len(kept.x) == len(found.proposals.kept)


def test_scores_times_and_curves_are_those_of_the_records():
    roi = results.roi(RoiSpec())
    np.testing.assert_array_equal(figures.class_scores(roi).data[0].y, roi.scores)
    recorded = recordings.load()
    bars = figures.wirings(recorded.wirings).data[0]
    assert list(bars.x) == [w.milliseconds[1] for w in recorded.wirings]
    curves = figures.precision_recall(recorded.qualities).data
    assert [len(c.x) for c in curves] == [len(q.recall) for q in recorded.qualities]
    moves = Moves(shifts=np.array([0.0, 1.0]), changes={"roi_align": np.array([0.0, 0.5])})
    assert list(figures.moving(moves).data[0].y) == [0, 50]
