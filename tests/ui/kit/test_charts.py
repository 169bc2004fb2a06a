import numpy as np

from viz_models.figures.flow import tensor_flow as flow
from viz_models.ui.kit.charts import kept


def histogram(bins: int):
    counts, edges = np.histogram(np.arange(12.0), bins)

    def make(*, dark: bool):
        return flow.histogram(counts, edges, name="a", dark=dark)

    return kept("test", make, bins, dark=False), kept("test", make, bins, dark=True)


def test_a_figure_is_put_together_once_for_each_choice_and_theme():
    light, dark = histogram(4)
    again, _ = histogram(4)
    other, _ = histogram(3)
    assert again is light
    assert len(light.data[0].x) != len(other.data[0].x)
    assert light.to_json() != dark.to_json()
