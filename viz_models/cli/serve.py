"""`serve`: open the pages to others, with the settings that strangers need."""

import argparse
import os
import subprocess
import sys

from viz_models import places
from viz_models.cli.command import Command

# What differs from .streamlit/config.toml; FORWARD_PASS_HOSTED=1 does all the rest.
SETTINGS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.maxUploadSize": "10",
    "server.disconnectedSessionTTL": "300",
    "server.enableAgentApi": "false",
    "server.scriptHealthCheckEnabled": "false",
    "client.showErrorDetails": "none",
    "logger.level": "warning",
    "logger.hideWelcomeMessage": "true",
}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--address", default="0.0.0.0", help="to listen at; default: everywhere")
    port = os.environ.get("PORT", "8501")
    parser.add_argument("--port", type=int, default=port, help="default: $PORT, or 8501")
    parser.add_argument("options", nargs="*", help="of Streamlit, after --")


def _run(options: argparse.Namespace) -> str:
    os.environ.setdefault("FORWARD_PASS_HOSTED", "1")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    settings = SETTINGS | {"server.address": options.address, "server.port": str(options.port)}
    command += [f"--{name}={value}" for name, value in settings.items()]
    command += options.options
    if os.name == "posix":  # it becomes the server, so that signals reach it
        os.chdir(places.ROOT)
        os.execv(sys.executable, command)
    raise SystemExit(subprocess.call(command, cwd=places.ROOT))


COMMAND = Command(
    "open the pages to others: production settings, behind any proxy", _add_arguments, _run
)
