"""`train`: start a run as the page does, and follow it."""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.records.train.experiments import Arm, Budget, DataSpec, ExperimentSpec, RunSpec

if TYPE_CHECKING:
    from viz_models.records.train.runs import Experiment, Run

LOOK_S = 0.2
CANCEL_S = 5.0
SECONDS_BETWEEN_LINES = 2.0
FOLDERS = ("folder", "mnist", "fashion_mnist")  # of pictures, or of idx files
FOLDER_SIZE = 32  # pixels; `--size` says another
INTERRUPTED = 130  # what shells expect after Ctrl-C


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--spec", type=Path, metavar="FILE", help="a run or an experiment as JSON")
    what.add_argument("--preset", metavar="NAME", help="small-cnn, small-mlp, ...")
    parser.add_argument("--data", help="digits, mnist, fashion_mnist, cifar10, folder, moons, ...")
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="of pictures, one subfolder a class; with --data mnist or fashion_mnist of idx files",
    )
    parser.add_argument("--size", type=int, help="height and width that pictures are brought to")
    parser.add_argument("--device", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seconds", type=float, help="of training, instead of its own budget")
    parser.add_argument("--json-lines", action="store_true", help="one JSON object a line")


def _run(options: argparse.Namespace) -> str:
    from viz_models.runs import client, home

    follow = None
    try:
        client.ready()
        spec = asked(options)
        for sentence in _left_out(spec):
            sys.stderr.write(f"{sentence}\n")
        experiment = client.start(home.LOCAL_OWNER, spec, uuid.uuid4().hex)
        follow = Follower(experiment.id, options.json_lines)
        runs = follow.to_the_end()
    except KeyboardInterrupt:
        if follow:
            client.store().cancel(None, follow.id)
            sys.stdout.write(follow.last_words(follow.until_cancelled()) + "\n")
        raise SystemExit(INTERRUPTED) from None
    words = follow.last_words(runs)
    if any(run.state not in ("finished", "diverged") for run in runs):
        sys.stdout.write(words + "\n")
        raise SystemExit(1)
    return words


def asked(options: argparse.Namespace) -> ExperimentSpec:
    """Return what the options ask for.

    Raises:
        ValueError: If the file or the name cannot be read.
        OSError: If there is no such file.
    """
    from viz_models.training import presets, specs

    if options.spec is None:
        spec: RunSpec | ExperimentSpec = presets.preset(options.preset)
        name = options.preset
    else:
        spec = specs.from_json(parsed(options.spec))
        name = options.spec.stem
    if isinstance(spec, RunSpec):
        seeds = (options.seed if options.seed is not None else spec.seed,)
        spec = ExperimentSpec(name=name, arms=(Arm(label="", run=spec),), seeds=seeds)
    elif options.seed is not None:
        spec = replace(spec, seeds=(options.seed,))
    changed = (replace(arm, run=_changed(arm.run, options)) for arm in spec.arms)
    return replace(spec, arms=tuple(changed))


def _left_out(spec: ExperimentSpec) -> list[str]:
    """Return what of folders of pictures is not used, a sentence for each reason."""
    from viz_models.training.data import sets

    said = (sentence for arm in spec.arms for sentence in sets.left_out(arm.run.data))
    return list(dict.fromkeys(said))


def parsed(path: Path) -> object:
    """Return what a JSON file holds.

    Raises:
        ValueError: If it is no JSON.
        OSError: If there is no such file.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error


def _changed(run: RunSpec, options: argparse.Namespace) -> RunSpec:
    """Return the run with what the options say; its network follows the data that they name."""
    from viz_models.training import presets

    data = _data(run.data, options)
    if options.preset is not None:
        run = presets.preset_for(options.preset, data)
    elif data != run.data:
        run, _ = presets.fitted(replace(run, data=data))
    if options.device:
        run = replace(run, device=options.device)
    if options.seconds is not None:
        run = replace(run, budget=Budget(amount=options.seconds, unit="seconds"))
    return run


def _data(data: DataSpec, options: argparse.Namespace) -> DataSpec:
    """Return the examples that the options name."""
    if options.folder is not None:
        name = options.data or "folder"
        if name not in FOLDERS:
            raise ValueError(f"--folder goes with --data {' or '.join(FOLDERS)}, not --data {name}")
        folder = str(options.folder.expanduser().resolve())  # the worker is somewhere else
        size = data.size or FOLDER_SIZE if name == "folder" else data.size
        data = replace(data, name=name, folder=folder, size=size)  # type: ignore[arg-type]
    elif options.data == "folder":
        raise ValueError("--data folder needs --folder DIR, with one subfolder a class")
    elif options.data:
        data = replace(data, name=options.data, folder="")
    return data if options.size is None else replace(data, size=options.size)


class Follower:
    """Reads what runs tell, as it comes, and prints it."""

    def __init__(self, experiment: str, json_lines: bool) -> None:
        """Follow an experiment.

        Args:
            experiment: Its id.
            json_lines: Whether steps are printed as JSON; else one line every two seconds.
        """
        self.id, self._json = experiment, json_lines
        self._after: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._said = 0.0

    def to_the_end(self) -> tuple["Run", ...]:
        """Follow until every run has ended or rests."""
        from viz_models.records.train.runs import ENDED
        from viz_models.runs import client

        while True:
            experiment = client.experiment(self.id)
            over = all(run.state in (*ENDED, "paused") for run in experiment.runs)
            for line in self._news(experiment, over):
                sys.stdout.write(line + "\n")
            sys.stdout.flush()
            if over:
                return experiment.runs
            time.sleep(LOOK_S)

    def until_cancelled(self) -> tuple["Run", ...]:
        """Wait a little for what was asked to end."""
        from viz_models.records.train.runs import ENDED
        from viz_models.runs import client

        deadline = time.monotonic() + CANCEL_S
        while True:
            runs = client.experiment(self.id).runs
            if all(run.state in ENDED for run in runs) or time.monotonic() > deadline:
                return runs
            time.sleep(LOOK_S)

    def last_words(self, runs: tuple["Run", ...]) -> str:
        """How every run ended, one line each."""
        from viz_models.runs import export

        if self._json:
            return "\n".join(json.dumps(export.state_event(run)) for run in runs)
        return "\n".join(_sentence(run) for run in runs)

    def _news(self, experiment: "Experiment", over: bool) -> Iterator[str]:
        if self._json:
            yield from self._events(experiment, over)
        elif time.monotonic() - self._said > SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            for run in experiment.runs:
                sys.stderr.write(f"{run.id[:8]} {run.state}, step {run.step}, {run.share:.0%}\n")

    def _events(self, experiment: "Experiment", over: bool) -> Iterator[str]:
        from viz_models.runs import client, export

        for run in experiment.runs:
            if not over and self._states.get(run.id) != run.state:
                self._states[run.id] = run.state
                yield json.dumps(export.state_event(run))
            told = client.store().points(run.id, self._after.get(run.id, 0))
            self._after[run.id] = told.after
            for record in told.steps:
                yield from (json.dumps(event) for event in export.events(run, record))


def _sentence(run: "Run") -> str:
    why = f": {run.reason}" if run.reason else ""
    tested = f", {run.accuracy:.2%} of the test set" if run.accuracy is not None else ""
    return f"{run.id} {run.state}{why}, {run.step} steps{tested}"


COMMAND = Command(
    help="Train a network; the run appears on the page too.",
    add_arguments=_add_arguments,
    run=_run,
)
