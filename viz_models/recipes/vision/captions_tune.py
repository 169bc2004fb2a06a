"""Fine-tune the captioner on new pictures: with how much of its encoder, in which mode."""

import datetime
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from viz_models.analysis.vision import captions_covered
from viz_models.analysis.vision.captions_quality import exact, quality
from viz_models.models import weights
from viz_models.models.versions import torch_version
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import Captioner
from viz_models.recipes.fitting import FitSpec
from viz_models.recipes.vision.captions import Examples, examples, train
from viz_models.records.provenance import Provenance
from viz_models.records.vision.captions import (
    MODES,
    NETS,
    TUNED,
    CaptionQuality,
    CaptionRecord,
    Statistics,
    Tuned,
    TuneRun,
)

SEEDS = 5
SPEC = FitSpec(steps=120, batch_size=32, lr=2e-3)
NEW = 500  # scenes to learn from
TESTS = 250  # scenes to test on
BRIGHTER, CONTRAST = 0.4, 0.4  # a pixel x of a new picture is 0.4 + 0.4 x
FAR = 1_000_000  # seeds of scenes from here on were never trained on or tested with


def faded(shown: Examples) -> Examples:
    """Return the same scenes, brighter and with less contrast; the sentences stay true."""
    images = BRIGHTER + CONTRAST * shown.images
    return replace(shown, images=images)


def unfreeze(model: Captioner, blocks: int) -> int:
    """Freeze the encoder but for its last blocks; return how many of its numbers learn.

    As in the learners' notes: `for c in list(resnet.children())[5:]: p.requires_grad = True`.
    """
    model.encoder.requires_grad_(False)
    children = list(model.encoder.children())
    for child in children[len(children) - blocks :]:
        child.requires_grad_()
    return sum(p.numel() for p in model.encoder.parameters() if p.requires_grad)


def run(
    blocks: Tuned, mode: Statistics, seed: int, shown: Examples, new: Examples, old: Examples
) -> TuneRun:
    """Fine-tune a copy of the shipped captioner, decoder and last blocks, and test it."""
    model = nets.build()
    model.load_state_dict(weights.load(nets.entry("attention")))
    trained = unfreeze(model, blocks)
    norms = [m for m in model.encoder.modules() if isinstance(m, nn.BatchNorm2d)]
    before = [_mean(norm) for norm in norms]
    model.train()
    model.encoder.train(mode == "train")
    spec = FitSpec(steps=SPEC.steps, batch_size=SPEC.batch_size, lr=SPEC.lr, seed=seed)
    for _ in train(model, shown, spec):
        pass
    model.eval()
    moves = [
        float((_mean(norm) - was).norm() / was.norm())
        for norm, was in zip(norms, before, strict=True)
    ]
    return TuneRun(
        blocks=blocks,
        mode=mode,
        seed=seed,
        trained=trained,
        moved=sum(moves) / len(moves),
        exact=exact(model, new.images, new.sentences) / len(new.sentences),
        old=exact(model, old.images, old.sentences) / len(old.sentences),
    )


def _mean(norm: nn.BatchNorm2d) -> torch.Tensor:
    assert norm.running_mean is not None
    return norm.running_mean.clone()


def qualities() -> tuple[CaptionQuality, ...]:
    """Test both shipped captioners."""
    found = []
    for net in NETS:
        with nets.captioner(net) as model:
            found.append(quality(model, net))
    return tuple(found)


def record(told: Callable[[int, int], None] = lambda done, total: None) -> CaptionRecord:
    """Measure what the lesson on captions does not measure while somebody waits.

    Args:
        told: How many fine-tunings are done, and of how many.
    """
    shown = faded(examples(NEW, FAR))
    old = examples(TESTS, FAR, training=False)
    new = faded(old)
    wanted = [(b, m, s) for b in TUNED for m in MODES for s in range(SEEDS)]
    runs = []
    for blocks, mode, seed in wanted:
        runs.append(run(blocks, mode, seed, shown, new, old))
        told(len(runs), len(wanted))
    with nets.captioner("attention") as model:
        untuned = exact(model, new.images, new.sentences) / TESTS
        covered = captions_covered.quality(model)
    return CaptionRecord(
        qualities=qualities(),
        covered=covered,
        untuned=untuned,
        steps=SPEC.steps,
        scenes=TESTS,
        runs=tuple(runs),
        provenance=Provenance(
            kind="recorded run",
            device="cpu, one thread",
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )
