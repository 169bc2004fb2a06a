import json
import os
import socket
import struct
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest

from scripts import chromium
from tests.conftest import ROOT
from tests.e2e.browser import FLAGS
from viz_models.ui.instruments.mounting import HERE, pack
from viz_models.ui.instruments.tiles import BUDGET, Box, Tiles, fit, limits_of, picture

LUTS = {s: np.zeros((256, 3), np.uint8) for s in ("sequential", "diverging")}
rng = np.random.default_rng(0)


def group(values, **fields):
    return Tiles(name="g", values=np.asarray(values, np.float32), **fields)


def unpacked(groups):
    """Header and arrays as the browser reads them."""
    raw = pack(*picture(groups, LUTS))
    length = struct.unpack("<I", raw[:4])[0]
    header = json.loads(raw[4 : 4 + length])
    arrays = [
        np.frombuffer(raw, dtype, int(np.prod(shape)), 4 + length + at).reshape(shape)
        for dtype, shape, at in header["arrays"]
    ]
    return header, arrays


@given(
    n=st.integers(1, 600),
    h=st.integers(1, 120),
    w=st.integers(1, 120),
    budget=st.integers(2_400, 300_000),
)
def test_fit_takes_the_least_stride_that_fits(n, h, w, budget):
    values = np.broadcast_to(np.float32(0), (n, h, w))
    small, stride = fit(values, budget)

    def bytes_at(s):
        return values[:, ::s, ::s].size * 4

    assert small.shape == values[:, ::stride, ::stride].shape
    assert bytes_at(stride) <= budget
    assert stride == 1 or bytes_at(stride - 1) > budget


def test_fit_of_the_shapes_of_resnet18():
    shapes = [(64, 112, 112), (64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)]
    assert [fit(np.empty(s, np.float32))[1] for s in shapes] == [4, 2, 2, 1, 1]


def test_fit_keeps_true_values_at_multiples_of_the_stride():
    values = rng.normal(size=(64, 56, 56)).astype(np.float32)
    small, stride = fit(values)
    assert small[5, 3, 7] == values[5, 3 * stride, 7 * stride]
    assert small.nbytes <= BUDGET


@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=6)))
def test_any_values_can_be_sent_and_their_limits_are_finite(values):
    for scheme in ("sequential", "diverging"):
        shown = group(values, scheme=scheme)
        header, arrays = unpacked([shown])
        low, high = header["groups"][0]["limits"]
        finite = values[np.isfinite(values)]
        assert np.isfinite([low, high]).all()
        assert all(low <= v <= high for v in finite)
        sent = arrays[header["groups"][0]["values"]]
        np.testing.assert_array_equal(sent, values)


def test_diverging_limits_are_centred_on_zero_even_when_given_otherwise():
    assert limits_of(group([[[-1, 3]]], scheme="diverging")) == (-3, 3)
    assert limits_of(group([[[0, 0]]], scheme="diverging", limits=(-5, 2))) == (-5, 5)
    assert limits_of(group([[[0.5, 3]]])) == (0.5, 3)
    assert limits_of(group([[[0.5, 3]]], limits=(0, 4))) == (0, 4)
    assert limits_of(group([[[np.nan, -np.inf]]])) == (0, 0)


def test_half_precision_keeps_three_digits_zeros_and_infinities():
    values = np.array([[[0, -np.inf, 1e8, -2.345e7, 1.234e6]]], np.float32)
    header, arrays = unpacked([group(values, exact=False)])
    [sent] = header["groups"]
    got = arrays[sent["values"]].astype(float) * sent["scale"]
    assert arrays[sent["values"]].dtype == np.float16
    assert got[0, 0, 0] == 0
    assert got[0, 0, 1] == -np.inf
    np.testing.assert_allclose(got[0, 0, 2:], values[0, 0, 2:], rtol=5e-4)


def test_a_photo_with_heat_and_boxes_arrives_as_it_was():
    photo = rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)
    heat = rng.random((5, 4)).astype(np.float32)
    boxes = (Box(-2, 0, 3, 4, "chosen"),)
    shown = Tiles(name="p", values=photo, scheme="photo", overlay=heat, boxes=boxes)
    header, arrays = unpacked([shown])
    [sent] = header["groups"]
    assert sent["shape"] == [1, 5, 4]
    assert sent["boxes"] == [[-2, 0, 3, 4, "chosen"]]
    np.testing.assert_array_equal(arrays[sent["values"]], photo)
    np.testing.assert_array_equal(arrays[sent["overlay"]], heat)


def test_only_lookup_tables_in_use_are_sent():
    assert set(unpacked([group([[[1, 2]]])])[0]["luts"]) == {"sequential"}
    photo = Tiles(name="p", values=np.zeros((2, 2, 3), np.uint8), scheme="photo")
    assert unpacked([photo])[0]["luts"] == {}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"values": np.zeros((2, 2))}, r"must be \(n, h, w\)"),
        ({"values": np.zeros((0, 2, 2))}, r"must be \(n, h, w\)"),
        ({"values": np.zeros((2, 2, 2)), "scheme": "photo"}, r"must be \(h, w, 3\)"),
        ({"values": np.zeros((2, 2, 3)), "scheme": "photo"}, "must be uint8"),
        ({"values": np.zeros((1, 2, 2)), "hatched": np.zeros((3, 2), bool)}, "hatched must be"),
        ({"values": np.zeros((4, 2, 2)), "indices": (1, 2)}, "4 indices needed, not 2"),
        ({"values": np.zeros((1, 1, 9)), "indices": (1, 2)}, "9 indices needed, not 2"),
        ({"values": np.zeros((6, 2, 2)), "grid": (2, 4)}, r"grid of \(2, 4\) cannot hold 6 tiles"),
        ({"values": np.zeros((6, 2, 2)), "grid": (2, 3), "indices": (1, 2)}, "3 indices needed"),
        ({"values": np.zeros((6, 2, 2)), "row_indices": (1, 2)}, "row_indices needs a grid"),
        ({"values": np.zeros((6, 2, 2)), "lit": np.ones((6, 3, 1), bool)}, "lit must be"),
        ({"values": np.zeros((6, 2, 2)), "lit": np.ones((6, 2), bool)}, "lit must be"),
        ({"values": np.zeros((6, 2, 2)), "row_labels": ("a",)}, "0 row_labels needed, not 1"),
        ({"values": np.zeros((1, 2, 3)), "row_labels": ("a",)}, "2 row_labels needed, not 1"),
        ({"values": np.zeros((1, 2, 3)), "margins": (("1", "2"),)}, "3 margins needed, not 2"),
        ({"values": np.zeros((1, 2, 3)), "margin_names": ("μ",)}, "0 margin_names needed, not 1"),
        (
            {"values": np.zeros((6, 2, 2)), "grid": (2, 3), "row_photos": np.zeros((2, 4, 4, 3))},
            r"row_photos must be \(2, h, w, 3\) uint8, not \(2, 4, 4, 3\) float64",
        ),
    ],
)
def test_what_cannot_be_drawn_truly_is_refused(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        Tiles(name="g", **fields)


def test_a_grid_arrives_with_its_labels_photos_and_what_is_lit():
    photos = rng.integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)
    lit = np.array([1, 0, 0, 1, 0, 0], bool).reshape(6, 1, 1)
    shown = group(
        np.zeros((6, 2, 2)),
        grid=(2, 3),
        lit=lit,
        row_photos=photos,
        column_labels=("a", "b", "c"),
        margins=(("1", "2", "3"), ("4", "5", "6")),
        margin_names=("μ", "σ"),
        row_margins=(("7", "8"),),
        row_indices=(4, 0),
        indices=(9, 8, 7),
    )
    header, arrays = unpacked([shown])
    [sent] = header["groups"]
    assert (sent["grid"], sent["bands"], sent["vector"]) == ([2, 3], [2, 3], False)
    assert sent["margins"] == [["1", "2", "3"], ["4", "5", "6"]]
    assert (sent["columnLabels"], sent["marginNames"]) == (["a", "b", "c"], ["μ", "σ"])
    assert (sent["rowMargins"], sent["rowIndices"]) == ([["7", "8"]], [4, 0])
    np.testing.assert_array_equal(arrays[sent["lit"]], lit)
    np.testing.assert_array_equal(arrays[sent["rowPhotos"]], photos)


