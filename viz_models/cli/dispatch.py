"""`dispatch`: start the runs of a database that several machines share."""

import argparse
import os
import signal
import threading
from typing import TYPE_CHECKING

from viz_models.cli.command import Command

if TYPE_CHECKING:
    from viz_models.runs.engine import Engine

NEEDS = "pip install -r requirements-cluster.txt"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="where runs compute: on this machine, or on the nodes of a Ray cluster",
    )
    parser.add_argument("--address", default="", help="of the Ray cluster's head: host:port")
    parser.add_argument(
        "--store",
        default="",
        help="postgresql+psycopg://user@host/database; default: FORWARD_PASS_DATABASE",
    )


def _run(options: argparse.Namespace) -> str:
    from viz_models.runs import home

    if options.store:
        os.environ["FORWARD_PASS_DATABASE"] = options.store  # workers inherit it
    if not home.shared():
        raise ValueError(
            "dispatch is for a database that several machines share: give "
            "--store postgresql+psycopg://user@host/database. On one machine the app starts a "
            "dispatcher by itself"
        )
    if options.engine == "ray" and not options.address:
        raise ValueError("give --address host:port of the Ray cluster's head")
    _check(options.engine)
    from viz_models.runs.cluster import serving
    from viz_models.runs.store import Store

    ends = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.set())
    store = Store()
    serving.serve(store, lambda: _engine(options.engine, options.address), ends)
    return "stopped"


def _check(engine: str) -> None:
    """Say what is missing before anything is waited for."""
    if engine == "ray":
        try:
            import ray  # noqa: F401
        except ModuleNotFoundError as error:
            raise ValueError(f"--engine ray needs Ray: {NEEDS}") from error


def _engine(kind: str, address: str) -> "Engine":
    from viz_models.runs import limits

    if kind == "ray":
        from viz_models.runs.cluster.ray_engine import RayEngine

        return RayEngine(address)
    from viz_models.runs.engine import LocalEngine

    return LocalEngine(limits.slots())


COMMAND = Command(
    help="start the runs of a database that several machines share",
    add_arguments=_add_arguments,
    run=_run,
)
