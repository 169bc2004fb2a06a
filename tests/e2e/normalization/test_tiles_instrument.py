"""The tiles instrument in a real browser, on a page of its own."""

import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.conftest import ROOT
from viz_models.ui.instruments import scripts
from viz_models.ui.instruments.mounting import pack
from viz_models.ui.instruments.tiles import Tiles, picture

pytestmark = pytest.mark.e2e

SCRIPT = """
import numpy as np, streamlit as st
from viz_models.figures.theme import lut
from viz_models.ui.instruments.tiles import Tiles, flips, tiles, painted
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
from viz_models.ui.instruments.tiles.over import Bar, Bars
square = np.arange(16, dtype=np.float32).reshape(1, 4, 4) / 16
shared = dict(stretch=True, follows=(0, 1), row_names=tuple("abcd"), column_labels=tuple("wxyz"))
bars = Bars("three", (Bar("one", ((1.0, "plain"),), "100 %"),))
def kept():
    told = st.session_state["pair"]
    if told.get("flipped") is not None:
        st.session_state.flipped = told["flipped"]
    if told.get("cell"):
        st.session_state.pair_cell = tuple(told["cell"])
flipped = flips(st.session_state.get("flipped", "")) or ()
hidden = np.zeros((4, 4), bool)
for y, x in flipped:
    hidden[y, x] = True
pair = tiles([
    Tiles(name="left", values=square[:, :, :2], stretch=True, size=60, follows=(0, None),
          pick="cell"),
    Tiles(name="both", values=square, pick="cell", over=bars, row_margins=(tuple("1234"),),
          **shared),
    Tiles(name="upper", values=square[:, :2], above="both", size=40, stretch=True,
          follows=(None, 1), pick="cell"),
    Tiles(name="hides", values=square, hatched=hidden, hatched_text="−∞", pick="mask", **shared),
], key="pair", luts=luts, start=st.session_state.get("pair_cell", (1, 2)), default=(1, 2),
   param="pair", on_change=kept, flipped=flipped)
st.text(f"pair {pair} flipped {flipped}")
st.text(f"log {st.session_state.get('log')} painted {painted('mask')}")
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("tiles")
    (folder / "demo.py").write_text(SCRIPT, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "demo.py", "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.fileWatcherType", "none"]
    command += ["--theme.baseFontSize", "14"]  # the type size at which sizes are px
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, cwd=folder, env=environment)
    page = chromium.new_page()
    try:
        wait_for_port(port)
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_test_id("tiles").nth(2).wait_for()
        page.wait_for_timeout(1000)
        yield page
    finally:
        page.close()
        server.terminate()
        server.wait(timeout=10)


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


def test_hover_reads_true_indices_and_exact_values(demo):
    canvas, tip = demo.locator("canvas[data-group=one]"), demo.locator(".tip:popover-open")
    canvas.hover(position=middle(2, 3, 4))
    assert tip.text_content() == "c 9 · y 5 · x 88.429"  # 59 / 7
    canvas.hover(position=middle(1, 1, 1))
    assert tip.text_content() == "c 4 · y 1 · x 2−∞"


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


def inside(demo, name, across, down):
    """A point of a matrix, as shares of what is below its labels."""
    box = demo.locator(f"canvas[data-group={name}]").bounding_box()
    top = 22 if name in ("both", "hides") else 4
    return {"x": across * box["width"], "y": top + down * (box["height"] - top - 4)}


def click(demo, name, across, down):
    demo.locator(f"canvas[data-group={name}]").click(position=inside(demo, name, across, down))
    demo.wait_for_timeout(500)


def test_groups_share_one_choice_of_which_each_shows_its_part(demo):
    root = demo.get_by_test_id("tiles").nth(4)
    assert root.get_attribute("data-cell") == "1,2"
    click(demo, "both", 0.1, 0.9)
    assert root.get_attribute("data-cell") == "3,0"
    demo.get_by_text("pair (3, 0)").wait_for()
    assert "pair=3%2C0" in demo.url
    click(demo, "left", 0.6, 0.1)  # its rows are the first part
    assert root.get_attribute("data-cell") == "0,0"
    click(demo, "upper", 0.9, 0.5)  # its columns the second
    assert root.get_attribute("data-cell") == "0,3"
    for key, cell in (("ArrowDown", "1,3"), ("ArrowLeft", "1,2"), ("ArrowUp", "0,2")):
        demo.keyboard.press(key)
        assert root.get_attribute("data-cell") == cell
    band = demo.locator(".band:not([hidden])").bounding_box()
    row = demo.locator("canvas[data-group=left]").bounding_box()
    assert row["y"] < band["y"] + band["height"] / 2 < row["y"] + row["height"] / 4 + 4


def test_hover_names_the_row_and_the_column(demo):
    demo.locator("canvas[data-group=both]").hover(position=inside(demo, "both", 0.1, 0.9))
    assert demo.locator(".tip:popover-open").text_content() == "d · w0.7500"


def test_what_stands_above_has_the_columns_of_what_is_below(demo):
    below = demo.locator("canvas[data-group=both]").bounding_box()
    above = demo.locator("canvas[data-group=upper]").bounding_box()
    assert (above["x"], above["width"]) == (below["x"], below["width"])
    assert above["y"] + above["height"] <= below["y"] + 1
    tops = [demo.locator(f"canvas[data-group={name}]").bounding_box() for name in ("left", "hides")]
    assert {round(box["y"] + box["height"]) for box in (*tops, below)} == {
        round(below["y"] + below["height"])
    }


def test_a_mask_is_flipped_by_a_stroke_by_a_key_and_back(demo):
    click(demo, "hides", 0.9, 0.1)
    demo.get_by_text("flipped ((0, 3),)").wait_for()
    assert "painted=0.3" in demo.url
    demo.locator("canvas[data-group=hides]").hover(position=inside(demo, "hides", 0.9, 0.1))
    assert demo.locator(".tip:popover-open").text_content() == "a · z−∞ (was 0.1875)"
    click(demo, "both", 0.1, 0.9)
    demo.keyboard.press("Enter")
    demo.get_by_text("flipped ((0, 3), (3, 0))").wait_for()
    click(demo, "hides", 0.9, 0.1)
    demo.get_by_text("flipped ((3, 0),)").wait_for()
    demo.get_by_test_id("tiles").nth(4).focus()
    demo.keyboard.press("Enter")
    demo.get_by_text("flipped ()").wait_for()
    assert "painted" not in demo.url


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
    html = (scripts.HERE / name / f"{name}.html").read_text(encoding="utf-8")
    page.evaluate(MODULE, [scripts.whole(name), html, data])
    return page


def test_a_late_cleanup_of_an_older_call_leaves_the_tiles_listening(demo):
    header, arrays = picture(
        [Tiles(name="g", values=np.zeros((2, 3, 3), np.float32), pick="cell")],
        {"sequential": np.zeros((256, 3), np.uint8)},
    )
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


def test_a_late_cleanup_of_an_older_call_leaves_the_bar_its_keys(demo):
    page = mounted_twice(
        demo, "bar", {"presenting": False, "keys": [["p", "present"]], "terms": []}
    )
    page.keyboard.press("p")
    assert page.evaluate("told") == ["present", True]
    page.evaluate("() => { newest(); window.told = null; }")
    page.keyboard.press("p")
    assert page.evaluate("told") is None
    page.close()
