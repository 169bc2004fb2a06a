"""Teach a small BERT a new task in three ways: which sentences are right?"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.sequence import judge
from viz_models.models.sequence.judge import Judge
from viz_models.models.sequence.masked import Rows
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.recipes.attention import Job, told
from viz_models.recipes.fitting import FitSpec, fit
from viz_models.records import Provenance, StepRecord
from viz_models.records.sequence.new_task import SIZES, WAYS, NewTaskRun, NewTaskRuns, Way
from viz_models.training.data.acceptable import Example, test_examples, training_examples

SEEDS = range(5)
TEST_SENTENCES, TEST_SEED = 1500, 1_000_003
BATCH = 64
SPECS: dict[Way, FitSpec] = {
    "scratch": FitSpec(steps=150, batch_size=BATCH, lr=3e-3),
    "frozen": FitSpec(steps=400, batch_size=BATCH, lr=1e-2),
    "tuned": FitSpec(steps=150, batch_size=BATCH, lr=3e-3),
}


def job(seed: int, steps: int | None = None) -> Job:
    """Return how all judges that are shipped are trained, and how good the best one then is.

    Args:
        seed: Of the examples, the output layers and, from scratch, the encoders.
        steps: Instead of their own number.
    """
    specs = {w: replace(s, seed=seed, steps=steps or s.steps) for w, s in SPECS.items()}
    made = {(way, size): judge.build(way, seed) for way in WAYS for size in SIZES}

    def train_all() -> Iterator[StepRecord]:
        for (way, size), model in made.items():
            yield from train(model, training_examples(size, seed), specs[way])

    return Job(
        name=judge.FILE,
        model=judge.bundle(made),
        recipe=f"three ways for {', '.join(map(str, SIZES))} examples; {told(specs['tuned'])}, "
        f"{specs['frozen'].lr:g} for the frozen ones; on masked_bert, or from random weights; "
        "sentences from viz_models/training/data/acceptable.py; kept as float16",
        spec=specs["tuned"],
        train=train_all,
        test=lambda: accuracy(made["tuned", SIZES[-1]], test_examples(TEST_SENTENCES, TEST_SEED)),
        tested_on=f"{TEST_SENTENCES} sentences with word pairings never seen in training, judged "
        f"after fine-tuning on {SIZES[-1]}",
        half=True,
    )


def train(model: Judge, examples: Sequence[Example], spec: FitSpec) -> Iterator[StepRecord]:
    """Train in place what asks for gradients, one record a step.

    Args:
        model: In training mode.
        examples: Each step draws some of them.
        spec: Steps and learning rate.
    """
    dice = torch.Generator().manual_seed(spec.seed)
    rows, right = encoded(examples)
    frozen = not any(p.requires_grad for p in model.encoder.parameters())
    with torch.no_grad():
        features = model.features(rows) if frozen else None  # they never change

    def batches() -> Iterator[Tensor]:
        while True:
            yield torch.randint(len(examples), (spec.batch_size,), generator=dice)

    def measure(chosen: Tensor) -> tuple[Tensor, float]:
        if features is not None:
            logits = model.output(features[chosen])
        else:
            longest = int((rows.ids[chosen] != 0).sum(1).max())
            logits = model(Rows(rows.ids[chosen, :longest], rows.segments[chosen, :longest]))
        loss = F.cross_entropy(logits, right[chosen])
        return loss, (logits.argmax(-1) == right[chosen]).float().mean().item()

    return fit(model, batches(), measure, spec)


def encoded(examples: Sequence[Example]) -> tuple[Rows, Tensor]:
    """Examples as the network reads them, and (B,) int64 labels."""
    labels = [judge.RIGHT if e.right else 1 - judge.RIGHT for e in examples]
    return judge.read([e.words for e in examples]), torch.tensor(labels)


def accuracy(model: Judge, examples: Sequence[Example]) -> float:
    """Share of sentences that are judged rightly, 0..1."""
    rows, right = encoded(examples)
    with torch.no_grad():
        return (model.eval()(rows).argmax(-1) == right).float().mean().item()


def taught(way: Way, size: int, seed: int, specs: dict[Way, FitSpec] = SPECS) -> Judge:
    """Return a judge that learned from so many examples in one way."""
    model = judge.build(way, seed)
    for _ in train(model, training_examples(size, seed), replace(specs[way], seed=seed)):
        pass
    return model.eval()


def measure(
    tell: Callable[[int, int], None] = lambda done, total: None,
    seeds: Sequence[int] = SEEDS,
    specs: dict[Way, FitSpec] = SPECS,
    sentences: int = TEST_SENTENCES,
) -> NewTaskRuns:
    """Every way with every number of examples and every seed, tested on unseen sentences."""
    wanted = [(way, size, seed) for seed in seeds for size in SIZES for way in WAYS]
    tests = test_examples(sentences, TEST_SEED)
    runs, trained = [], {}
    with one_thread():
        for done, (way, size, seed) in enumerate(wanted):
            tell(done, len(wanted))
            model = taught(way, size, seed, specs)
            right = accuracy(model, tests)
            runs.append(NewTaskRun(way=way, examples=size, seed=seed, accuracy=right))
            trained[way] = sum(
                p.numel() for p in judge.build(way, 0).parameters() if p.requires_grad
            )
    tell(len(wanted), len(wanted))
    return NewTaskRuns(
        runs=tuple(runs),
        sentences=sentences,
        steps=specs["tuned"].steps,
        batch_size=specs["tuned"].batch_size,
        trained=trained,
        provenance=Provenance(
            kind="recorded run",
            device="cpu, one thread",
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )
