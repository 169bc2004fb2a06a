"""Checkpoints and moments are whole or not there."""

import errno
import os

import numpy as np
import pytest

from viz_models.records.train.experiments import Moment
from viz_models.runs import files

RUN = 32 * "a"


def save(root, step, data=b"weights"):
    return files.save_checkpoint(root, RUN, step, {"w.safetensors": data, "p.json": b"{}"})


def test_the_last_two_are_kept(tmp_path):
    for step in (5, 10, 15):
        save(tmp_path, step, str(step).encode())
    kept = files.checkpoints(tmp_path, RUN)
    assert [p.name for p in kept] == ["checkpoint-000000015", "checkpoint-000000010"]
    folder, parts = files.last_checkpoint(tmp_path, RUN)
    assert folder == kept[0]
    assert parts == {"w.safetensors": b"15", "p.json": b"{}"}


@pytest.mark.parametrize(
    "harm",
    [
        lambda p: (p / "w.safetensors").write_bytes(b"wei"),
        lambda p: (p / "w.safetensors").write_bytes(b"weightz"),
        lambda p: (p / "w.safetensors").unlink(),
        lambda p: (p / "crc32.json").write_bytes(b'{"w.saf'),
        lambda p: (p / "crc32.json").write_bytes(b"[]"),
        lambda p: (p / "crc32.json").unlink(),
    ],
)
def test_a_torn_one_falls_back_to_the_one_before(tmp_path, harm):
    save(tmp_path, 5, b"before")
    harm(save(tmp_path, 10))
    folder, parts = files.last_checkpoint(tmp_path, RUN)
    assert folder.name == "checkpoint-000000005"
    assert parts["w.safetensors"] == b"before"


def test_a_full_disk_leaves_the_one_before(tmp_path, monkeypatch):
    save(tmp_path, 5, b"before")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            save(tmp_path, 10)
    assert [p.name for p in (tmp_path / RUN).iterdir()] == ["checkpoint-000000005"]
    assert files.last_checkpoint(tmp_path, RUN)[1]["w.safetensors"] == b"before"


def test_what_a_killed_worker_left_half_written_is_cleared(tmp_path):
    half = tmp_path / RUN / ".checkpoint-000000005.part"
    half.mkdir(parents=True)
    (half / "w.safetensors").write_bytes(b"w")
    assert files.last_checkpoint(tmp_path, RUN) is None
    save(tmp_path, 10)
    assert not half.exists()


def test_the_same_step_may_be_kept_again(tmp_path):
    save(tmp_path, 5, b"one")
    save(tmp_path, 5, b"two")
    assert files.last_checkpoint(tmp_path, RUN)[1]["w.safetensors"] == b"two"


@pytest.mark.parametrize("run", ["", "..", "../" + 29 * "a", 31 * "a", 32 * "A", "a/" + 30 * "a"])
def test_no_id_leads_elsewhere(tmp_path, run):
    with pytest.raises(ValueError, match="no such run"):
        files.folder_of(tmp_path, run)


def moment(step):
    rng = np.random.default_rng(step)
    return Moment(
        step=step,
        samples=8 * step,
        layers=("conv", "head"),
        gradient_norms=(0.5, 0.25),
        activation_means=(0.0, 1.0),
        activation_stds=(1.0, 2.0),
        filters=rng.normal(size=(4, 1, 3, 3)).astype("float32"),
        running_means={"stages.0.norm": rng.normal(size=4).astype("float32")},
        running_variances={"stages.0.norm": rng.normal(size=4).astype("float32")},
    )


def test_moments_are_read_back_in_order(tmp_path):
    for step in (100, 0, 20):
        files.save_moment(tmp_path, RUN, moment(step))
    read = files.moments(tmp_path, RUN)
    assert [m.step for m in read] == [0, 20, 100]
    for got in read:
        want = moment(got.step)
        assert (got.layers, got.gradient_norms) == (want.layers, want.gradient_norms)
        np.testing.assert_array_equal(got.filters, want.filters)
        for kind in ("running_means", "running_variances"):
            for name, array in getattr(want, kind).items():
                np.testing.assert_array_equal(getattr(got, kind)[name], array)


def test_a_torn_moment_is_left_out(tmp_path):
    for step in (0, 20):
        files.save_moment(tmp_path, RUN, moment(step))
    path = tmp_path / RUN / "moments" / "000000020.safetensors"
    whole = path.read_bytes()
    for cut in (0, 4, 100, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert [m.step for m in files.moments(tmp_path, RUN)] == [0]
    path.write_bytes(b"\xff" * 200)
    assert [m.step for m in files.moments(tmp_path, RUN)] == [0]
