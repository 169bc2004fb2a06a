"""`open`: a network of yours, on a page, as JSON or as one HTML file."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from viz_models import places
from viz_models.cli.command import Command
from viz_models.records.flow.opened import VARIABLE, OpenSpec
from viz_models.runs import home


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        help="my_file.py:MyNet, package:factory, timm:NAME, hf:TYPE or net.pt2; its code is run",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        help="shape without the batch axis, such as 3,224,224; ids:8 for whole numbers; once for "
        "each input; timm, hf and .pt2 know theirs",
    )
    parser.add_argument("--checkpoint", default="", help="weights: .safetensors, or of torch.save")
    parser.add_argument("--seed", type=int, default=0, help="of the input; default: 0")
    parser.add_argument("--json", action="store_true", help="print every step instead")
    parser.add_argument("--html", type=Path, help="write one HTML file instead")
    parser.add_argument("--port", type=int, default=8501, help="of the page; default: 8501")


def _run(options: argparse.Namespace) -> str:
    if home.hosted():
        raise ValueError(
            "strangers share this server, so it runs no code of others: open it at home"
        )
    spec = OpenSpec(
        source=_absolute(options.source),
        inputs=tuple(options.input),
        checkpoint=options.checkpoint and str(Path(options.checkpoint).resolve()),
        seed=options.seed,
        folder=str(Path.cwd()),
    )
    from viz_models.analysis.anynet.opening import opened

    recorded = opened(spec).recorded  # what is wrong is said before a page opens
    if options.json:
        return json.dumps(
            {
                "network": recorded.network,
                "output": recorded.check.text if recorded.check else "",
                "notes": recorded.notes,
                "steps": recorded.rows(),
            },
            ensure_ascii=False,
        )
    if options.html:
        from viz_models.figures.network.page import page

        options.html.write_text(page(recorded), encoding="utf-8")
        return f"{recorded!r} is in {options.html}"
    print(f"{recorded!r}: http://localhost:{options.port}/yours", flush=True)  # noqa: T201
    return _page(spec, options.port)


def _absolute(source: str) -> str:
    """Return the source with a full path: the app runs in another folder."""
    file, colon, name = source.rpartition(":")
    if file.endswith(".py"):
        return f"{Path(file).resolve()}{colon}{name}"
    return str(Path(source).resolve()) if source.endswith(".pt2") else source


def _page(spec: OpenSpec, port: int) -> str:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = os.environ | {VARIABLE: spec.text()}
    try:
        raise SystemExit(subprocess.call(command, cwd=places.ROOT, env=environment))
    except KeyboardInterrupt:
        return ""


COMMAND = Command("Open a network of yours, step by step.", _add_arguments, _run)
