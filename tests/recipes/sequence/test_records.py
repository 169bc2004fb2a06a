"""`record` for each recording of the chapter, from command to file and back, at a small size."""

from dataclasses import replace
from functools import partial

import pytest

from viz_models.__main__ import main
from viz_models.recipes.sequence import gates, masked, masked_runs, memory, translators_runs
from viz_models.recordings.sequence import gates as recorded_gates
from viz_models.recordings.sequence import masked_words as recorded_masked
from viz_models.recordings.sequence import memory as recorded_memory
from viz_models.recordings.sequence import translators as recorded_translators
from viz_models.records.sequence.memory import READERS, MemoryTraining
from viz_models.training.data import pairs


def record(what, into, capsys):
    assert main(["record", what, "--into", str(into)]) == 0
    return capsys.readouterr()


def test_translators(tmp_path, monkeypatch, capsys):
    small = partial(translators_runs.measure, seeds=(1, 1), steps=(2, 3), count=12)
    monkeypatch.setattr(translators_runs, "measure", small)
    said = record("translators", tmp_path, capsys)
    assert "translators: 4 of 4 trainings" in said.err
    found = recorded_translators.load(tmp_path / "translators.json")
    assert [r.model for r in found.runs] == list(translators_runs.COMPARED)
    assert [r.score.sentences for r in found.long_runs] == [12, 12]
    assert all(len(r.held) == 3 and r.half_life > 0 for r in found.long_runs)
    assert (found.steps, found.long_steps) == (2, 3)


def test_memory(tmp_path, monkeypatch, capsys):
    def small(_, progress):
        return measure(MemoryTraining(steps=1, steps_when_long=1, seeds=1), progress, (3,))

    measure = memory.measure
    monkeypatch.setattr(memory, "measure", small)
    record("memory", tmp_path, capsys)
    found = recorded_memory.load(tmp_path / "memory.json")
    assert [run.spec for run in found.runs] == [replace(r, length=3) for r in READERS]


def test_masked_arms(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pairs, "POOL", 400)
    monkeypatch.setattr(pairs.training_together, "__defaults__", (400,))
    monkeypatch.setattr(masked_runs, "SEEDS", range(1))
    spec = replace(masked.SPEC, steps=2, batch_size=8)
    monkeypatch.setattr(masked_runs, "arms", partial(masked_runs.arms, spec=spec, pairs=12))
    record("masked_arms", tmp_path, capsys)
    assert len(recorded_masked.load_arms(tmp_path / "masked_arms.json").runs) == 4


@pytest.mark.slow
def test_gates(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gates, "measure", partial(gates.measure, sentences=20))
    record("gates", tmp_path, capsys)
    assert recorded_gates.load(tmp_path / "gates.json").sentences == 20
