"""`open`: a network of yours, on a page, as JSON or as one HTML file."""

import argparse
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from viz_models import places
from viz_models.cli.command import Command
from viz_models.records import Recorded
from viz_models.records.flow.opened import VARIABLE, OpenSpec
from viz_models.runs import home


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    _add_inputs(parser)
    parser.add_argument("--checkpoint", default="", help="weights: .safetensors, or of torch.save")
    parser.add_argument(
        "--against",
        default="",
        help="compare step by step with another source, with other weights (a file) in the same "
        'network, with "train" mode, or with weights rounded to "bfloat16"',
    )
    parser.add_argument(
        "--against-checkpoint", default="", help="weights of what --against names, if a source"
    )
    parser.add_argument(
        "--loss",
        default="",
        help="keep the gradient at every value: of sum, mean or cross_entropy:CLASS of the output",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the input; default: 0")
    parser.add_argument("--json", action="store_true", help="print every step instead")
    parser.add_argument("--html", type=Path, help="write one HTML file instead")
    parser.add_argument("--port", type=int, default=8501, help="of the page; default: 8501")


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    """Add the network and what it is given."""
    parser.add_argument(
        "source",
        help="my_file.py:MyNet, package:factory, timm:NAME, hf:TYPE, hf:FOLDER, net.pt2, a "
        "ScriptModule, shipped:NAME or build:PRESET; its code is run",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        help="shape without the batch axis, such as 3,224,224; ids:8 for whole numbers; [3,17,5] "
        "for these; x.npy; name=16:int for an argument by name; once for each input; timm, hf and "
        ".pt2 know theirs",
    )
    parser.add_argument(
        "--photo", default="", help="what a network for images sees: a file, or cat, coffee, rocket"
    )
    parser.add_argument("--batch", type=int, default=1, help="size of the batch axis; default: 1")
    parser.add_argument(
        "--text", default="", help="for a network that reads words: hf:FOLDER with a tokenizer"
    )
    parser.add_argument(
        "--tokenizer", default="", help="folder or tokenizer.json of another network's tokenizer"
    )


def _run(options: argparse.Namespace) -> str:
    if home.hosted():
        raise ValueError(
            "strangers share this server, so it runs no code of others: open it at home"
        )
    spec = _spec(options)
    from viz_models.analysis.anynet.opening.against import against
    from viz_models.analysis.anynet.opening.opened import opened

    first = opened(spec)  # what is wrong is said before a page opens
    other = against(spec, first).recorded if spec.against else None
    if options.json:
        return _json(first.recorded, other)
    if options.html:
        if other:
            raise ValueError("a comparison is on the page and in --json; leave out --html")
        from viz_models.figures.network.page import page

        options.html.write_text(page(first.recorded), encoding="utf-8")
        return f"{first.recorded!r} is in {options.html}"
    print(f"{first.recorded!r}: http://localhost:{options.port}/yours", flush=True)  # noqa: T201
    return _page(spec, options.port)


def _spec(options: argparse.Namespace) -> OpenSpec:
    if options.batch < 1:
        raise ValueError(f"--batch is 1 or more, not {options.batch}")
    if options.against_checkpoint and not options.against:
        raise ValueError("--against-checkpoint needs --against, which names the network")
    return OpenSpec(
        source=_absolute(options.source),
        inputs=tuple(map(_absolute_input, options.input)),
        batch=options.batch,
        sentence=options.text,
        photo=_absolute(options.photo),
        tokenizer=options.tokenizer and str(Path(options.tokenizer).resolve()),
        checkpoint=options.checkpoint and str(Path(options.checkpoint).resolve()),
        against=_absolute(options.against),
        against_checkpoint=options.against_checkpoint
        and str(Path(options.against_checkpoint).resolve()),
        loss=options.loss,
        seed=options.seed,
        folder=str(Path.cwd()),
    )


def _json(recorded: Recorded, other: Recorded | None) -> str:
    said: dict[str, object] = {
        "network": recorded.network,
        "output": recorded.check.text if recorded.check else "",
        "notes": recorded.notes,
        "given": recorded.given(),
    }
    if recorded.loss is not None:
        said |= {"loss": recorded.loss_name, "loss_value": recorded.loss}
    if other is None:
        return _written(said | {"steps": recorded.rows()})
    from viz_models.analysis.anynet.beside import side_by_side

    found = side_by_side(recorded, other)
    part = found.parting
    return _written(
        said
        | {
            "against": other.network,
            "against_output": other.check.text if other.check else "",
            "said": found.sentence,
            "parting": part.name if part else None,
            "alone": [pair.name for pair in found.alone],
            "steps": found.rows(),
        }
    )


def _written(said: dict[str, object]) -> str:
    """Return JSON; a number that JSON does not have, such as nan, is null."""
    return json.dumps(_known(said), ensure_ascii=False, allow_nan=False)


def _known(value: Any) -> Any:  # noqa: ANN401 (what JSON holds)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items()}
    return [_known(part) for part in value] if isinstance(value, list | tuple) else value


def _absolute(source: str) -> str:
    """Return the source with a full path: the app runs in another folder."""
    file, colon, name = source.rpartition(":")
    if file.endswith(".py"):
        return f"{Path(file).resolve()}{colon}{name}"
    if file == "hf" and Path(name).exists():
        return f"hf:{Path(name).resolve()}"
    return str(Path(source).resolve()) if Path(source).is_file() else source


def _absolute_input(text: str) -> str:
    name, equals, file = text.rpartition("=")
    return f"{name}{equals}{Path(file).resolve()}" if file.endswith(".npy") else text


def _page(spec: OpenSpec, port: int) -> str:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = os.environ | {VARIABLE: spec.text()}
    try:
        raise SystemExit(subprocess.call(command, cwd=places.ROOT, env=environment))
    except KeyboardInterrupt:
        return ""


COMMAND = Command("Open a network of yours, step by step.", _add_arguments, _run)
