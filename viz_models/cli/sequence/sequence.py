"""`sequence`: a sentence through a recurrent translator: states, gates, translation, attention."""

import argparse
import json
from typing import Any, get_args

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records.sequence.translators import (
    CellTrace,
    RecurrentModel,
    TranslateSpec,
    Translation,
)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    default = TranslateSpec()
    parser.add_argument("--text", default=default.text, help="English; default: %(default)s")
    parser.add_argument("--model", choices=get_args(RecurrentModel), default=default.model)
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.sequence.translators import translation

    found = translation(TranslateSpec(text=options.text, model=options.model))
    if options.json:
        return json.dumps(report(found), allow_nan=False, ensure_ascii=False)
    return table(found)


def report(found: Translation) -> dict[str, Any]:
    """Return what `--json` prints: the words, and all that was computed of each."""
    return {
        "text": found.spec.text,
        "model": found.spec.model,
        "tokens": list(found.source),
        "unknown": list(found.unknown),
        "translation": " ".join(w for w in found.written if w != "<eos>"),
        "written": [
            {"token": token, "probability": float(p)}
            for token, p in zip(found.written, found.probability, strict=True)
        ],
        "encoder": _layer(found.encoder),
        "decoder": _layer(found.decoder),
        "attention": None if found.weights is None else found.weights.tolist(),
        "gradient_shares": found.influence.tolist(),
        "max_difference": found.max_difference,
    }


def _layer(trace: CellTrace) -> dict[str, Any]:
    return {
        "states": trace.states.tolist(),
        "cells": None if trace.cells is None else trace.cells.tolist(),
        "gates": {name: values.tolist() for name, values in trace.gates.items()},
    }


def table(found: Translation) -> str:
    """Return what is printed without `--json`: each word, and which word decided most."""
    shares = found.influence if found.weights is None else found.weights
    how = "share of the gradient" if found.weights is None else "attention"
    lines = [f"{found.spec.model}: {found.spec.text}", f"{'writes':<14} {'p':<7} most {how}"]
    for word, p, row in zip(found.written, found.probability, shares, strict=True):
        most = int(row.argmax())
        lines.append(f"{word:<14} {p:.4f}  {found.source[most]} {row[most]:.2f}")
    if found.unknown:
        lines.append(f"unknown, read as <unk>: {', '.join(found.unknown)}")
    lines.append(f"largest difference to torch's modules {digits(found.max_difference, 2)}")
    return "\n".join(lines)


COMMAND = Command(
    "Translate a sentence with a recurrent network and print all that it computed.",
    _add_arguments,
    _run,
)
