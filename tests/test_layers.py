"""The house: imports point down only, nothing goes in circles, no room is crowded.

pages > ui > runs > training > analysis > models, images > records.
"""

import ast
from graphlib import TopologicalSorter

import pytest

from tests.conftest import ROOT

# records: what was asked and computed; digits: how numbers are written; recordings: results on
# disk; language: the door for words that people see
BASE = {"records", "digits", "recordings", "patches", "places", "language"}
MAY_IMPORT = {
    "viz_models/language": set(),
    "viz_models/records": {"digits", "language"},  # a record says what it is in one line
    "viz_models/digits.py": {"language"},
    "viz_models/patches": set(),
    "viz_models/recordings": {"records", "places"},
    "viz_models/guides": BASE,
    "viz_models/garbage.py": set(),
    "viz_models/places.py": set(),
    "viz_models/web": {"runs", "language"},  # of runs the address of the data folder alone
    "viz_models/figures": BASE,
    "viz_models/images": BASE,
    "viz_models/models": BASE,
    "viz_models/analysis": {"models", "images"} | BASE,
    "viz_models/training": {"analysis", "models", "images"} | BASE,
    "viz_models/runs": {"training", "analysis", "models", "images"} | BASE,
    "viz_models/ui": {
        "guides",
        "web",
        "runs",
        "training",
        "analysis",
        "models",
        "images",
        "figures",
    }
    | BASE,
    "viz_models/cli": {"guides", "runs", "training", "analysis", "models", "images", "figures"}
    | BASE,
    "viz_models/recipes": {"cli", "training", "analysis", "models", "images", "figures"} | BASE,
    "viz_models/notebook.py": {"analysis", "figures"} | BASE,
    "viz_models/__main__.py": {"cli", "recipes"},
    "viz_models/__init__.py": set(),
    "pages": {"ui", "records", "language"},
    "app.py": {"garbage", "models", "patches", "web", "ui"},
}
COMPUTING = (
    *("viz_models/models", "viz_models/analysis", "viz_models/training"),
    *("viz_models/recipes", "viz_models/patches"),
)
LIBRARY_HOME = {
    "streamlit": ("viz_models/ui", "viz_models/patches", "viz_models/web", "pages", "app.py"),
    "starlette": ("viz_models/web", "app.py"),
    "torch": (*COMPUTING, "viz_models/runs/worker.py"),
    "torchvision": COMPUTING,
    "captum": ("viz_models/analysis",),
    "PIL": ("viz_models/images", "viz_models/analysis/flow/preprocess.py"),
    "plotly": ("viz_models/figures",),
    "segno": ("viz_models/figures",),
    "sqlalchemy": ("viz_models/runs",),
    "tensorboardX": ("viz_models/runs",),
    "filelock": ("viz_models/runs",),
    "psutil": ("viz_models/runs", "viz_models/training/loop/placement.py"),
}
FILES = sorted(
    [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "viz_models").rglob("*.py")]
)


