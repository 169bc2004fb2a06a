"""`app`: open the pages."""

import argparse
import subprocess
import sys

from viz_models import places
from viz_models.cli.command import Command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "options",
        nargs=argparse.REMAINDER,
        help="of Streamlit, such as --server.port 8502; see `streamlit run --help`",
    )


def _run(options: argparse.Namespace) -> str:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options.options]
    try:
        raise SystemExit(subprocess.call(command, cwd=places.ROOT))  # .streamlit/ is there
    except KeyboardInterrupt:
        return ""


COMMAND = Command("Open the pages in a browser.", _add_arguments, _run)