def test_bands_are_those_of_the_grid_or_of_the_cells_of_one_matrix():
    assert group(np.zeros((6, 2, 5)), grid=(3, 2)).bands == (3, 2)
    assert group(np.zeros((1, 2, 5))).bands == (2, 5)
    assert group(np.zeros((6, 2, 5))).bands == (0, 0)
    assert group(np.zeros((1, 1, 5))).bands == (0, 0)
    assert not group(np.zeros((1, 1, 5)), grid=(1, 1)).is_vector


def test_a_missing_lookup_table_is_named():
    with pytest.raises(ValueError, match="no lookup table for diverging"):
        picture([group([[[1]]], scheme="diverging")], {"sequential": LUTS["sequential"]})


def page():
    import numpy as np
    import streamlit as st

    from viz_models.ui.instruments.tiles import Tiles, tiles

    start = st.session_state.get("start", (0, 1, 1))
    maps = Tiles(name="maps", values=np.zeros((3, 4, 4), np.float32), pick="cell")
    luts = {"sequential": np.zeros((256, 3), np.uint8)}
    st.session_state["got"] = tiles([maps], key="maps", luts=luts, start=start)


def test_the_newer_of_pythons_and_the_browsers_choice_counts():
    at = AppTest.from_function(page).run()
    assert at.session_state["got"] == (0, 1, 1)
    at.session_state["start"] = (2, 3, 3)
    assert at.run().session_state["got"] == (2, 3, 3)
    assert at.run().session_state["got"] == (2, 3, 3)
    assert not at.exception


# ------------------------------------------------------------------ in a real browser

