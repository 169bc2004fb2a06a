import numpy as np
import pytest

from viz_models.digits import digits
from viz_models.figures import theme
from viz_models.figures.attention.scores import running_sum
from viz_models.records import Score


def made(q, k):
    products = np.array(q) * np.array(k)
    return Score(
        query=0,
        key=0,
        products=products,
        running=products.cumsum(),
        torch_value=float(products.sum()),
        tolerance=1e-5,
        root=len(q) ** 0.5,
        allowed=True,
        entered=0.0,
        exp=1.0,
        denominator=1.0,
        weight=1.0,
        torch_weight=1.0,
    )


@pytest.mark.parametrize("dark", [False, True])
def test_each_bar_begins_where_the_one_before_ended_and_the_last_ends_at_the_sum(dark):
    q, k = [0.5, -1.0, 2.0], [2.0, 3.0, 0.25]
    score = made(q, k)
    fig = running_sum(score, q, k, dark=dark)
    bar = fig.data[0]
    ends = np.array(bar.base) + np.array(bar.x)
    np.testing.assert_allclose(bar.base, [0, *ends[:-1]])
    assert ends[-1] == pytest.approx(score.total) == pytest.approx(-1.5)
    assert [line.x0 for line in fig.layout.shapes] == [0, score.total]
    assert fig.layout.shapes[1].line.color == theme.palette(dark).orange


def test_the_lines_carry_all_three_numbers_with_true_minus_signs():
    fig = running_sum(made([0.5, -1.0], [2.0, 3.0]), [0.5, -1.0], [2.0, 3.0])
    first, second = (t.replace("\u2007", "") for t in fig.layout.yaxis.ticktext)
    assert first == "0.50×2.00=+1.00"
    assert second == "−1.00×3.00=−3.00"


def test_a_larger_type_makes_a_taller_figure():
    score = made([1.0], [1.0])
    plain, large = (running_sum(score, [1.0], [1.0], scale=s) for s in (1.0, 1.5))
    assert large.layout.height == pytest.approx(1.5 * plain.layout.height, abs=1)


@pytest.mark.parametrize("seed", range(10))
def test_every_line_and_the_sum_are_true_for_whoever_computes_with_the_digits_on_screen(seed):
    q, k = np.random.default_rng(seed).normal(size=(2, 8)).tolist()
    score = made(q, k)
    lines = running_sum(score, q, k, significant=4).layout.yaxis.ticktext
    shown = []
    for line in lines:
        text = line.replace("\u2007", "").replace("−", "-")
        left, _, product = text.partition("=")
        a, b = map(float, left.split("×"))
        assert f"{a * b:+.{len(product.partition('.')[2])}f}" == product
        shown.append(float(product))
    assert digits(sum(shown), 4) == digits(score.total, 4)
    assert len({len(line) for line in lines}) == 1, "the numbers stand in columns"


def test_half_times_seven_eighths_is_not_written_with_too_few_digits():
    (line,) = running_sum(made([0.496], [0.875]), [0.496], [0.875]).layout.yaxis.ticktext
    assert line.replace("\u2007", "") == "0.496×0.875=+0.434"
