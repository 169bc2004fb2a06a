from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pytest

from viz_models.recordings import files


@dataclass(frozen=True)
class Inner:
    name: Literal["a", "b"]
    pair: tuple[int, float]


@dataclass(frozen=True, eq=False)
class Record:
    inners: tuple[Inner, ...]
    maybe: Inner | None
    values: np.ndarray
    faces: dict[str, tuple[int, ...]]


RECORD = Record(
    inners=(Inner("a", (1, 2.5)), Inner("b", (3, -1e-7))),
    maybe=None,
    values=np.array([[1, np.nan], [-0.0, np.inf]], np.float32),
    faces={"x": (1, 2), "ü": ()},
)


def test_everything_comes_back_as_it_was(tmp_path):
    again = files.load(Record, files.save(RECORD, tmp_path / "r.json"))
    assert (again.inners, again.maybe, again.faces) == (RECORD.inners, None, RECORD.faces)
    assert again.values.dtype == np.float32
    assert again.values.tobytes() == RECORD.values.tobytes()  # NaN and minus zero too


def test_each_entry_of_a_list_has_a_line(tmp_path):
    lines = files.save(RECORD, tmp_path / "r.json").read_text(encoding="utf-8").splitlines()
    assert '{"name":"a","pair":[1,2.5]},' in lines


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"name":"a"', '"name":"c"'), ('"pair":[1,2.5]', '"pair":[1]'), ('"maybe"', '"perhaps"')],
)
def test_a_recording_of_another_time_says_what_to_do(was, becomes, tmp_path):
    path = files.save(RECORD, tmp_path / "r.json")
    path.write_text(path.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    with pytest.raises(ValueError, match=r"r\.json is of another time .* run `make record`"):
        files.load(Record, path)


def test_large_arrays_are_compressed_and_come_back(tmp_path):
    large = replace(RECORD, values=np.tile(np.arange(256, dtype=np.uint8), (400, 1)))
    path = files.save(large, tmp_path / "r.json")
    assert path.stat().st_size < large.values.nbytes / 10
    np.testing.assert_array_equal(files.load(Record, path).values, large.values)