SCRIPT = """
import numpy as np, streamlit as st
from viz_models.figures.theme import lut
from viz_models.ui.instruments.tiles import Tiles, tiles, painted
luts = {"sequential": lut("sequential")}
values = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5) / 7
values[1, 1, 1] = -np.inf
def heard(key):
    told = st.session_state[key]["cell"]
    st.session_state.log = [*st.session_state.get("log", []), f"{key}{told}"]
for key in ("one", "two"):
    group = Tiles(name=key, values=values, indices=(7, 4, 9), stride=2, offset=(-1, 0),
                  title=key, pick="cell", size=90)
    tiles([group], key=key, luts=luts, start=(7, -1, 0), default=(4, 1, 2),
          on_change=lambda key=key: heard(key))
mask = Tiles(name="mask", values=np.zeros((1, 4, 4), bool), pick="paint", size=80)
tiles([mask], key="mask", luts=luts)
lit = np.zeros((6, 1, 1), bool)
lit[[1, 4]] = True  # the middle column
grid = Tiles(name="grid", values=np.ones((6, 4, 4), np.float32), grid=(2, 3), limits=(0, 1),
             row_indices=(5, 2), indices=(3, 1, 0), column_labels=("c3", "c1", "c0"),
             lit=lit, pick="cell", size=60)
cell = tiles([grid], key="grid", luts=luts, start=(5, 3, 0, 0), param="at")
st.text(f"grid {cell}")
st.text(f"log {st.session_state.get('log')} painted {painted('mask')}")
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles")
    (folder / "demo.py").write_text(SCRIPT, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "demo.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.fileWatcherType", "none"]
    command += ["--theme.baseFontSize", "14"]  # the type size at which sizes are px
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        subprocess.Popen(command, cwd=folder, env=environment) as server,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        page = browser.new_page()
        wait_for_port(port)
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_test_id("tiles").nth(2).wait_for()
        page.wait_for_timeout(1000)
        yield page
        browser.close()
        server.terminate()


def wait_for_port(port):
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the demo did not start")


def middle(tile, y, x, side=90, gap=3, margin=4):
    """Where a cell of the 4 x 5 tiles is on their canvas."""
    step = side / 5
    return {"x": margin + tile * (side + gap) + (x + 0.5) * step, "y": margin + (y + 0.5) * step}


@pytest.mark.e2e
def test_hover_reads_true_indices_and_exact_values(demo):
    canvas, tip = demo.locator("canvas[data-group=one]"), demo.locator(".tip:popover-open")
    canvas.hover(position=middle(2, 3, 4))
    assert tip.text_content() == "c 9 · y 5 · x 88.429"  # 59 / 7
    canvas.hover(position=middle(1, 1, 1))
    assert tip.text_content() == "c 4 · y 1 · x 2−∞"


@pytest.mark.e2e
def test_a_choice_is_shared_written_to_the_url_and_counts_again(demo):
    one, two = demo.get_by_test_id("tiles").nth(0), demo.get_by_test_id("tiles").nth(1)
    entries = demo.evaluate("history.length")
    for name, cell in (("one", (0, 2, 3)), ("two", (2, 0, 1)), ("one", (0, 2, 3))):
        demo.locator(f"canvas[data-group={name}]").click(position=middle(*cell))
        demo.wait_for_timeout(600)
        assert one.get_attribute("data-cell") == two.get_attribute("data-cell")
    demo.get_by_text("log ['one[7, 3, 6]', 'two[9, -1, 2]', 'one[7, 3, 6]']").wait_for()
    assert demo.url.endswith("?cell=7%2C3%2C6")
    assert demo.evaluate("history.length") == entries


@pytest.mark.e2e
def test_arrow_keys_walk_cells_and_tiles_and_the_default_leaves_the_url(demo):
    root = demo.get_by_test_id("tiles").nth(0)
    demo.locator("canvas[data-group=one]").click(position=middle(0, 1, 0))
    for key, cell in (
        ("ArrowRight", "7,1,2"),
        ("ArrowUp", "7,-1,2"),
        ("ArrowUp", "7,-1,2"),
        ("Shift+ArrowRight", "4,-1,2"),
        ("ArrowDown", "4,1,2"),
    ):
        demo.keyboard.press(key)
        assert root.get_attribute("data-cell") == cell
    demo.wait_for_timeout(400)
    assert "cell" not in demo.url


@pytest.mark.e2e
def test_a_stroke_paints_cells_and_is_reported_once(demo):
    box = demo.locator("canvas[data-group=mask]").bounding_box()
    demo.mouse.move(box["x"] + 14, box["y"] + 14)
    demo.mouse.down()
    demo.mouse.move(box["x"] + 54, box["y"] + 14, steps=8)
    demo.mouse.up()
    demo.get_by_text("painted [(0, 0, True), (0, 1, True), (0, 2, True)]").wait_for()


def grid_cell(row, column, y, x, side=60, gap=4):
    """Where a cell of the 2 x 3 grid is below its labels, which are 1.35 * 12 + 2 px high."""
    step = side / 4
    left, top = 4 + column * (side + gap), 4 + 18.2 + row * (side + gap)
    return {"x": left + (x + 0.5) * step, "y": top + (y + 0.5) * step}


def pixel(demo, at):
    """Red, green, blue and opacity of the grid's canvas at a point."""
    script = "(c, [x, y]) => [...c.getContext('2d').getImageData(x, y, 1, 1).data]"
    canvas = demo.locator("canvas[data-group=grid]")
    return canvas.evaluate(script, [round(at["x"]), round(at["y"])])


