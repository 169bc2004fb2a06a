"""The script is run as a reader would run it: a fresh process, another folder, no project."""

import ast
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.images import profiles
from viz_models.analysis.flow.arithmetic import calculation, input_calculation
from viz_models.analysis.flow.merges import merge
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.script import flow_script
from viz_models.analysis.flow.trace import steps_of, trace
from viz_models.digits import digits
from viz_models.images import samples
from viz_models.images.decode import decode
from viz_models.records import ImageRef, ModelRef, TraceSpec

CELLS = {  # one step of every kind, the padding and the projection among them
    "input": (2, 0, 223),
    "conv1": (5, 0, 1),
    "layer2.0.conv2": (61, 27, 3),
    "layer3.0.downsample.0": (200, 13, 0),
    "layer2.0.bn2": (61, 11, 17),
    "relu": (0, 40, 41),
    "maxpool": (33, 0, 55),
    "layer1.0.add": (1, 2, 3),
    "layer4.0.add": (500, 6, 6),
    "avgpool": (511, 0, 0),
    "flatten": (77,),
    "fc": (281,),
}
DRIVER = """
import runpy, sys
for line in sys.argv[1:]:
    sys.argv = line.split("|")
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def printed_by(folder, *lines):
    """What each script prints; one fresh, isolated Python runs them all to import torch once."""
    command = [sys.executable, "-I", "-c", DRIVER, *lines]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return re.split(r"(?=^Note: |^step  )", done.stdout, flags=re.M)[1:]


def plain(x):
    """Six digits as the page prints them, in the ASCII of the script: - and e-05."""
    return re.sub(r"e-(\d)$", r"e-0\1", digits(x, 6).replace("−", "-"))


def table(output):
    rows = [re.split(r"\s{2,}", line.strip()) for line in output.splitlines()]
    return [row for row in rows if len(row) > 1]


def expected_table(found):
    rows = [["step", "shape", "mean", "std", "min", "max", "zeros"]]
    for step, s in zip(found.steps, found.stats, strict=True):
        numbers = [plain(x) for x in (s.mean, s.std, s.min, s.max, s.zeros)]
        rows.append([step.name, "x".join(map(str, step.output_shape)), *numbers])
    return rows


def expected_value(found, prepared, name, cell):
    if name == "input":
        result = input_calculation(prepared, cell)
    else:
        result = calculation(found, name, cell)
    rows = [[plain(n.value)] for n in result.numbers]
    rows += [["total", plain(result.total)], ["torch", plain(result.torch_value)]]
    rows += [["difference", f"{result.difference:.1e}"]]
    if result.op == "add":
        met = merge(found, name)
        x = "W x" if "downsample" in met.stream else "x"
        rows += [[f"|F(x)| / |{x}|", plain(met.ratio)], ["cosine", plain(met.cosine)]]
    return rows


@pytest.fixture(scope="module")
def cat():
    prepared = prepare(samples.load("cat"))
    spec = TraceSpec(image=ImageRef(name="cat"), model=ModelRef(seed=11))
    return spec, prepared, trace(spec, prepared.tensor)


@pytest.fixture(scope="module")
def outputs(cat, tmp_path_factory):
    """One script a step, all run by one fresh process."""
    folder = tmp_path_factory.mktemp("scripts")
    for i, (name, cell) in enumerate(CELLS.items()):
        text = flow_script(cat[0], name, cell, None)
        (folder / f"{i}.py").write_text(text, encoding="utf-8")
    printed = printed_by(folder, *(f"{i}.py" for i in range(len(CELLS))))
    return dict(zip(CELLS, printed, strict=True))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CELLS)
def test_every_digit_is_the_pages(name, cat, outputs):
    _, prepared, found = cat
    rows = table(outputs[name])
    n = len(found.steps) + 1
    assert rows[:n] == expected_table(found)
    best = np.sort(found.probabilities)[::-1][:5]
    assert [row[0] for row in rows[n : n + 5]] == [plain(p) for p in best]
    assert f"{name} at {CELLS[name]}" in outputs[name]
    expected = expected_value(found, prepared, name, CELLS[name])
    for row, wanted in zip(rows[n + 5 :], expected, strict=True):
        assert row[-len(wanted) :] == wanted


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_uploaded_photo_gives_the_same_digits(tmp_path):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (40, 60, 4), dtype=np.uint8)
    name = 'my "best" photo.png'
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.fromarray(pixels, "RGBA").resize((300, 280)).save(tmp_path / name, exif=exif)
    photo = decode((tmp_path / name).read_bytes(), name)
    prepared = prepare(photo)
    spec = TraceSpec(image=photo.ref)
    (tmp_path / "named.py").write_text(flow_script(spec, "bn1", (0, 1, 2), name))
    (tmp_path / "open.py").write_text(flow_script(spec, "bn1", (0, 1, 2), None))
    Image.new("RGB", (300, 280)).save(tmp_path / "other.png")
    by_name, by_argument, note, _ = printed_by(
        tmp_path, "named.py", f"open.py|{name}", "open.py|other.png"
    )
    assert by_name == by_argument
    assert note.startswith("Note: these are not the pixels")
    found = trace(spec, prepared.tensor)
    assert table(by_name)[: len(found.steps) + 1] == expected_table(found)


@pytest.mark.slow
def test_a_photo_in_other_colors_gives_the_same_digits(tmp_path):
    """A sample in Adobe RGB; an upload in Display P3, one in 16-bit gray."""
    deep = np.linspace(0, 65535, 300 * 280).reshape(280, 300).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    profile = profiles.rgb("Display P3", profiles.P3, profiles.srgb_curve())
    pixels = np.random.default_rng(0).integers(0, 256, (280, 300, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p3.png", icc_profile=profile)
    photos = {"rocket": samples.load("rocket")}
    for name in ("deep.png", "p3.png"):
        photos[name] = decode((tmp_path / name).read_bytes(), name)
    for name, photo in photos.items():
        spec = TraceSpec(image=photo.ref)
        (tmp_path / f"{name}.py").write_text(flow_script(spec, "bn1", (0, 1, 2), name))
    for name, text in zip(photos, printed_by(tmp_path, *(f"{n}.py" for n in photos)), strict=False):
        prepared = prepare(photos[name])
        found = trace(TraceSpec(image=photos[name].ref), prepared.tensor)
        assert "Note:" not in text
        assert table(text)[: len(found.steps) + 1] == expected_table(found)


def test_the_script_stands_alone():
    for name in samples.NAMES:
        spec = TraceSpec(image=ImageRef(name=name))
        tree = ast.parse(flow_script(spec, "conv1", (0, 0, 0), None))
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        modules = {getattr(n, "module", None) or n.names[0].name for n in imports}
        tops = {module.split(".")[0] for module in modules}
        assert tops - {"io"} == {"hashlib", "importlib", "torch", "torchvision", "PIL"}


def test_every_step_has_its_script():
    for step in steps_of(ModelRef())[1:]:
        text = flow_script(TraceSpec(), step.name, (0,) * len(step.output_shape), None)
        ast.parse(text)
        assert "no arithmetic" not in text
        assert max(map(len, text.splitlines())) <= 100


def test_a_file_name_cannot_write_code():
    spec = TraceSpec(image=ImageRef(kind="upload", name="upload", sha256="0" * 64))
    for path in ['"); import os; ("', "a\nb.png", "$step \\ ${x}.jpg", "日本.png"]:
        text = flow_script(spec, "conv1", (0, 0, 0), path)
        literals = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
        assert path in literals
        assert text.isascii()


@pytest.mark.parametrize(
    ("spec", "step", "cell", "message"),
    [
        (TraceSpec(), "layer9", (0, 0, 0), "unknown step 'layer9'"),
        (TraceSpec(), "conv1", (64, 0, 0), "c 0 to 63"),
        (TraceSpec(image=ImageRef(name="dog")), "conv1", (0, 0, 0), "unknown sample 'dog'"),
        (TraceSpec(model=ModelRef(name="vgg")), "conv1", (0, 0, 0), "unknown model 'vgg'"),
    ],
)
def test_what_is_not_there_is_refused(spec, step, cell, message):
    with pytest.raises(ValueError, match=message):
        flow_script(spec, step, cell, None)
