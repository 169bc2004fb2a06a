import numpy as np
import pytest

from viz_models.analysis.flow import cells


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1,2",
        "1,2,3,4",
        "-1,0,0",
        "64,0,0",
        "0,56,0",
        "a,b,c",
        "1,2,²",
        "1e3,0,0",
        "9" * 5000,
    ],
)
def test_nonsense_names_no_cell(text):
    assert cells.parse(text, (64, 56, 56)) is None


def test_a_link_names_a_cell():
    assert cells.parse("61,11,17", (64, 56, 56)) == (61, 11, 17)
    assert cells.parse("511", (512,)) == (511,)
    assert cells.text((61, 11, 17)) == "61,11,17"


def test_the_striking_cell_is_the_peak_of_the_map_that_varies_most():
    value = np.zeros((3, 4, 5), np.float32)
    value[0] = 9.0
    value[2, 1, 3] = 4.0
    value[2, 0, 0] = -5.0
    assert cells.striking(value) == (2, 1, 3)
    assert cells.striking(np.array([0.0, -3.0, 2.0])) == (2,)


def test_the_striking_cell_is_not_at_the_border_where_padding_takes_part():
    value = np.zeros((1, 16, 16), np.float32)
    value[0, 0, 5] = 9.0
    value[0, 8, 3] = 4.0
    assert cells.striking(value) == (0, 8, 3)