@pytest.mark.e2e
def test_a_grid_counts_examples_and_channels_and_is_walked_as_one_surface(demo):
    canvas, root = demo.locator("canvas[data-group=grid]"), demo.get_by_test_id("tiles").nth(3)
    canvas.hover(position=grid_cell(1, 2, 3, 0))
    assert demo.locator(".tip:popover-open").text_content() == "n 2 · c 0 · y 3 · x 01"
    canvas.click(position=grid_cell(0, 1, 3, 3))
    demo.get_by_text("grid (5, 1, 3, 3)").wait_for()
    assert "at=5%2C1%2C3%2C3" in demo.url
    for key, cell in (
        ("ArrowRight", "5,0,3,0"),
        ("ArrowRight", "5,0,3,1"),
        ("ArrowDown", "2,0,0,1"),
        ("Shift+ArrowLeft", "2,1,0,1"),
        ("Shift+ArrowDown", "2,1,0,1"),
        ("ArrowUp", "5,1,3,1"),
    ):
        demo.keyboard.press(key)
        assert root.get_attribute("data-cell") == cell


@pytest.mark.e2e
def test_what_is_lit_keeps_its_color_in_an_orange_line_and_the_rest_fades(demo):
    from viz_models.figures.theme import lut

    strongest = lut("sequential")[255].tolist()
    assert pixel(demo, grid_cell(0, 1, 1, 1)) == [*strongest, 255]
    faded = pixel(demo, grid_cell(0, 0, 1, 1))
    assert faded[3] == 102
    np.testing.assert_allclose(faded[:3], strongest, atol=3)  # the canvas premultiplies
    left_of_column = {"x": 4 + 60 + 2, "y": 60}
    inside_column = {"x": 4 + 64 + 30, "y": 4 + 18.2 + 60 + 2}  # between its two tiles
    red, green, blue, opacity = pixel(demo, left_of_column)
    assert opacity == 255
    assert red > 200 > green > blue
    assert pixel(demo, inside_column)[3] < 255


MODULE = """async ([script, html, data]) => {
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  window.mount = (await import(url)).default;
  const host = document.body.appendChild(document.createElement("div"));
  host.innerHTML = html;
  window.call = () => window.mount({data: Array.isArray(data) ? new Uint8Array(data) : data,
    parentElement: host, setTriggerValue: (...told) => { window.told = told; }});
  const late = window.call();
  window.newest = window.call();
  late();
}"""


def mounted_twice(demo, name, data):
    """A page on which an instrument was called twice and the first call's cleanup came last."""
    page = demo.context.browser.new_page()
    parts = [HERE / "shared.js", *sorted(HERE.glob(f"{name}_*.js")), HERE / f"{name}.js"]
    script = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    page.evaluate(MODULE, [script, (HERE / f"{name}.html").read_text(encoding="utf-8"), data])
    return page


@pytest.mark.e2e
def test_a_late_cleanup_of_an_older_call_leaves_the_tiles_listening(demo):
    header, arrays = picture([group(np.zeros((2, 3, 3)), pick="cell")], LUTS)
    header |= {"start": None, "default": None, "param": "cell", "height": None}
    header |= {"contrast": False, "key": "k"}
    page = mounted_twice(demo, "tiles", list(pack(header, arrays)))
    chosen = """cell => window.dispatchEvent(new CustomEvent(
      "forward-pass-cell", {detail: {root: null, param: "cell", cell}}))"""
    page.evaluate(chosen, [1, 2, 0])
    assert page.locator(".tiles").get_attribute("data-cell") == "1,2,0"
    page.evaluate("newest()")
    page.evaluate(chosen, [0, 0, 0])
    assert page.locator(".tiles").get_attribute("data-cell") == "1,2,0"
    page.close()


@pytest.mark.e2e
def test_a_late_cleanup_of_an_older_call_leaves_the_bar_its_keys(demo):
    page = mounted_twice(demo, "bar", {"presenting": False, "keys": [["p", "present"]]})
    page.keyboard.press("p")
    assert page.evaluate("told") == ["present", True]
    page.evaluate("() => { newest(); window.told = null; }")
    page.keyboard.press("p")
    assert page.evaluate("told") is None
    page.close()
