import math
import random

import pytest

from viz_models.digits import (
    count,
    decimals_of_sum,
    digits,
    enough,
    memory,
    operand,
    percent,
    points,
    shape,
    signed,
    signed_sum,
)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.123456, "0.1235"),
        (-0.0123456, "−0.01235"),
        (1e-5, "1e−5"),
        (-1.25e-7, "−1.25e−7"),
        (150_523.0, "150500"),
        (1e9, "1e9"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "nan"),
    ],
)
def test_digits(x, text):
    assert digits(x) == text


def test_more_digits_where_they_are_asked_for():
    assert digits(-0.123456789, 6) == "−0.123457"


def test_significant_digits_must_be_positive():
    with pytest.raises(ValueError, match="1 or more"):
        digits(1.0, 0)


def test_signs_stand_before_both_kinds_of_terms():
    assert [signed(v) for v in (0.5, -0.5, 0.0)] == ["+0.5", "−0.5", "0"]


def test_a_difference_of_shares_is_told_in_points_with_its_sign():
    assert [points(d) for d in (0.0123, -0.004, 0.0)] == ["+1.2", "−0.4", "+0.0"]


def test_terms_of_a_sum_bring_their_own_signs():
    assert signed_sum([0.081, -0.066, 0.052]) == "0.081 − 0.066 + 0.052"
    assert signed_sum([-1.0]) == "−1"
    assert signed_sum([]) == "0"


def test_behind_an_operator_a_negative_number_gets_parentheses():
    assert [operand(v) for v in (2.5, -2.5, -0.0)] == ["2.5", "(−2.5)", "0"]


def test_a_tiny_share_does_not_read_as_none():
    assert [percent(s) for s in (0.0, 1e-6, 0.224, 1.0)] == [
        "0.0 %",
        "< 0.05 %",
        "22.4 %",
        "100.0 %",
    ]


def test_amounts():
    assert [count(n) for n in (0, 9408, 118_013_952, 1_814_073_344)] == [
        "0",
        "9,408",
        "118.0 M",
        "1.8 G",
    ]
    assert [memory(n) for n in (40, 401_408, 3_211_264)] == ["40 B", "392 KiB", "3.1 MiB"]
    assert shape((64, 56, 56)) == "64×56×56"


def test_a_product_shows_the_digits_that_make_it_true():
    product = lambda a, b: a * b  # noqa: E731
    assert digits(0.50, 2) == digits(0.496, 2)
    assert digits(0.88, 2) == digits(0.875, 2)
    assert enough(product, 0.496, 0.875, result=2, least=2) == 3  # 0.50 x 0.88 would be 0.44
    assert enough(product, 0.5, 0.5, result=2, least=2) == 2


@pytest.mark.parametrize("seed", range(20))
def test_whoever_computes_with_the_digits_on_screen_finds_the_result_on_screen(seed):
    drawn = random.Random(seed)
    numbers = [drawn.uniform(-3, 3) for _ in range(4)]
    for of in (lambda *x: math.prod(x), lambda *x: sum(x), lambda a, b, c, d: math.exp(a) / abs(d)):
        significant = enough(of, *numbers)
        shown = [float(digits(x, significant).replace("−", "-")) for x in numbers]
        assert digits(of(*shown), 3) == digits(of(*numbers), 3)


def test_a_sum_shows_the_decimals_that_make_it_true():
    assert decimals_of_sum(0.334, 0.334, 0.332) == 3  # 0.33 + 0.33 + 0.33 would be 0.99
    assert decimals_of_sum(0.25, 0.75) == 2
