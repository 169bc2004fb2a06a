"""`dispatch` asks for what it needs, one line each; that it works: tests/runs/test_cluster.py."""

import sys

import pytest

from viz_models.__main__ import main
from viz_models.runs import home
from viz_models.runs.database import Database, StoreError


@pytest.fixture(autouse=True)
def own_machine(monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_DATABASE", "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "give --store postgresql+psycopg://"),
        (["--store", "sqlite:////tmp/x"], "give --store postgresql+psycopg://"),
        (["--engine", "ray", "--store", "postgresql+psycopg://u@h/d"], "give --address host:port"),
    ],
)
def test_what_is_missing_is_asked_for(options, says, capsys):
    with pytest.raises(SystemExit) as end:
        main(["dispatch", *options])
    assert end.value.code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_without_ray_one_line_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    store = ["--store", "postgresql+psycopg://u@h/d"]
    with pytest.raises(SystemExit) as end:
        main(["dispatch", "--engine", "ray", "--address", "h:1", *store])
    assert end.value.code == 2
    assert "needs Ray: pip install -r requirements-cluster.txt" in capsys.readouterr().err


def test_without_a_driver_the_store_says_what_to_install():
    with pytest.raises(StoreError, match=r"needs pg8000: pip install -r requirements-cluster.txt"):
        Database("postgresql+pg8000://u@h/d")


def test_only_a_database_of_several_machines_is_shared(monkeypatch):
    assert not home.shared()
    monkeypatch.setenv("FORWARD_PASS_DATABASE", "postgresql+psycopg://u@h/d")
    assert home.shared()
