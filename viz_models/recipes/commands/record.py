"""`record`: compute what the pages open with, and keep it in pretrained/recorded/."""

import argparse
import datetime
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from viz_models.cli.command import Command
from viz_models.recipes.commands import (
    record_ablation,
    record_architectures,
    record_masked,
    record_train,
    record_translators,
    record_vision,
    train_demo,
)
from viz_models.recipes.commands.progress import progress as _progress
from viz_models.recipes.train import small
from viz_models.recordings import ablation as recordings_ablation
from viz_models.recordings import attention as recordings_attention
from viz_models.recordings import axes as recordings_axes
from viz_models.recordings import build as recordings_build
from viz_models.recordings import demo_moments as recordings_moments
from viz_models.recordings import flow as recordings
from viz_models.recordings import gan as recordings_gan
from viz_models.recordings import home as recordings_home
from viz_models.recordings import norm as recordings_norm
from viz_models.recordings import sharing as recordings_sharing
from viz_models.recordings import train as recordings_train
from viz_models.recordings import workers as recordings_workers
from viz_models.recordings.folder import FOLDER
from viz_models.recordings.sequence import gates as recordings_gates
from viz_models.recordings.sequence import memory as recordings_memory
from viz_models.recordings.shipped import opening
from viz_models.records import (
    AttendSpec,
    ConvSpec,
    CostSpec,
    NormGridSpec,
    NormSpec,
    SourceSpec,
    TraceSpec,
)
from viz_models.records.build.surface import SurfaceSpec
from viz_models.records.sequence.memory import MemoryTraining

STATE = Path("artifacts/demo")  # where train-demo leaves its moments


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        choices=(*RECORDINGS, "all"),
        default="all",
        help="flow, home, norm_axes, dense_memory, masked_context, fast: seconds; "
        "attention_cost: 1 minute; regularization, freezing, squeeze: 2; new_task: 4; "
        "masked_arms: 15; inception: 8; inception_digits: 1; "
        "attention_sharing: 4; train_cards: 4; gates: 1; loss_surface: 5; memory: 15; "
        "architectures: 2; architecture_twins: 8; norm_training: 8; translators: 15; "
        "ablation, which needs the weights of train-demo: 10; "
        "moments, which needs what train-demo left in its folder: 10; workers: seconds; sweep: 1; "
        "default: %(default)s",
    )
    parser.add_argument("--into", type=Path, default=FOLDER, help="folder; default: %(default)s")
    parser.add_argument("--data", help="of ablation and moments: CIFAR-10, as of train-demo")
    parser.add_argument(
        "--state",
        type=Path,
        default=STATE,
        help="of moments: the folder of train-demo; default: %(default)s",
    )


def _run(options: argparse.Namespace) -> str:
    made = RECORDINGS | {
        "ablation": partial(_record_ablation, folder=options.data),
        "moments": partial(_record_moments, folder=options.data, state=options.state),
    }
    names = [options.what]
    if options.what == "all":
        missing = set() if record_ablation.available() else {"ablation"}
        missing |= set() if any(options.state.glob("moment*")) else {"moments"}
        names = [name for name in RECORDINGS if name not in missing]
    return "\n".join(f"wrote {made[name](options.into)}" for name in names)


def _record_flow(into: Path) -> Path:
    return recordings.save(flow_recording(TraceSpec(model=opening())), into / recordings.PATH.name)


def _record_norm_axes(into: Path) -> Path:
    return recordings_axes.save(
        axes_recording(recordings_axes.LESSON), into / recordings_axes.PATH.name
    )


def _record_norm_training(into: Path) -> Path:
    from viz_models.recipes import norm_grid

    return recordings_norm.save(
        norm_grid.measure(NormGridSpec(), _progress("norm_training")),
        into / recordings_norm.PATH.name,
    )


def _record_attention_cost(into: Path) -> Path:
    from viz_models.analysis.attention import cost

    measured = cost.measure(CostSpec(), _progress("attention_cost"))
    return recordings_attention.save(measured, into / recordings_attention.COST.name)


def _record_attention_heads(into: Path) -> Path:
    from viz_models.analysis.attention import heads
    from viz_models.training.data import grammar

    drawn = grammar.test_pairs(SENTENCES, SENTENCE_SEED)
    pairs = [(pair.english, pair.french) for pair in drawn]
    measured = heads.each_alone(pairs, SENTENCE_SEED, _progress("attention_heads"))
    return recordings_attention.save(measured, into / recordings_attention.HEADS.name)


def _record_loss_surface(into: Path) -> Path:
    from viz_models.training import surface

    found = surface.measure(SurfaceSpec(), _progress("loss_surface"))
    recorded = replace(found.provenance, kind="recorded run")
    return recordings_build.save(
        replace(found, provenance=recorded), into / recordings_build.PATH.name
    )


def _record_attention_sharing(into: Path) -> Path:
    from viz_models.recipes import shared_heads

    return recordings_sharing.save(
        shared_heads.measure(_progress("attention_sharing")), into / recordings_sharing.PATH.name
    )


def _record_gates(into: Path) -> Path:
    from viz_models.recipes.sequence import gates

    return recordings_gates.save(
        gates.measure(_progress("gates")), into / recordings_gates.PATH.name
    )


