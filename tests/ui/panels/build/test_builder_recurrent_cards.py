"""Beside a recurrent network: its states over time, one step back, and where it can be followed."""

import numpy as np
import pytest

from viz_models.digits import digits
from viz_models.records import RaceLine, RnnSpec
from viz_models.ui.panels.build import builder_recurrent_cards as cards


def line(gradient):
    found = np.array(gradient)
    steps = len(found) - 1
    return RaceLine(
        seed=0, loss=1.0, gradient=found, weights=np.ones(steps), activation=np.ones(steps + 1)
    )


def test_one_step_back_is_the_ratio_of_what_stands_above_it():
    said = {x.label: x.value for x in cards.step_back(line([1e-4, 2e-3, 0.5, 2.0]), 2, "row")}
    assert said["behind row 2"] == "0.25"
    assert said["before row 2"] == "0.001"
    assert said["row 2 multiplies it by"] == "×0.004"
    assert said["a row on average"] == f"×{digits((5e-5) ** (1 / 3), 3)}"


def test_a_gradient_that_is_gone_has_no_mean_factor():
    said = [x.value for x in cards.step_back(line([0.0, 0.0, 1.0]), 1, "token")]
    assert said == ["0", "0", "0 ÷ 0"]


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        (RnnSpec(cell="lstm", hidden=8, size=8), "made for three colors"),
        (RnnSpec(cell="lstm", hidden=8, size=8, in_channels=3), "through this"),
    ],
)
def test_a_network_of_rows_can_be_followed_in_gray_too(spec, shown, monkeypatch):
    from viz_models.ui.panels.flow import built

    told = {}
    monkeypatch.setattr(built.frame, "page_link", lambda *_, **said: told.update(said))
    built.link(spec)
    assert shown in told["label"]
    assert built.door.read(told["query_params"]["spec"]).in_channels == 3
