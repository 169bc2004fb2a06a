import json
from urllib.parse import parse_qs, urlsplit

import pytest

from viz_models.__main__ import main
from viz_models.runs import client
from viz_models.runs.classroom import classes


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("FORWARD_PASS_HOME", str(tmp_path))


def test_a_class_is_started_and_its_link_teaches(capsys):
    assert main(["class", "--url", "https://demo.school.edu/", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["students"] == f"https://demo.school.edu/class?room={said['code']}"
    (secret,) = parse_qs(urlsplit(said["teacher"]).query)["teacher"]
    database = client.store().database
    assert classes.with_secret(database, secret) == said["code"]
    assert classes.come(database, said["code"], "teacher", secret=secret)


def test_it_is_printed_for_people(capsys):
    assert main(["class"]) == 0
    code, students, teacher, _ = capsys.readouterr().out.splitlines()
    assert code.split()[-1] in students
    assert "?teacher=" in teacher


def test_what_is_no_address_is_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as left:
        main(["class", "--url", "school"])
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
