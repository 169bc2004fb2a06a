"""What the project promises around its code: commands, pins, gates against known mistakes."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from tests.conftest import ROOT
from viz_models.ui.instruments import scripts

MAKE_TARGET = re.compile(r"^([a-z][a-z0-9_-]*):(?!=)", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
TARGETS = set(MAKE_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
FOLDERS = ("pages", "viz_models", "benchmarks", "scripts")
CODE = [ROOT / "app.py", *sorted(p for top in FOLDERS for p in (ROOT / top).rglob("*.py"))]
APP = [p for p in CODE if p.relative_to(ROOT).parts[0] in {"app.py", "pages", "viz_models"}]
NEED_A_CLUSTER = {"viz_models/cli/dispatch.py", "viz_models/runs/cluster/ray_engine.py"}
INSTRUMENTS = ROOT / "viz_models/ui/instruments"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands(document):
    """The lines in the code blocks of a document, without comments."""
    blocks = "\n".join(CODE_BLOCK.findall(text_of(document)))
    return [line for c in blocks.splitlines() if (line := c.split(" #")[0].strip())]


def calls(tree, name):
    """Calls of `name` ("torch.load") in a parsed file."""
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == name]


def run(*command, **environment):
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=100,
        check=False,
    )


# ---------------------------------------------------------------- commands


def test_readme_shows_how_to_run_and_to_test():
    shown = commands("README.md")
    for command in ("make run", "make test", "pip install -r requirements.txt"):
        assert any(command in line for line in shown), command
    assert any(line.endswith("streamlit run app.py") for line in shown)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_in_documents_exist(document):
    for line in commands(document):
        for target in re.findall(r"\bmake ([a-z]+)", line):
            assert target in TARGETS, line
        for path in re.findall(r"(?:streamlit run|-r|python) ([\w/]+\.\w+)", line):
            assert (ROOT / path).is_file(), line
        for module in re.findall(r"python -m (viz_models|benchmarks)\b", line):
            assert (ROOT / module / "__main__.py").is_file(), line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_in_documents_lead_somewhere(document):
    prose = CODE_BLOCK.sub("", text_of(document))
    assert [p for p in LINK.findall(prose) if not (ROOT / p).exists()] == []


def test_every_test_that_the_list_of_what_holds_names_exists():
    named = set(re.findall(r"`(test_\w+)`", text_of("docs/holds.md")))
    there = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.M))
    assert named - there == set()
    paths = re.findall(r"tests/[\w/]+(?:\.py)?", text_of("docs/holds.md"))
    assert [path for path in paths if not (ROOT / path).exists()] == []
    commands = re.findall(r"python -m benchmarks\.(\w+)", text_of("docs/holds.md"))
    assert [c for c in commands if not (ROOT / f"benchmarks/{c}.py").exists()] == []


def test_make_alone_lists_every_target():
    listed = re.findall(r"^  ([a-z0-9-]+) +\S", run("make", "--no-print-directory").stdout, re.M)
    assert sorted(listed) == sorted(TARGETS)


def test_ci_runs_the_command_of_the_readme():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    lines = [x for x in script.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    commands = ["make test", 'make faults ARGS="-m faults"']
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', *commands]


def test_without_a_fitting_python_make_says_so_in_one_line(tmp_path):
    done = run("sh", "scripts/venv.sh", str(tmp_path / "venv"), PYTHON="/bin/false")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.slow
def test_a_virtual_environment_is_made(tmp_path):
    done = run("sh", "scripts/venv.sh", str(tmp_path / "venv"), PYTHON=sys.executable)
    assert done.returncode == 0, done.stderr
    assert run(str(tmp_path / "venv/bin/python"), "-m", "pip", "--version").returncode == 0


def test_a_wrong_chromium_is_named_in_one_line():
    done = run(sys.executable, "scripts/chromium.py", CHROMIUM="/nowhere/chromium")
    assert done.returncode == 1
    assert done.stderr.startswith("no Chromium found")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_without_a_chromium_browser_tests_fail_instead_of_being_skipped():
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "e2e", "tests/e2e"]
    done = run(*command, CHROMIUM="/nowhere/chromium")
    assert done.returncode == 1
    assert "no Chromium found" in done.stdout
    assert "skipped" not in done.stdout


# ---------------------------------------------------------------- pins


def pins(name):
    lines = [x.split("#")[0].strip() for x in text_of(name).splitlines()]
    return dict(x.split("==") for x in lines if x and not x.startswith("-r"))


def test_the_pair_of_torch_and_torchvision_that_works():
    found = pins("requirements.txt")
    assert (found["torch"], found["torchvision"]) == ("2.14.1", "0.29.1")
    assert (found["streamlit"], found["plotly"]) == ("1.67.0", "7.1.0")
    assert {"captum", "numpy"} <= set(found)


@pytest.mark.parametrize(
    ("name", "floor"),
    [("torch", "2.10"), ("streamlit", "1.61"), ("starlette", "1.1"), ("pillow", "12.2")],
)
def test_no_pin_is_as_old_as_a_known_hole(name, floor):
    numbers = [tuple(map(int, v.split("."))) for v in (pins("requirements.txt")[name], floor)]
    assert numbers[0] >= numbers[1]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_tests_run_on_the_pinned_versions(name):
    pinned = pins(name)
    assert {k: version(k).split("+")[0] for k in pinned} == pinned


def others(tree):
    """The top-level names that a parsed file imports from outside of Python and this project."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"viz_models", "pages"}


