"""What the flow instrument tells the browser, and what it believes of the browser's answer."""

import json
import operator
import struct

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from torch import fx
from torchvision.models import resnet18
from torchvision.models.feature_extraction import NodePathTracer

from viz_models.records import Step
from viz_models.ui.instruments.flow import Face, Tint, diagram
from viz_models.ui.instruments.mounting import pack

GRAY = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
LUTS = {"sequential": GRAY, "diverging": GRAY[::-1]}


def residual_block(projected):
    """Input, stem and one block whose skip is an identity or a convolution with its norm."""
    steps = [
        Step(name="input", op="input", group="input", output_shape=(3, 8, 8)),
        Step(name="stem", op="relu", group="stem", inputs=("input",), output_shape=(4, 8, 8)),
        Step(
            name="b.conv",
            op="conv2d",
            group="b",
            inputs=("stem",),
            output_shape=(4, 4, 4),
            kernel_size=(3, 3),
            stride=(2, 2),
            macs=300,
        ),
        Step(name="b.bn", op="batch_norm", group="b", inputs=("b.conv",), output_shape=(4, 4, 4)),
    ]
    if projected:
        steps.append(
            Step(
                name="b.down",
                op="conv2d",
                group="b",
                inputs=("stem",),
                output_shape=(4, 4, 4),
                kernel_size=(1, 1),
                stride=(2, 2),
                macs=100,
            )
        )
    back = "b.down" if projected else "stem"
    steps.append(
        Step(name="b.add", op="add", group="b", inputs=("b.bn", back), output_shape=(4, 4, 4))
    )
    return steps


def skips_by_name(header):
    names = [step["name"] for step in header["steps"]]
    return [
        (names[s["from"]], names[s["to"]], tuple(names[i] for i in s["via"]))
        for s in header["skips"]
    ]


def test_steps_travel_in_order_with_label_and_shape():
    header, _ = diagram(residual_block(projected=True), {}, LUTS, {})
    assert [(s["name"], s["label"], s["shape"]) for s in header["steps"]] == [
        ("input", "input", [3, 8, 8]),
        ("stem", "relu", [4, 8, 8]),
        ("b.conv", "conv 3×3 /2", [4, 4, 4]),
        ("b.bn", "bn", [4, 4, 4]),
        ("b.down", "conv 1×1 /2", [4, 4, 4]),
        ("b.add", "add", [4, 4, 4]),
    ]


def test_an_unknown_operation_is_called_by_its_name():
    gelu = Step(name="blocks.0.gelu", op="other", group="blocks.0", output_shape=(5,))
    assert diagram([gelu], {}, LUTS, {})[0]["steps"][0]["label"] == "gelu"


def test_groups_fold_what_belongs_together():
    header, _ = diagram(residual_block(projected=False), {}, LUTS, {"b": "block 1.0"})
    assert header["groups"] == [
        {"name": "input", "label": "input", "steps": [0]},
        {"name": "stem", "label": "stem", "steps": [1]},
        {"name": "b", "label": "block 1.0", "steps": [2, 3, 4]},
    ]


@pytest.mark.parametrize(("projected", "via"), [(False, ()), (True, ("b.down",))])
def test_a_skip_goes_around_the_branch(projected, via):
    header, _ = diagram(residual_block(projected), {}, LUTS, {})
    assert skips_by_name(header) == [("stem", "b.add", via)]


def test_the_longer_way_is_the_branch_whichever_operand_comes_first():
    steps = residual_block(projected=False)
    last = steps[-1]
    turned = Step(
        name=last.name,
        op="add",
        group="b",
        inputs=last.inputs[::-1],
        output_shape=last.output_shape,
    )
    header, _ = diagram([*steps[:-1], turned], {}, LUTS, {})
    assert skips_by_name(header) == [("stem", "b.add", ())]
    assert header["steps"][-1]["after"] == 3


def test_a_value_added_to_itself_is_a_skip_of_no_length():
    steps = [
        Step(name="input", op="input", group="input", output_shape=(3,)),
        Step(name="add", op="add", group="add", inputs=("input", "input"), output_shape=(3,)),
    ]
    assert skips_by_name(diagram(steps, {}, LUTS, {})[0]) == [("input", "add", ())]


def torchvision_steps(model):
    """ResNet as torchvision's own tracer sees it: names and inputs, nothing else."""
    tracer = NodePathTracer()
    graph: fx.Graph = tracer.trace(model)
    names = {n: tracer.node_to_qualname[n] for n in graph.nodes if n.op != "output"}
    return [
        Step(
            name=names[n],
            op="add" if n.target is operator.add else "other",
            group=".".join(names[n].split(".")[:2]),
            inputs=tuple(names[i] for i in n.all_input_nodes),
        )
        for n in names
    ]


