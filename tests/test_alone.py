"""The helper for scripts that run alone ends them as Python does."""

import signal

import pytest

from tests.alone import printed_alone, run_alone


@pytest.fixture
def script(tmp_path):
    def _script(text):
        (tmp_path / "script.py").write_text(text, encoding="utf-8")
        return tmp_path / "script.py"

    return _script


def test_a_script_is_run_in_its_folder_with_its_arguments(script, tmp_path):
    text = "import os, sys\nprint(os.getcwd(), __name__, __file__, sys.argv, input)"
    said = printed_alone(script(text), "a b", "−")
    assert said.startswith(
        f"{tmp_path} __main__ {tmp_path}/script.py ['{tmp_path}/script.py', 'a b', '−']"
    )


@pytest.mark.parametrize(
    ("text", "code", "stdout", "stderr"),
    [
        ("print('a')\n1 / 0", 1, "a\n", "ZeroDivisionError"),
        ("import sys\nprint('a')\nsys.exit(3)", 3, "a\n", ""),
        ("raise SystemExit", 0, "", ""),
        ("raise SystemExit('no file')", 1, "", "no file\n"),
        ("import atexit\natexit.register(print, 'end')", 0, "end\n", ""),
        ("1 +", 1, "", "SyntaxError"),
        ("input()", 1, "", "EOFError"),
    ],
)
def test_it_ends_as_python_ends_it(script, text, code, stdout, stderr):
    done = run_alone(script(text))
    assert (done.returncode, done.stdout) == (code, stdout)
    assert stderr in done.stderr
    assert bool(stderr) == bool(done.stderr)


def test_it_cannot_see_this_project_and_finds_nothing_of_the_script_before(script):
    assert "No module named 'viz_models'" in run_alone(script("import viz_models")).stderr
    assert "No module named 'tests'" in run_alone(script("import tests")).stderr
    printed_alone(
        script("import sys, torch\nsys.marked = True\ntorch.set_default_dtype(torch.half)")
    )
    said = printed_alone(
        script("import sys, torch\nprint(hasattr(sys, 'marked'), torch.ones(1).dtype)")
    )
    assert said == "False torch.float32\n"


def test_it_is_ended_after_its_time(script):
    done = run_alone(script("import time\nprint(1, flush=True)\ntime.sleep(60)"), limit_s=1)
    assert (done.returncode, done.stdout) == (-signal.SIGALRM, "1\n")
