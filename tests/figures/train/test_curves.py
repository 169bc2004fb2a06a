import json

import numpy as np
import pandas as pd
import pytest

from viz_models.figures import theme
from viz_models.figures.train import curves as train_curves
from viz_models.figures.train import curves_spread as train_spread
from viz_models.records.train.curves import Course, CurveView, RunCurve

RNG = np.random.default_rng(0)


def course(count=20, batch=32, values=None, seconds=None):
    steps = np.arange(1, count + 1)
    loss = RNG.uniform(0.1, 2, count) if values is None else np.asarray(values, float)
    return Course(
        step=steps,
        sample=batch * steps,
        second=0.1 * steps if seconds is None else seconds,
        value=dict.fromkeys(("loss", "accuracy", "gradient norm", "learning rate"), loss),
    )


def run(arm=0, seed=0, state="finished", training=None, validation=None):
    return RunCurve(
        arm=arm,
        seed=seed,
        state=state,
        training=training or course(200),
        validation=validation or course(),
    )


def named(option, part):
    return [s for s in option["series"] if part in s.get("name", "")]


def ys(series):
    return [y for _, y in series["data"]]


def test_a_line_is_the_mean_of_the_seeds_and_the_band_their_range():
    runs = [run(seed=i) for i in range(5)]
    option = train_curves.curves(runs, ["small"], CurveView(examples="validation"))
    values = np.array([r.validation.value["loss"] for r in runs])
    low, high, mean = option["series"]
    np.testing.assert_allclose(ys(mean), values.mean(0), rtol=1e-3)
    np.testing.assert_allclose(ys(low), values.min(0), rtol=1e-3)
    np.testing.assert_allclose(np.add(ys(low), ys(high)), values.max(0), rtol=2e-3)
    assert low["stack"] == high["stack"]
    assert [x for x, _ in mean["data"]] == runs[0].validation.sample.tolist()


def test_seeds_of_other_speed_are_compared_where_all_of_them_are():
    fast = course(20, values=np.arange(1, 21), seconds=np.arange(1, 21) * 0.1)
    slow = course(20, values=np.arange(1, 21), seconds=np.arange(1, 21) * 0.2)
    view = CurveView(along="second")
    x, mean, low, high = train_spread.spread([fast, slow], "validation", view, 50)
    assert (x[0], x[-1]) == pytest.approx((0.2, 2.0))
    np.testing.assert_allclose(high, x / 0.1)  # both rise in a line
    np.testing.assert_allclose(low, x / 0.2)
    np.testing.assert_allclose(mean, (low + high) / 2)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.93])
def test_smoothing_is_an_average_that_forgets_as_pandas_computes_it(share):
    values = RNG.normal(size=50)
    expected = pd.Series(values).ewm(alpha=1 - share, adjust=True).mean()
    np.testing.assert_allclose(train_spread.smoothed(values, share), expected, rtol=1e-9)


def test_validation_is_never_smoothed():
    runs = [run()]
    view = CurveView(examples="validation", smoothing=0.93)
    shown = train_curves.curves(runs, [""], view)["series"][-1]
    np.testing.assert_allclose(ys(shown), runs[0].validation.value["loss"], rtol=1e-3)


@pytest.mark.parametrize("metric", ["loss", "accuracy", "gradient norm", "learning rate"])
@pytest.mark.parametrize("arms", [1, 2, 5, 10])
def test_a_tick_stays_small_and_is_json(metric, arms):
    runs = [run(arm, seed) for arm in range(arms) for seed in range(5)]
    runs += [run(arm, 5, "running") for arm in range(arms)]
    labels = [f"an arm with a long name {i}" for i in range(arms)]
    option = train_curves.curves(runs, labels, CurveView(metric=metric), dark=True)
    text = json.dumps(option, allow_nan=False, separators=(",", ":"))
    assert len(text) <= train_curves.MOST_BYTES
    assert max(len(s["data"]) for s in option["series"]) <= 200


def test_a_run_that_broke_off_is_dashed_as_far_as_it_came_with_a_cross_at_its_end():
    broken = run(1, 4, "lost", course(5), course(3))
    option = train_curves.curves([run(), broken], ["a", "b"], CurveView(examples="validation"))
    (line,) = named(option, "b seed 4 lost")
    assert line["lineStyle"]["type"] == "dashed"
    assert len(line["data"]) == 3
    mark = line["markPoint"]
    assert mark["data"][0]["coord"] == line["data"][-1]
    assert mark["label"]["formatter"] == "b seed 4 lost"
    (whole,) = named(option, "a")
    assert whole["lineStyle"]["type"] == "solid"
    assert "markPoint" not in whole


def test_several_that_broke_off_alike_are_named_once():
    runs = [run(0, seed, "diverged", course(4), course(2)) for seed in range(3)]
    option = train_curves.curves(runs, ["a"], CurveView(examples="validation"))
    said = [s["markPoint"]["label"] for s in option["series"]]
    assert [s["formatter"] for s in said if s["show"]] == ["a seeds 0, 1, 2 diverged"]


def test_a_run_that_exploded_does_not_squeeze_the_others_flat():
    healthy = run(validation=course(values=np.linspace(2, 0.1, 20)))
    steps, tests = course(3, values=[2, 1e9, 1e20]), course(2, values=[2, 1e20])
    wild = run(1, 0, "diverged", steps, tests)
    option = train_curves.curves([healthy, wild], ["a", "b"], CurveView())
    top = option["yAxis"]["max"]
    assert 2 <= top <= 4
    assert max(y for s in option["series"] for y in ys(s) if y is not None) <= top
    alone = train_curves.curves([wild], ["a", "b"], CurveView())
    assert "max" not in alone["yAxis"]


def test_what_has_no_logarithm_is_a_gap():
    zero = course(4, values=[1, 0, 0.5, np.nan])
    view = CurveView(log=True, examples="validation")
    option = train_curves.curves([run(validation=zero)], [""], view)
    assert option["yAxis"]["type"] == "log"
    assert ys(option["series"][-1]) == [1, None, 0.5, None]
    accuracy = CurveView(log=True, metric="accuracy")
    assert train_curves.curves([run()], [""], accuracy)["yAxis"]["type"] == "value"


def test_a_running_run_carries_its_name_along():
    option = train_curves.curves([run(state="running")], ["a"], CurveView())
    (line,) = named(option, "a seed 0 now test")
    assert line["markPoint"]["label"]["formatter"] == "a seed 0 now"
    assert line["markPoint"]["symbol"] == "circle"


def test_arms_have_the_house_colors():
    option = train_curves.curves([run(), run(1)], ["a", "b"], CurveView(), dark=True)
    assert named(option, "b test")[0]["color"] == theme.DARK.categorical[1]


def test_nothing_told_yet_is_an_empty_chart():
    empty = RunCurve(arm=0, seed=0, state="queued", training=course(0), validation=course(0))
    option = train_curves.curves([empty], [""], CurveView())
    assert option["series"] == []
    assert option["title"]["text"] == "loss: test thick, training thin"  # of no seeds
