"""What is taken away is what was told; other tools open it."""

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest

from tests.runs.rig import TINY, records, tiny
from viz_models.records.train.experiments import Arm, Evaluation, ExperimentSpec, StepRecord
from viz_models.runs import export, files

NAN = float("nan")
CONFUSION = tuple(tuple(int(i == j) for j in range(10)) for i in range(10))
JUDGED = {
    "confusion": CONFUSION,
    "precision": (0.5, NAN, *(1.0,) * 8),
    "recall": (0.25, 0.75, *(1.0,) * 8),
    "f1": (0.0, *(1.0,) * 9),
}


@pytest.fixture
def ran(store):
    """An experiment of two arms whose runs told three steps each, the last one no number."""
    arms = (Arm(label="=cmd()", run=TINY), Arm(label="b", run=replace(TINY, batch_size=16)))
    made = store.submit("ann", ExperimentSpec(name="x", arms=arms, seeds=(4,)), "k")
    test = Evaluation(loss=0.5, accuracy=0.875, **JUDGED)
    last = StepRecord(step=3, samples=24, loss=NAN, accuracy=0.0, seconds=0.3, evaluation=test)
    while job := store.work.claim():
        store.work.push(job.run, job.attempt, [*records(1, 2), last])
        files.save_checkpoint(store.folder, job.run, 3, {"weights.safetensors": b"w"})
        store.work.end(job.run, job.attempt, "diverged", "at step 3")
    return store.experiment(made.id)


def test_csv(store, ran):
    taken = export.take(store, ran.id, "csv")
    rows = list(csv.DictReader(io.StringIO(taken.data.decode())))
    assert taken.name == f"{ran.id}.csv"
    assert [row["step"] for row in rows] == ["1", "2", "3"] * 2
    assert {row["arm"] for row in rows} == {"'=cmd()", "b"}  # a spreadsheet computes nothing
    assert (rows[0]["seed"], rows[1]["loss"], rows[2]["val_accuracy"]) == ("4", "1.0", "0.875")
    assert len(export.take(store, ran.runs[0].id, "csv").data.splitlines()) == 4
    assert (rows[1]["val_f1"], float(rows[2]["val_recall"])) == ("", pytest.approx(0.9))
    assert json.loads(rows[2]["val_confusion"]) == [list(row) for row in CONFUSION]
    assert json.loads(rows[2]["val_by_class"])["1"]["precision"] is None


def test_json_lines(store, ran):
    lines = export.take(store, ran.runs[0].id, "jsonl").data.decode().splitlines()
    told = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert [event["event"] for event in told] == ["step", "step", "step", "eval", "state"]
    assert told[2]["loss"] is None
    means = {"val_precision": 8.5 / 9, "val_recall": 0.9, "val_f1": 0.9}
    for name, mean in means.items():
        assert told[3].pop(name) == pytest.approx(mean), name
    by_class = told[3].pop("by_class")
    assert by_class["0"] == {"precision": 0.5, "recall": 0.25, "f1": 0.0}
    assert by_class["1"] == {"precision": None, "recall": 0.75, "f1": 1.0}
    assert told[3] == {
        "event": "eval",
        "run": ran.runs[0].id,
        "step": 3,
        "val_loss": 0.5,
        "val_accuracy": 0.875,
        "confusion": [list(row) for row in CONFUSION],
    }
    assert told[4]["state"] == "diverged"
    assert told[4]["val_accuracy"] == 0.875


@pytest.mark.slow
def test_tensorboard_reads_it(store, ran, capfd, caplog):
    from tensorboardX.event_file_writer import event_pb2

    taken = export.take(store, ran.id, "tensorboard")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        names = archive.namelist()
        content = archive.read(names[0])
    first, second = ran.runs
    folders = {f"cmd-seed-4-{first.id[:8]}", f"b-seed-4-{second.id[:8]}"}
    assert {name.split("/")[0] for name in names} == folders
    scalars, texts = {}, {}
    while content:  # a record: length, its checksum, event, its checksum
        size = int.from_bytes(content[:8], "little")
        event = event_pb2.Event.FromString(content[12 : 12 + size])
        content = content[12 + size + 4 :]
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "text":
                (texts[value.tag],) = (word.decode() for word in value.tensor.string_val)
                continue
            scalars.setdefault(value.tag, []).append((event.step, value.simple_value))
    assert scalars["loss/train"][:2] == [(1, 2.0), (2, 1.0)]
    assert scalars["accuracy/validation"] == [(3, 0.875)]
    assert scalars["f1/validation"] == [(3, pytest.approx(0.9))]
    assert scalars["recall_by_class/1"] == [(3, 0.75)]
    assert "precision_by_class/1" not in scalars  # it has no value
    tables = {tag.partition("/")[0]: text.splitlines() for tag, text in texts.items()}
    assert tables.keys() == {"by_class", "confusion"}
    assert all(lines[0] == names[0].split("/")[0] for lines in tables.values())  # arm and seed
    assert (
        tables["confusion"][2] == "| right class, read as | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 |"
    )
    assert [
        tuple(int(cell) for cell in line.strip("| ").split(" | ")[1:])
        for line in tables["confusion"][4:]
    ] == list(CONFUSION)
    assert tables["by_class"][2] == "| class | precision | recall | f1 |"
    assert tables["by_class"][5] == "| 1 | - | 0.7500 | 1.0000 |"
    said = capfd.readouterr()
    assert "NaN" not in said.out + said.err + caplog.text


def test_a_class_may_be_called_anything():
    table = export._table("class", ["a|b"], ["a|b"], [[3]])
    assert table.splitlines() == ["| class | a\\|b |", "|---|---|", "| a\\|b | 3 |"]


def test_checkpoints(store, ran):
    taken = export.take(store, ran.id, "checkpoint")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        assert set(archive.namelist()) == {f"{run.id}/weights.safetensors" for run in ran.runs}
    waiting = store.submit("ann", tiny(), "k2")
    with pytest.raises(ValueError, match="there is no checkpoint"):
        export.take(store, waiting.id, "checkpoint")


@pytest.mark.slow
def test_scripts(store, ran):
    taken = export.take(store, ran.id, "script")
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {"arm-0.py", "arm-1.py"}
    one = export.take(store, ran.runs[1].id, "script")
    assert one.name.endswith(".py")
    assert one.data.decode() == texts["arm-1.py"]
    compile(one.data, one.name, "exec")
