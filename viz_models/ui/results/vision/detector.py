"""Results for the lesson on detectors; torch is imported when one is computed."""

from viz_models.recordings.vision.detector import DetectorRecording, load
from viz_models.records.vision.detector import (
    Detection,
    DetectSpec,
    Moves,
    PooledCell,
    Roi,
    RoiSpec,
)
from viz_models.records.vision.scene import Scene, SceneSpec
from viz_models.ui.kit.cache import cached


@cached()
def scene(spec: SceneSpec) -> Scene:
    """Draw a scene.

    Raises:
        ValueError: With one line for the reader, if it cannot be drawn.
    """
    from viz_models.images.scenes import scene as draw

    return draw(spec)


@cached()
def detection(spec: DetectSpec) -> Detection:
    """Return every stage of the detector on one scene."""
    from viz_models.analysis.vision.detector import detection as compute

    return compute(spec)


@cached()
def roi(spec: RoiSpec) -> Roi:
    """Send one box through the second half of the detector.

    Raises:
        ValueError: With one line for the reader, if the box is impossible.
    """
    from viz_models.analysis.vision.detector_roi import roi as compute

    return compute(spec)


@cached()
def moves(spec: RoiSpec) -> Moves:
    """Return how much the pooled numbers change when the box moves."""
    from viz_models.analysis.vision.detector_roi import moves as compute

    return compute(spec)


def opened(spec: RoiSpec, channel: int, row: int, column: int) -> PooledCell:
    """Open one pooled number."""
    from viz_models.analysis.vision.detector_roi import cell

    return cell(spec, channel, row, column)


@cached(turn=False)
def recorded() -> DetectorRecording:
    """Return what takes too long for a first picture."""
    return load()
