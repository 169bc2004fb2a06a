"""`runs`: look at runs, cancel, resume and take them away."""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command

if TYPE_CHECKING:
    from viz_models.records.train.runs import Experiment, Run

SHOWN = 12  # characters of an id
KINDS = ("csv", "jsonl", "tensorboard", "checkpoint", "script")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="what")
    listed = what.add_parser("list", help="the latest experiments")
    listed.add_argument("--json", action="store_true")
    for name, help_ in (
        ("show", "an experiment and its runs"),
        ("cancel", "end what runs or waits"),
        ("resume", "go on from the last checkpoints"),
        ("export", "save what it told, or learned"),
    ):
        one = what.add_parser(name, help=help_)
        one.add_argument("id", help="of an experiment or a run, or how it begins")
        if name == "show":
            one.add_argument("--json", action="store_true")
        if name == "export":
            one.add_argument("--format", choices=KINDS, default="csv", help="default: %(default)s")
            one.add_argument("--into", type=Path, default=Path(), help="folder; default: this one")


def _run(options: argparse.Namespace) -> str:
    from viz_models.runs import client

    if options.what == "list":
        experiments = client.store().experiments(None)
        if options.json:
            return json.dumps([_plain(e) for e in experiments], indent=1)
        return "\n".join(map(_line, experiments)) or "no runs yet: python -m viz_models train"
    id = _whole(options.id)
    if options.what == "export":
        return _export(id, options.format, options.into)
    if options.what != "show":
        {"cancel": client.store().cancel, "resume": client.resume}[options.what](None, id)
    experiment = _experiment(id)
    if options.what == "show" and options.json:
        return json.dumps(_plain(experiment, tests=True), indent=1)
    return "\n".join([_line(experiment), *(f"  {_run_line(run)}" for run in experiment.runs)])


def _export(id: str, kind: str, into: Path) -> str:
    from viz_models.runs import client, export

    (known,) = (k for k in export.KINDS if k == kind)
    taken = client.take(None, id, known)
    if not into.is_dir():
        raise ValueError(f"there is no folder {into}; make it first")
    path = into / taken.name
    path.write_bytes(taken.data)
    return f"wrote {path}"


def _whole(start: str) -> str:
    """Return the id that begins so.

    Raises:
        ValueError: If there is none, or more than one.
    """
    from viz_models.runs import client

    experiments = client.store().experiments(None, limit=10_000)
    ids = [e.id for e in experiments] + [run.id for e in experiments for run in e.runs]
    found = [id for id in ids if id.startswith(start)]
    if len(found) != 1:
        many = "no run" if not found else f"{len(found)} runs"
        raise ValueError(f"{many} with an id that begins with {start!r}: see `runs list`")
    return found[0]


def _experiment(id: str) -> "Experiment":
    from viz_models.runs import client

    try:
        return client.experiment(id)
    except client.NoSuchRunError:
        return client.experiment(client.store().run(id).experiment)


def _plain(experiment: "Experiment", tests: bool = False) -> dict[str, object]:
    """Return an experiment as plain data; with `tests`, how each run did on its last test."""
    from viz_models.training import specs

    runs = []
    for run in experiment.runs:
        plain = {k: v for k, v in asdict(run).items() if k not in ("spec", "experiment")}
        tested = {"evaluation": _last_test(run)} if tests else {}
        runs.append({**plain, "seed": run.spec.seed, **tested})
    spec = specs.to_json(experiment.spec)
    head = {"id": experiment.id, "name": experiment.name, "owner": experiment.owner}
    return {**head, "created": experiment.created, "spec": spec, "runs": runs}


def _last_test(run: "Run") -> dict[str, object] | None:
    from viz_models.runs import client, export

    tested = [r for r in client.store().points(run.id).steps if r.evaluation]
    return export.evaluation(run, tested[-1]) if tested else None


def _line(experiment: "Experiment") -> str:
    states = [run.state for run in experiment.runs]
    counted = ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states))
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(experiment.created))
    return f"{experiment.id[:SHOWN]}  {when}  {experiment.name}  ({counted})"


def _run_line(run: "Run") -> str:
    tested = f"  {run.accuracy:.2%}" if run.accuracy is not None else ""
    waits = f"  place {run.place}, about {run.wait_s:.0f} s" if run.wait_s is not None else ""
    why = f"  {run.reason}" if run.reason else ""
    return f"{run.id[:SHOWN]}  {run.state}  {run.share:.0%}{tested}{waits}{why}"


COMMAND = Command(
    help="List, show, cancel, resume and export runs.", add_arguments=_add_arguments, run=_run
)
