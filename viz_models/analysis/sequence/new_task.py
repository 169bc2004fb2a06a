"""Judge a sentence with networks that learned a new task, and compare how well they learned it."""

import torch

from viz_models.analysis import seed_noise
from viz_models.analysis.sequence.masked_words import words_of
from viz_models.analysis.sequence.verb_forms import other_forms
from viz_models.models.sequence import judge
from viz_models.models.versions import torch_version
from viz_models.models.vocabulary import UNK, english_ids
from viz_models.records.provenance import Provenance
from viz_models.records.sequence.new_task import (
    SIZES,
    WAYS,
    Judged,
    JudgeSpec,
    Judging,
    Learned,
    NewTaskRuns,
    Way,
)


def judging(spec: JudgeSpec) -> Judging:
    """Judge a sentence, and the same one with each of its verbs in another form.

    Raises:
        ValueError: With one line for the reader, if the sentence cannot be read, or if no network
            learned from so many examples.
    """
    if spec.examples not in SIZES:
        raise ValueError(f"no network learned from {spec.examples} examples; choose 50, 200, 1000")
    words = words_of(spec.text)
    changed = [(None, words)] + [
        (place, (*words[:place], form, *words[place + 1 :])) for place, form in other_forms(words)
    ]
    rows = judge.read([sentence for _, sentence in changed])
    with torch.no_grad():
        right = {
            way: judge.trained(way, spec.examples)(rows).softmax(-1)[:, judge.RIGHT].tolist()
            for way in WAYS
        }
    ids = english_ids(words)
    return Judging(
        spec=spec,
        sentences=tuple(
            Judged(words=sentence, changed=place, right={way: right[way][i] for way in WAYS})
            for i, (place, sentence) in enumerate(changed)
        ),
        unknown=tuple(dict.fromkeys(w for w, i in zip(words, ids, strict=True) if i == UNK)),
        provenance=Provenance(versions=torch_version()),
    )


def learned(runs: NewTaskRuns) -> tuple[Learned, ...]:
    """Return what each way reached with each number of examples, beside the frozen encoder."""
    return tuple(_learned(runs, way, size) for way in WAYS for size in SIZES)


def _learned(runs: NewTaskRuns, way: Way, size: int) -> Learned:
    own, frozen = _by_seed(runs, way, size), _by_seed(runs, "frozen", size)
    values = tuple(own[seed] for seed in sorted(own))
    mean, low, high = seed_noise.interval(values)
    assert mean is not None
    pairs = [] if way == "frozen" else [own[s] - frozen[s] for s in sorted(own.keys() & frozen)]
    difference, below, above = seed_noise.interval(pairs)
    return Learned(
        way=way,
        examples=size,
        mean=mean,
        values=values,
        low=low,
        high=high,
        difference=difference,
        difference_low=below,
        difference_high=above,
        verdict=seed_noise.verdict(len(pairs), below, above) if pairs else None,
    )


def _by_seed(runs: NewTaskRuns, way: Way, size: int) -> dict[int, float]:
    return {r.seed: r.accuracy for r in runs.runs if r.way == way and r.examples == size}
