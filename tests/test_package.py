"""The package as people install and import it."""

import doctest
import subprocess
import sys
import zipfile

import pytest

import viz_models
from tests.conftest import ROOT

QUICK = """
import sys, viz_models
names = dir(viz_models)
heavy = [name for name in ("torch", "numpy", "streamlit") if name in sys.modules]
assert not heavy, heavy
"""
INSTALLED = """
import sys
sys.path.insert(0, sys.argv[1])
from viz_models import places, ModelRef, load_sample, prediction, prepare, trace, TraceSpec
assert sys.argv[1] in places.__file__, places.__file__
model = ModelRef(weights="demo")
made = trace(TraceSpec(model=model), prepare(load_sample("cat"), model).tensor)
print(prediction(model, made.probabilities).top[0].label)
print((places.ROOT / "app.py").is_file(), (places.PAGES / "site.py").is_file())
"""


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments],
        **{"capture_output": True, "text": True, "timeout": 200, "check": False, **options},
    )


@pytest.mark.slow
def test_the_examples_of_the_documentation_hold():
    found = doctest.testmod(viz_models)
    assert found.attempted > 12
    assert found.failed == 0


def test_importing_the_package_costs_nothing():
    done = python("-c", QUICK, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_every_name_can_be_imported_and_is_said():
    stub = (ROOT / "viz_models/__init__.pyi").read_text(encoding="utf-8")
    for name in viz_models.__all__:
        assert callable(getattr(viz_models, name)), name
        assert f"`{name}`" in viz_models.__doc__, name
        assert f" as {name}\n" in stub or f"\n{name} = " in stub, name
    assert viz_models.RunSpec().seed == 0
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        viz_models.nonsense  # noqa: B018


@pytest.mark.slow
def test_help_says_what_there_is():
    done = python("-c", "import viz_models; help(viz_models)", cwd=ROOT)
    for name in viz_models.__all__:
        assert name in done.stdout, name


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_wheel_has_everything_and_runs_alone(tmp_path):
    built = python(
        *("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(ROOT)),
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("forward_pass-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
        (points,) = (n for n in names if n.endswith("entry_points.txt"))
        assert "forward-pass = viz_models.__main__:main" in archive.read(points).decode()
        (metadata,) = (n for n in names if n.endswith(".dist-info/METADATA"))
        said = archive.read(metadata).decode()
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").split():
        assert f"Requires-Dist: {line}" in said, line
    assert "Provides-Extra: dev" in said
    assert "viz_models/py.typed" in names
    site = str(tmp_path / "site")
    done = python("-I", "-c", INSTALLED, site, cwd=tmp_path)
    assert done.stdout.split() == ["cat", "True", "True"], done.stderr