def test_the_skips_of_resnet18_are_those_of_its_blocks():
    model = resnet18(weights=None)
    blocks = {
        f"layer{stage}.{i}": block
        for stage in range(1, 5)
        for i, block in enumerate(getattr(model, f"layer{stage}"))
    }
    sources = ["maxpool", *(f"{name}.relu_1" for name in blocks)]
    expected = [
        (
            source,
            f"{name}.add",
            (f"{name}.downsample.0", f"{name}.downsample.1") if block.downsample else (),
        )
        for source, (name, block) in zip(sources, blocks.items(), strict=False)
    ]
    assert skips_by_name(diagram(torchvision_steps(model), {}, LUTS, {})[0]) == expected


def received(data):
    """What the browser reads: the header and one array per entry of its index."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    return header, [
        np.frombuffer(
            data, dtype, int(np.prod(shape, dtype=int)), offset=4 + length + offset
        ).reshape(shape)
        for dtype, shape, offset in header["arrays"]
    ]


def test_faces_and_lookup_tables_arrive_unchanged():
    rng = np.random.default_rng(0)
    faces = {
        "input": Face(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8), "photo"),
        "b.add": Face(rng.integers(0, 256, (4, 4), dtype=np.uint8)[:, ::-1], "diverging"),
    }
    picture = diagram(residual_block(projected=True), faces, LUTS, {})
    header, arrays = received(pack(*picture))
    by_name = {s["name"]: s for s in header["steps"]}
    for name, face in faces.items():
        assert by_name[name]["scheme"] == face.scheme
        np.testing.assert_array_equal(arrays[by_name[name]["face"]], face.pixels)
    for scheme, lut in LUTS.items():
        np.testing.assert_array_equal(arrays[header["luts"][scheme]], lut)
    assert "face" not in by_name["b.bn"]


def test_the_face_of_a_vector_stands_upright():
    vector = Step(name="fc", op="linear", group="fc", output_shape=(6,))
    face = Face(np.arange(6, dtype=np.uint8)[None], "diverging")
    header, arrays = diagram([vector], {"fc": face}, LUTS, {})
    np.testing.assert_array_equal(arrays[header["steps"][0]["face"]], face.pixels.T)


def test_a_tint_has_one_scale_for_boxes_and_folded_groups():
    tint = Tint("multiply-adds", "", {"b.conv": 300.0, "b.down": 100.0})
    header, _ = diagram(residual_block(projected=True), {}, LUTS, {}, tint)
    assert [s["tint"] for s in header["steps"]] == [0, 0, 300, 0, 100, 0]
    assert header["tint"] == {"label": "multiply-adds", "unit": "", "max": 400.0}


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (Face(np.zeros((4, 4), np.float32), "sequential"), "make it uint8"),
        (Face(np.zeros((4, 4), np.uint8), "photo"), "photo needs 3"),
        (Face(np.zeros((4, 4, 3), np.uint8), "sequential"), "sequential needs 2"),
    ],
)
def test_a_face_that_cannot_be_painted_is_refused(face, words):
    with pytest.raises(ValueError, match=words):
        diagram(residual_block(projected=False), {"stem": face}, LUTS, {})


def test_a_scheme_without_a_lookup_table_is_refused():
    face = Face(np.zeros((4, 4), np.uint8), "diverging")
    with pytest.raises(ValueError, match="lookup table for 'diverging'"):
        diagram(residual_block(projected=False), {"stem": face}, {"sequential": GRAY}, {})


def page(start="b"):
    """A page with three steps that says what Python believes is chosen."""
    import numpy as np
    import streamlit as st

    from viz_models.records import Step
    from viz_models.ui.instruments import flow

    steps = [
        Step(name=n, op="other", group=n, inputs=i, output_shape=(2,))
        for n, i in [("a", ()), ("b", ("a",)), ("c", ("b",))]
    ]
    picture = flow.diagram(steps, {}, {"sequential": np.zeros((256, 3), np.uint8)}, {})
    st.text(flow.flow(picture, key="net", start=start, default="a"))


def test_python_believes_the_start_until_the_browser_speaks():
    at = AppTest.from_function(page).run()
    assert at.text[0].value == "b"
    at.session_state["net"] = {"step": "c"}
    assert at.run().text[0].value == "c"


@pytest.mark.parametrize("answer", ["no such step", "", ["c"], {"c": 1}, 3, None])
def test_nonsense_from_a_browser_changes_nothing(answer):
    at = AppTest.from_function(page).run()
    at.session_state["net"] = {"step": answer}
    at.run()
    assert not at.exception
    assert at.text[0].value == "b"


def test_a_start_that_is_no_step_is_refused():
    at = AppTest.from_function(page, kwargs={"start": "layer9"}).run()
    assert "there is no step 'layer9'" in at.exception[0].message
