"""`bleu`: a translation counted n-gram by n-gram, and its score under seven conventions."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from viz_models.analysis.sequence.bleu import bleu, words
from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records.sequence.bleu import Bleu, BleuSpec


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label", required=True, help="the reference, words with spaces between")
    parser.add_argument("--prediction", required=True, help="the translation of it")
    parser.add_argument("--n", type=int, default=4, choices=range(1, 5), help="longest n-gram")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    spec = BleuSpec(
        reference=words(options.label, "reference"),
        translation=words(options.prediction, "translation"),
        max_order=options.n,
    )
    found = bleu(spec)
    return json.dumps(report(found), ensure_ascii=False) if options.json else table(found)


def report(found: Bleu) -> dict[str, Any]:
    """Return what `--json` prints: every n-gram, the brevity penalty, and all scores."""
    return {
        "orders": [
            {
                "n": o.n,
                "matched": o.matched,
                "total": o.total,
                "ngrams": list(map(asdict, o.ngrams)),
            }
            for o in found.orders
        ],
        "brevity_penalty": found.brevity_penalty,
        "scores": {c.key: c.score for c in found.conventions},
    }


def table(found: Bleu) -> str:
    """Return the precisions and the scores as text."""
    lines = [f"p_{o.n:<5} {o.matched}/{o.total}" for o in found.orders]
    lines.append(f"{'BP':<7} {digits(found.brevity_penalty, 4)}")
    return "\n".join([*lines, *(f"{c.key:<7} {digits(c.score, 4)}" for c in found.conventions)])


COMMAND = Command(
    help="a translation counted n-gram by n-gram, and its BLEU under seven conventions",
    add_arguments=_add_arguments,
    run=_run,
)
