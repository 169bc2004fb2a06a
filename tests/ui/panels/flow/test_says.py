"""The parts of the flow page's foot that need no page: links, heat at the size it is sent."""

import numpy as np
import pytest

from viz_models.places import PAGES
from viz_models.records import CIFAR10_CLASSES, Step
from viz_models.records.flow.prediction import Guess, Prediction
from viz_models.ui.kit import words
from viz_models.ui.panels.flow import names
from viz_models.ui.panels.flow import words as flow_words
from viz_models.ui.panels.flow.says import answer
from viz_models.ui.panels.flow.switches import parse
from viz_models.ui.panels.flow.why import METHODS, strongest

PAGE = "pages/flow/tensor_flow.py"
SIZES = {"layer1.0.conv1": 64, "fc": 10}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("layer1.0.conv1 map 63", ("layer1.0.conv1", 63)),
        ("fc map 0", ("fc", 0)),
        ("fc map 10", None),
        ("fc map -1", None),
        ("fc map ²", None),
        ("nowhere map 1", None),
        ("", None),
    ],
)
def test_a_map_that_is_off_is_read_from_a_link(text, found):
    assert parse(text, SIZES) == found


def test_no_pixel_of_the_heat_is_lost_when_it_is_sent_smaller():
    heat = np.zeros((5, 7), np.float32)
    heat[4, 6] = 3
    assert strongest(heat, 2).shape == (3, 4)
    assert strongest(heat, 2)[2, 3] == 3
    np.testing.assert_array_equal(strongest(heat, 1), heat)


@pytest.mark.parametrize(
    ("trained", "below", "look", "says"),
    [
        (True, None, {}, "**cat**, says the network"),
        (True, 0.3, {"own": True}, "**cat, if it is one of these 10**"),
        (True, 0.5, {}, "**Not sure: perhaps cat**"),
        (True, 0.5, {"own": True}, "**Not sure: perhaps cat**"),
        (True, 0.3, {"strange": True}, "shows none of its 10 classes"),
        (False, None, {"own": True}, "knows nothing"),
    ],
)
@pytest.mark.parametrize("names", [(), CIFAR10_CLASSES])
def test_the_answer_says_whether_to_believe_it(trained, below, look, says, names):
    top = (Guess(0, "cat", 0.4), Guess(1, "dog", 0.3))
    found = Prediction(top=top, classes=10, trained=trained, unsure_below=below, names=names)
    line = answer(found, words.sections(PAGE), **look)
    assert says in line
    assert "{" not in line
    assert all(name in line for name in names if trained)  # beside it stands what there is


def test_every_method_is_explained_on_the_page():
    assert set(METHODS) <= words.sections(PAGE).keys()


def test_a_convolution_of_one_map_asks_in_the_singular():
    text = words.sections(str(PAGES / "flow/tensor_flow.py"))
    one, many = (
        Step(name="c", op="conv2d", group="g", input_shapes=((n, 8, 8),), output_shape=(16, 8, 8))
        for n in (1, 64)
    )
    asked = [flow_words.question(text["conv2d"], flow_words.static_facts(s)) for s in (one, many)]
    assert asked == ["How does 1 map become 16 new ones?", "How do 64 maps become 16 new ones?"]


def test_blocks_of_a_digits_network_are_called_blocks():
    assert names.label("blocks.0") == "block 0"
    assert names.label("blocks.0.layers.1.layers.self_attention") == "0.1 self"