@pytest.fixture(scope="module")
def pinned_imports():
    """What may be imported; the names differ, since PIL comes as pillow."""
    pinned = {name.lower() for name in pins("requirements.txt")}
    comes_as = packages_distributions().items()
    return {name for name, sold in comes_as if pinned & {s.lower() for s in sold}}


@pytest.mark.parametrize("path", APP, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_everything_the_app_imports_is_pinned(path, pinned_imports):
    known = pinned_imports
    if path.relative_to(ROOT).as_posix() in NEED_A_CLUSTER:
        known = known | set(pins("requirements-cluster.txt"))
    assert others(ast.parse(path.read_text(encoding="utf-8"))) <= known


def test_imports_are_found_wherever_they_stand():
    text = "import os\nimport scipy.special\ndef f():\n    from PIL import Image\n"
    assert others(ast.parse(text)) == {"scipy", "PIL"}


def test_changelog_begins_with_what_is_not_released_yet():
    assert text_of("CHANGELOG.md").split("\n## ")[1].startswith("Unreleased")


def test_license_is_whole():
    text = text_of("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


# ---------------------------------------------------------------- gates


def careless(text):
    """Known ways to run a stranger's code, found in a file's text."""
    tree = ast.parse(text)
    found = []
    for call in calls(tree, "torch.load"):
        safe = any(
            k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in call.keywords
        )
        found += [] if safe else ["torch.load without weights_only=True"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None)]
            found += [f"imports {n}" for n in names if n in {"pickle", "cloudpickle", "dill"}]
        if isinstance(node, ast.Call):
            found += [f"calls {f}" for f in ("eval", "exec") if ast.unparse(node.func) == f]
            found += [
                k.arg
                for k in node.keywords
                if k.arg in {"unsafe_allow_javascript", "unsafe_allow_html", "allow_pickle"}
            ]
    return found


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_stranger_runs_code_here(path):
    assert careless(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "import pickle",
        "from pickle import load",
        "st.html(x, unsafe_allow_javascript=True)",
        "st.markdown(x, unsafe_allow_html=True)",
        "np.load(f, allow_pickle=True)",
        "eval(x)",
    ],
)
def test_the_gate_closes(text):
    assert len(careless(text)) == 1


@pytest.mark.parametrize("path", sorted(INSTRUMENTS.rglob("*.js")), ids=lambda p: p.name)
def test_text_in_an_instrument_never_becomes_markup(path):
    markup = r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b\s*[(=+]"
    assert re.findall(markup, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in INSTRUMENTS.glob("*/*.html")), ids=lambda n: f"{n}.js"
)
def test_every_name_in_an_instrument_is_known(name, tmp_path):
    whole = tmp_path / f"{name}.js"
    whole.write_text(scripts.whole(name), encoding="utf-8")  # what a browser runs
    oxlint = shutil.which("oxlint", path=Path(sys.executable).parent)
    assert oxlint, "pip install -r requirements-dev.txt"
    done = run(oxlint, "-c", ".oxlintrc.json", "-A", "all", "-D", "no-undef", str(whole))
    assert done.returncode == 0, done.stdout