def imported(text):
    """Every import of a file, also inside functions, as lists: ["viz_models", "ui", "cache"]."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (a.name.split(".") for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield ["(relative)"]
            else:
                yield from ([*node.module.split("."), a.name] for a in node.names)


def broken_rules(here, text):
    """Which imports of the file at the path `here` are against the rules."""
    layer = next((k for k in MAY_IMPORT if here == k or here.startswith(f"{k}/")), None)
    if layer is None:
        return [f"{here} belongs to no layer: add it to MAY_IMPORT"]
    own = layer.rsplit("/")[-1].removesuffix(".py")
    return [
        f"{here} imports {'.'.join(parts)}"
        for parts in imported(text)
        if parts[0] == "(relative)"
        or (
            parts[0] == "viz_models"
            and len(parts) > 1
            and parts[1] not in MAY_IMPORT[layer] | {own}
        )
        or (parts[0] in LIBRARY_HOME and not here.startswith(LIBRARY_HOME[parts[0]]))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_down(path):
    assert broken_rules(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("here", "text"),
    [
        ("viz_models/figures/flow/tensor_flow.py", "import streamlit as st"),
        ("viz_models/figures/flow/tensor_flow.py", "from viz_models.analysis.flow import trace"),
        ("viz_models/models/registry.py", "def f():\n    from viz_models.ui.kit import cache"),
        ("viz_models/ui/kit/cache.py", "import torch"),
        ("viz_models/analysis/flow/trace.py", "from PIL import Image"),
        ("viz_models/images/decode.py", "from viz_models import analysis"),
        ("viz_models/records.py", "from viz_models import digits"),
        ("pages/flow/tensor_flow.py", "from viz_models.analysis.flow import trace"),
        ("pages/flow/tensor_flow.py", "from .site import CHAPTERS"),
        ("viz_models/helpers.py", ""),
    ],
)
def test_the_rules_bite(here, text):
    assert len(broken_rules(here, text)) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_is_read_in_one_sitting(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 300, "aim at 250; split it where a reader would"


# ---------------------------------------------------------------- rooms

MOST_MODULES = 20  # that stand side by side in one folder
# Chapters in which one lesson fills the whole room, and parts that several lessons share.
WHOLE_ROOM = {"flow", "train"}
SHARED_PARTS = {
    "attention": {"layers", "sentence"},
    "normalization": {"tensors"},
    "vision": {"scene"},
}
FOLDERS = ("viz_models", "pages", "tests")
LAYERS = ("ui/panels", "ui/results", "figures", "records")
LESSONS = sorted(
    (p.parent.name, p.stem) for p in (ROOT / "pages").glob("*/*.py") if p.parent.name != "home"
)
IN_ROOMS = [lesson for lesson in LESSONS if lesson[0] not in WHOLE_ROOM]


def module_of(path):
    """The dotted name of a file: "viz_models.ui.kit.cache"."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def test_no_import_goes_in_a_circle():
    """Also not through imports inside of functions."""
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for name, path in modules.items():
        found = {".".join(parts) for parts in imported(path.read_text(encoding="utf-8"))}
        direct = {f if f in modules else f.rpartition(".")[0] for f in found}
        graph[name] = (direct & modules.keys()) - {name}
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle in it


@pytest.mark.parametrize(
    "folder",
    sorted(
        {p.parent for top in ("viz_models", "pages", "tests") for p in (ROOT / top).rglob("*.py")}
    ),
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_no_room_is_crowded(folder):
    modules = [p for p in folder.glob("*.py") if p.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES, "make it two folders"


@pytest.mark.parametrize(("chapter", "lesson"), IN_ROOMS)
def test_a_lesson_has_the_same_path_in_every_layer(chapter, lesson):
    for layer in ("ui/panels", "ui/results"):
        room = ROOT / "viz_models" / layer / chapter
        assert [*room.glob(f"{lesson}.py"), *room.glob(f"{lesson}_*.py")], (
            f"viz_models/{layer}/{chapter}/{lesson}.py is missing"
        )


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("chapter", sorted({chapter for chapter, _ in IN_ROOMS}))
def test_every_module_of_a_room_belongs_to_a_lesson(layer, chapter):
    lessons = [lesson for room, lesson in IN_ROOMS if room == chapter]
    names = {p.stem for p in (ROOT / "viz_models" / layer / chapter).glob("*.py")} - {"__init__"}
    strangers = {
        name
        for name in names - SHARED_PARTS.get(chapter, set())
        if not any(name == lesson or name.startswith(f"{lesson}_") for lesson in lessons)
    }
    assert strangers == set(), "begin its name with that of a page in pages/, or see SHARED_PARTS"


def lines_of_code(function):
    """Count the lines of a function without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    said = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - said


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_functions_are_short(path):
    most = 60 if "figures" in path.parts else 40  # a figure is a long literal now and then
    found = [
        f"{node.name}: {lines_of_code(node)} lines"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of_code(node) > most
    ]
    assert found == []
