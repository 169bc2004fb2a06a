"""`record`: compute what the pages open with, and keep it in pretrained/recorded/."""

import argparse
import datetime
from dataclasses import replace

from viz_models import recordings
from viz_models.cli.command import Command
from viz_models.records import TraceSpec


def _add_arguments(_: argparse.ArgumentParser) -> None:
    """Nothing to choose: recordings are of the pages' defaults."""


def _run(_: argparse.Namespace) -> str:
    return f"wrote {recordings.save(flow_recording(TraceSpec()), 'flow')}"


def flow_recording(spec: TraceSpec) -> recordings.FlowRecording:
    """The diagram of one forward pass over a sample photo, measured now."""
    from viz_models.analysis.preprocess import prepare
    from viz_models.analysis.trace import trace
    from viz_models.figures import pixels
    from viz_models.images import samples

    prepared = prepare(samples.load(spec.image.name))
    result = trace(spec, prepared.tensor)
    faces = dict(zip((s.name for s in result.steps), result.values, strict=True))
    return recordings.FlowRecording(
        spec=spec,
        steps=result.steps,
        faces={n: pixels.face(v) for n, v in faces.items()}
        | {"input": prepared.cropped[::2, ::2]},
        schemes={n: pixels.scheme(v) for n, v in faces.items()} | {"input": "photo"},
        provenance=replace(
            result.provenance, kind="recorded run", date=datetime.date.today().isoformat()
        ),
    )


COMMAND = Command(
    help="measure what the pages open with, and keep it",
    add_arguments=_add_arguments,
    run=_run,
)
