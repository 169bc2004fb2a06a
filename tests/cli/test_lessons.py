import pytest

from viz_models.__main__ import main
from viz_models.guides import shelf
from viz_models.places import LESSONS


def test_all_lessons_are_listed_with_their_minutes(capsys):
    assert main(["lessons"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(shelf.shipped())
    assert all(" min " in line for line in lines)


def test_a_file_is_checked(tmp_path, capsys):
    file = tmp_path / "mine.en.md"
    text = (LESSONS / "skips.en.md").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    assert main(["lessons", "check", str(file)]) == 0
    assert "Why residual networks work, 9 steps" in capsys.readouterr().out
    file.write_text(text.replace("(/surface)", "(/nowhere)"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["lessons", "check", str(file)])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "there is no page /nowhere" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [["check"], ["check", "/no/such/file.md"], ["list", "a.md"]])
def test_what_is_missing_is_said_in_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["lessons", *arguments])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
