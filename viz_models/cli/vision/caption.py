"""`caption`: a scene described word by word, and where the network looked."""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import digits, percent
from viz_models.records.vision.captions import MOST, NETS, Caption, CaptionSpec, Covered
from viz_models.records.vision.scene import FIRST_SCENE, SceneSpec

SIDE = 8  # cells of the grid in each direction


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scene", type=int, default=FIRST_SCENE, help="default: %(default)s")
    parser.add_argument("--digits", default="", help="which, such as 37; default: two at random")
    parser.add_argument("--net", choices=NETS, default="attention", help="mean: no attention")
    parser.add_argument(
        "--cover", type=int, help="number of a word, from 0: hides the cells that it looked at"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.vision.captions import caption
    from viz_models.analysis.vision.captions_covered import covered

    found = caption(CaptionSpec(scene=_scene(options), net=options.net))
    both = () if options.cover is None else covered(found, options.cover)
    if options.json:
        return json.dumps(report(found, both), allow_nan=False)
    return "\n".join([table(found), *_covered(both)])


def _covered(both: Sequence[Covered]) -> Iterator[str]:
    for name, one in zip(("what it looked at", "as many others"), both, strict=False):
        yield f"{name} covered ({len(one.cells)} cells): {one.sentence or 'nothing'}"


def _scene(options: argparse.Namespace) -> SceneSpec:
    if options.scene < 0:
        raise ValueError(f"scene {options.scene}: choose 0 or more")
    text = options.digits
    if text and not (text.isascii() and text.isdigit() and len(text) <= MOST):
        raise ValueError(f"--digits {text}: write 1 to {MOST} digits, such as 37")
    if not text:
        return SceneSpec(seed=options.scene, count=MOST)
    return SceneSpec(seed=options.scene, digits=tuple(map(int, text)))


def report(found: Caption, both: Sequence[Covered] = ()) -> dict[str, Any]:
    """Return what `--json` prints: the sentence, the truth, and every word's weights.

    Args:
        found: The caption.
        both: What becomes of it when cells are covered: those looked at, and as many others.
    """
    rows = zip(found.read, found.written, found.likely, found.on_digit, strict=True)
    return {
        "scene": found.spec.scene.seed,
        "net": found.spec.net,
        "sentence": found.sentence,
        "truth": found.scene.sentence,
        "exact": found.is_exact,
        "words": [
            {
                "read": read,
                "word": word,
                "probability": dict(likely)[word],
                "on_digit": share,
                "weights": found.weights[i].reshape(SIDE, SIDE).tolist(),
            }
            for i, (read, word, likely, share) in enumerate(rows)
        ],
        "max_difference": found.max_difference,
        "covered": {
            name: {"cells": one.cells, "weight": one.weight, "sentence": one.sentence}
            for name, one in zip(("looked", "others"), both, strict=False)
        },
    }


def table(found: Caption) -> str:
    """Return what is printed without `--json`."""
    lines = [f"it writes: {found.sentence}", f"the scene shows: {found.scene.sentence}"]
    for i, (word, share) in enumerate(zip(found.written, found.on_digit, strict=True)):
        row, column = divmod(int(found.weights[i].argmax()), SIDE)
        most = percent(float(found.weights[i].max()))
        on = "" if share is None else f", {percent(share)} on the {word}"
        lines.append(f"  {word:6} most at row {row}, column {column} ({most}){on}")
    return "\n".join([*lines, f"logits differ from torch's by {digits(found.max_difference, 2)}"])


COMMAND = Command(
    help="Describe a scene of digits word by word, and say where the network looked.",
    add_arguments=_add_arguments,
    run=_run,
)