def _record_memory(into: Path) -> Path:
    from viz_models.recipes.sequence import memory

    return recordings_memory.save(
        memory.measure(MemoryTraining(), _progress("memory")), into / recordings_memory.PATH.name
    )


def _record_train_cards(into: Path) -> Path:
    from viz_models.training.cards.cards import CARDS
    from viz_models.training.cards.record import measure

    measured = (
        measure(card.experiment, _progress(f"train_cards, {card.id}")) for card in CARDS.values()
    )
    return recordings_train.save(measured, into / recordings_train.PATH.name)


def _record_gan(into: Path) -> Path:
    from viz_models.recipes.train import gan

    return recordings_gan.save(gan.measure(_progress("gan")), into / recordings_gan.PLANE.name)


def _record_workers(into: Path) -> Path:
    from viz_models.recipes.train import workers

    found = workers.measure(_progress("workers"))
    return recordings_workers.save(found, into / recordings_workers.PATH.name)


def _record_ablation(into: Path, folder: str | None = None) -> Path:
    measured = record_ablation.measure(folder, _progress("ablation"))
    return recordings_ablation.save(measured, into / recordings_ablation.PATH.name)


def _record_moments(into: Path, folder: str | None = None, state: Path = STATE) -> Path:
    from viz_models.recipes import demo_moments
    from viz_models.recipes.demo_recipe import Recipe
    from viz_models.training.data import sets as data

    measured = demo_moments.measure(
        state, Recipe(), data.load(train_demo.asked(folder)), _progress("moments")
    )
    return recordings_moments.save(measured, into / recordings_moments.PATH.name)


def _record_home(into: Path) -> Path:
    return recordings_home.save(home_recording(), into / recordings_home.PATH.name)


def home_recording() -> recordings_home.HomeRecording:
    """Return the thumbnails of the builder and of the lessons on attention, measured now."""
    from viz_models.analysis.attention.scores import head_weights, provenance, stages
    from viz_models.analysis.build.connectivity import connectivity

    network = ConvSpec(depths=(2,), groups=4)
    attention = AttendSpec(part="cross", layer=1)
    opened = stages(attention)
    return recordings_home.HomeRecording(
        groups=network.groups,
        apart=connectivity(network, 0, 2, shuffle=False).matrix,
        shuffled=connectivity(network, 0, 2, shuffle=True).matrix,
        weights=head_weights(attention).numpy()[attention.layer],
        queries=opened.queries,
        keys=opened.keys,
        provenance=replace(
            provenance(), kind="recorded run", date=datetime.date.today().isoformat()
        ),
    )


def flow_recording(spec: TraceSpec) -> recordings.FlowRecording:
    """Return the diagram of one forward pass over a sample photo, measured now."""
    from viz_models.analysis.flow.preprocess import prepare
    from viz_models.analysis.flow.trace import trace
    from viz_models.figures import pixels
    from viz_models.images import samples

    prepared = prepare(samples.load(spec.image.name))
    result = trace(spec, prepared.tensor)
    faces = dict(zip((s.name for s in result.steps), result.values, strict=True))
    return recordings.FlowRecording(
        spec=spec,
        steps=result.steps,
        faces={n: pixels.face(v) for n, v in faces.items()} | {"input": prepared.cropped[::2, ::2]},
        schemes={n: pixels.scheme(v) for n, v in faces.items()} | {"input": "photo"},
        provenance=replace(
            result.provenance, kind="recorded run", date=datetime.date.today().isoformat()
        ),
    )


def axes_recording(source: SourceSpec) -> recordings_axes.AxesRecording:
    """Return what the lesson on axes opens with, measured now."""
    from viz_models.analysis.flow.preprocess import prepare
    from viz_models.analysis.normalization import activation, normalize
    from viz_models.images import samples

    crops = [prepare(samples.load(name)).cropped[::7, ::7] for name in source.photos]
    values = activation(source)
    made = normalize(values, NormSpec()).provenance
    today = datetime.date.today().isoformat()
    return recordings_axes.AxesRecording(
        source=source,
        values=values,
        photos=np.stack(crops),
        provenance=replace(made, kind="recorded run", date=today, seed=source.seed),
    )


SENTENCES = 200  # held out, that heads are switched off on
SENTENCE_SEED = 1
RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "flow": _record_flow,
    "home": _record_home,
    "norm_axes": _record_norm_axes,
    "norm_training": _record_norm_training,
    "attention_cost": _record_attention_cost,
    "attention_heads": _record_attention_heads,
    "attention_sharing": _record_attention_sharing,
    "loss_surface": _record_loss_surface,
    "gates": _record_gates,
    "memory": _record_memory,
    "regularization": lambda into: small.record_regularization(into, _progress),
    "freezing": lambda into: small.record_freezing(into, _progress),
    "train_cards": _record_train_cards,
    "gan": _record_gan,
    "workers": _record_workers,
    "translators": record_translators.write,
    **record_train.RECORDINGS,
    **record_masked.RECORDINGS,
    **record_architectures.RECORDINGS,
    **record_vision.RECORDINGS,
    "ablation": _record_ablation,
    "moments": _record_moments,
}
COMMAND = Command(
    help="Measure what the pages open with, and keep it.",
    add_arguments=_add_arguments,
    run=_run,
)
