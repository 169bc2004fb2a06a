"""`mask`: what a small BERT guesses for every word of two sentences, some of them masked."""

import argparse
import json
from dataclasses import asdict
from typing import Any, get_args

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records.sequence.masked_words import Arm, MaskedReading, MaskedSpec, Spoil


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    default = MaskedSpec()
    parser.add_argument(
        "--text",
        default=f"{default.first} | {default.second}",
        help="English, with [MASK] where a word is to be guessed; a second sentence follows "
        "after |; default: %(default)s",
    )
    parser.add_argument(
        "--mask",
        default="",
        metavar="PLACES",
        help="columns of [CLS] a [SEP] b [SEP] to mask, with commas; their words are then known, "
        "so there is a loss",
    )
    parser.add_argument(
        "--net", choices=get_args(Arm), default=default.net, help="which network; default: bert"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.sequence.masked_words import read

    first, _, second = options.text.partition("|")
    places = [place.strip() for place in options.mask.split(",") if place.strip()]
    wrong = [place for place in places if not (place.isascii() and place.isdigit())]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no column; write numbers with commas, such as 3,7")
    spoiled = tuple(Spoil(place, "mask") for place in sorted(set(map(int, places))))
    found = read(MaskedSpec(first=first, second=second, net=options.net, spoiled=spoiled))
    if options.json:
        return json.dumps(report(found), allow_nan=False, ensure_ascii=False)
    return table(found)


def report(found: MaskedReading) -> dict[str, Any]:
    """Return what `--json` prints: every column with its guesses, the loss, the next sentence."""
    return {
        "first": found.spec.first.strip(),
        "second": found.spec.second.strip(),
        "net": found.spec.net,
        "places": [asdict(p) | {"guesses": [g._asdict() for g in p.guesses]} for p in found.places],
        "unknown": list(found.unknown),
        "follows": found.follows,
        "loss": found.loss,
        "max_difference": found.max_difference,
    }


def table(found: MaskedReading) -> str:
    """Return the guesses as text, one column of the network a line."""
    lines = [
        f"{i:>2}  {p.shown:<10} "
        + "  ".join(f"{g.word} {g.probability:.3f}" for g in p.guesses if p.is_word)
        for i, p in enumerate(found.places)
    ]
    if found.unknown:
        lines.append(f"read as <unk>: {', '.join(found.unknown)}")
    if found.follows is not None:
        lines.append(f"p(the second sentence follows) {digits(found.follows, 4)}")
    loss = "no word was chosen, so there is no loss" if found.loss is None else ""
    lines.append(loss or f"loss at the chosen words {digits(found.loss or 0.0, 4)}")
    lines.append(f"logits equal nn.TransformerEncoder's to {digits(found.max_difference, 2)}")
    return "\n".join(line.rstrip() for line in lines)


COMMAND = Command(
    "What a small BERT guesses for every word of two sentences.",
    _add_arguments,
    _run,
)
