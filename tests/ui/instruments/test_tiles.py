import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from streamlit.testing.v1 import AppTest

from viz_models.ui.instruments.mounting import pack
from viz_models.ui.instruments.tiles import BUDGET, Box, Tiles, fit, flips, limits_of, picture
from viz_models.ui.instruments.tiles.over import Bar, Bars, Curve, Mark

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
    assert sent["boxes"] == [[-2, 0, 3, 4, "chosen", ""]]
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


def test_a_group_that_follows_a_shared_choice_arrives_with_its_names():
    header, arrays = unpacked(
        [
            group(
                np.zeros((1, 1, 3)),
                follows=(0, 1),
                stretch=True,
                row_names=("aime",),
                column_labels=("a", "b", "c"),
                hatched=np.array([[True, False, True]]),
                hatched_text="−∞",
                pick="mask",
            ),
            group(np.zeros((1, 4, 3)), above="g", follows=(None, 1), stretch=True),
        ]
    )
    matrix, upper = header["groups"]
    assert (matrix["follows"], upper["follows"]) == ([0, 1], [None, 1])
    assert (matrix["rowNames"], matrix["columnNames"]) == (["aime"], ["a", "b", "c"])
    assert (matrix["hatchedText"], matrix["pick"], upper["above"]) == ("−∞", "mask", "g")
    np.testing.assert_array_equal(arrays[matrix["hatched"]], [[1, 0, 1]])


def test_a_matrix_of_one_row_is_no_vector_where_cells_are_stretched():
    assert group(np.zeros((1, 1, 5))).is_vector
    assert not group(np.zeros((1, 1, 5)), stretch=True).is_vector
    assert group(np.zeros((1, 1, 5)), stretch=True).bands == (1, 5)


def test_little_pictures_arrive_whole():
    bars = Bars("row", (Bar("0 before", ((0.7, "plain"), (0.3, "warning")), "30 % leaks"),))
    curve = Curve("eˣ", ((0.0, 1.0), (1.0, 2.7)), (Mark(0.5, 1.6, "i", ring=True),), "gone")
    header, _ = unpacked([group([[[1, 2]]], over=bars), group([[[1, 2]]], over=curve)])
    first, second = (g["over"] for g in header["groups"])
    assert first["kind"] == "bars"
    assert first["bars"][0]["parts"] == [[0.7, "plain"], [0.3, "warning"]]
    assert (second["kind"], second["marks"][0]["ring"]) == ("curve", True)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", ()),
        ("4.0", ((4, 0),)),
        ("4.0_12.3", ((4, 0), (12, 3))),
        ("4", None),
        ("a.b", None),
        ("-1.2", None),
        ("1.2.3", None),
    ],
)
def test_painted_cells_are_read_from_an_address(text, cells):
    assert flips(text) == cells


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
