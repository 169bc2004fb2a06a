"""`attend`: a text through a trained network, the weights of all its heads, how close torch is."""

import argparse
import json
from typing import Any, get_args

import numpy as np

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records import AttendSpec, AttentionPart, TextAttention, TextModel

PARTS: tuple[AttentionPart, ...] = ("encoder", "decoder", "cross")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    default = AttendSpec()
    parser.add_argument("--text", default=default.text, help="English; default: %(default)s")
    parser.add_argument("--model", choices=get_args(TextModel), default=default.model)
    parser.add_argument("--target", default="", help="French tokens to read instead of its own")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.attention.scores import text_attention

    spec = AttendSpec(text=options.text, model=options.model, target=options.target)
    found = text_attention(spec)
    if options.json:
        return json.dumps(report(spec, found), allow_nan=False, ensure_ascii=False)
    return table(spec, found)


def report(spec: AttendSpec, found: TextAttention) -> dict[str, Any]:
    """Return what `--json` prints: the words, and the weights of every head of every layer."""
    return {
        "text": spec.text,
        "model": spec.model,
        "tokens": list(found.source or found.target),
        "target_tokens": list(found.target),
        "unknown": list(found.unknown),
        "translation": found.translation,
        "next": [
            {"token": token, "probability": float(p)}
            for token, p in zip(found.written, found.probabilities, strict=True)
        ],
        "layers": [layer for part in PARTS for layer in _layers(found, part)],
        "max_difference": found.max_difference,
    }


def _layers(found: TextAttention, part: AttentionPart) -> list[dict[str, Any]]:
    queries, keys = _sides(found, part)
    return [
        {
            "part": part,
            "layer": i,
            "queries": list(queries),
            "keys": list(keys),
            "heads": heads.tolist(),  # (H, T, S); each row sums to 1
        }
        for i, heads in enumerate(getattr(found, part))
    ]


def _sides(found: TextAttention, part: AttentionPart) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sides = {"encoder": (found.source,) * 2, "decoder": (found.target,) * 2}
    return sides.get(part, (found.target, found.source))


def table(spec: AttendSpec, found: TextAttention) -> str:
    """Return what is printed without `--json`: for every head, where each query looks most."""
    lines = [f"{spec.model}: {spec.text}"]
    if found.translation:
        lines.append(f"it writes: {found.translation}")
    if found.unknown:
        lines.append(f"unknown, read as <unk>: {', '.join(found.unknown)}")
    for part in PARTS:
        queries, keys = _sides(found, part)
        for i, heads in enumerate(getattr(found, part)):
            lines += ["", f"{part}, layer {i}: where each query looks most"]
            lines += [
                f"  head {h}  " + "  ".join(_most(queries[t], keys, row) for t, row in enumerate(w))
                for h, w in enumerate(heads)
            ]
    verdict = (
        f"largest difference to F.scaled_dot_product_attention {digits(found.max_difference, 2)}"
    )
    return "\n".join([*lines, "", verdict])


def _most(query: str, keys: tuple[str, ...], row: np.ndarray) -> str:
    return f"{query}→{keys[int(row.argmax())]} {row.max():.2f}"


COMMAND = Command(
    "Read a text with a trained network and print the attention of every head.",
    _add_arguments,
    _run,
)
