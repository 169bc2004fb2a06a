"""`detect` and `roi`: a scene through the detector, and one box through its second half."""

import argparse
import json
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import digits, percent
from viz_models.records.vision.detector import (
    FINAL_NMS,
    FIRST_BOX,
    LEAST_SCORE,
    POOLS,
    PROPOSAL_NMS,
    Box,
    Detection,
    DetectSpec,
    Roi,
    RoiSpec,
)
from viz_models.records.vision.scene import SceneSpec


def _add_scene(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scene", type=int, default=SceneSpec().seed, help="default: %(default)s")
    parser.add_argument("--digits", default="", help="which, such as 37; default: random")
    parser.add_argument("--count", type=int, help="of digits, 0 to 4; default: random")
    parser.add_argument("--pool", choices=POOLS, default="roi_align")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _scene(options: argparse.Namespace) -> SceneSpec:
    if options.scene < 0:
        raise ValueError(f"scene {options.scene}: choose 0 or more")
    if options.digits and not (options.digits.isascii() and options.digits.isdigit()):
        raise ValueError(f"--digits {options.digits}: write digits without anything between: 37")
    return SceneSpec(
        seed=options.scene, count=options.count, digits=tuple(map(int, options.digits))
    )


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    _add_scene(parser)
    parser.add_argument("--nms", type=float, default=PROPOSAL_NMS, help="IoU, of the proposals")
    parser.add_argument("--found-nms", type=float, default=FINAL_NMS, help="IoU, of what is found")
    parser.add_argument("--score", type=float, default=LEAST_SCORE, help="least of what is found")


def _detect(options: argparse.Namespace) -> str:
    from viz_models.analysis.vision.detector import detection

    for name in ("nms", "found_nms", "score"):
        if not 0 <= getattr(options, name) <= 1:
            raise ValueError(f"--{name.replace('_', '-')} must be 0 to 1")
    found = detection(
        DetectSpec(
            scene=_scene(options),
            pool=options.pool,
            proposal_nms=options.nms,
            final_nms=options.found_nms,
            least_score=options.score,
        )
    )
    return json.dumps(report(found), allow_nan=False) if options.json else table(found)


def report(result: Detection) -> dict[str, Any]:
    """Return what `--json` prints: the truth, the counts of every stage, and what is found."""
    found, stage = result.found, result.proposals
    return {
        "scene": result.spec.scene.seed,
        "truth": [
            {"digit": digit, "box": box.tolist()}
            for digit, box in zip(result.scene.labels, result.scene.boxes, strict=True)
        ],
        "sentence": result.scene.sentence,
        "features": list(result.features.shape),
        "anchors": len(stage.anchors),
        "candidates": len(stage.candidates),
        "proposals": stage.boxes[stage.kept].tolist(),
        "found": [
            {
                "digit": int(found.digits[i]),
                "score": float(found.scores[i]),
                "box": found.boxes[i].tolist(),
                "iou": float(found.iou[i]),
                "mask_pixels": int((found.masks[i] >= 0.5).sum()),
            }
            for i in range(len(found.digits))
        ],
        "equals_torchvision": result.is_equal,
    }


def table(result: Detection) -> str:
    """Return what is printed without `--json`."""
    found, stage = result.found, result.proposals
    lines = [
        f"the scene shows {result.scene.sentence}",
        f"{len(stage.anchors)} anchors, {len(stage.candidates)} candidates, "
        f"{len(stage.kept)} proposals, {len(found.digits)} found",
    ]
    for i, digit in enumerate(found.digits):
        score, overlap = percent(float(found.scores[i])), digits(float(found.iou[i]), 2)
        lines.append(f"  {digit}  {score}  box {_edges(found.boxes[i])}  IoU {overlap}")
    same = "equals" if result.is_equal else "differs from"
    return "\n".join([*lines, f"{same} the whole network in one call, bit for bit"])


def _edges(box: Any) -> str:  # noqa: ANN401 (array or tuple)
    return ",".join(f"{float(edge):.1f}" for edge in box)


def _add_box(parser: argparse.ArgumentParser) -> None:
    _add_scene(parser)
    default = ",".join(f"{edge:g}" for edge in FIRST_BOX)
    parser.add_argument(
        "--box", default=default, help="left,top,right,bottom in px; default: %(default)s"
    )


def _roi(options: argparse.Namespace) -> str:
    from viz_models.analysis.vision.detector_roi import roi

    found = roi(RoiSpec(scene=_scene(options), box=_box(options.box), pool=options.pool))
    return json.dumps(roi_report(found), allow_nan=False) if options.json else roi_table(found)


def _box(text: str) -> Box:
    try:
        left, top, right, bottom = map(float, text.split(","))
    except ValueError:
        raise ValueError(f"--box {text}: write four numbers, left,top,right,bottom") from None
    return left, top, right, bottom


def roi_report(found: Roi) -> dict[str, Any]:
    """Return what `roi --json` prints."""
    return {
        "box": list(found.box),
        "remark": " ".join(found.remarks),
        "pool": found.spec.pool,
        "pooled": found.pooled.tolist(),
        "scores": found.scores.tolist(),
        "digit": found.digit,
        "refined": list(found.refined),
        "iou": found.iou,
        "refined_iou": found.refined_iou,
        "max_difference": found.max_difference,
    }


def roi_table(found: Roi) -> str:
    """Return what `roi` prints without `--json`."""
    score = percent(float(found.scores[found.digit + 1]))
    lines = [" ".join(found.remarks)] if found.remarks else []
    lines += [
        f"box {_edges(found.box)} becomes {found.pooled.size} numbers with {found.spec.pool}",
        f"none {percent(float(found.scores[0]))}, likeliest digit {found.digit}: {score}",
        f"refined box {_edges(found.refined)}, IoU {digits(found.iou, 2)} -> "
        f"{digits(found.refined_iou, 2)}",
        f"our own pooling differs from torchvision.ops by {digits(found.max_difference, 2)}",
    ]
    return "\n".join(lines)


COMMAND = Command(
    help="Find, name and cut out the digits of a scene, stage by stage.",
    add_arguments=_add_thresholds,
    run=_detect,
)
ROI = Command(
    help="Pool one box of a scene and send it through the detector's heads.",
    add_arguments=_add_box,
    run=_roi,
)
