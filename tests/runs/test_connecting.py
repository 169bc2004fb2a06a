"""Which SQLite may write ahead, by what sqlite.org/wal.html says of the bug that loses commits."""

import pytest

from viz_models.runs.connecting import fixed_wal


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_no_sqlite_that_loses_commits_writes_ahead(version, fixed):
    assert fixed_wal(version) == fixed
