"""The HTML file of a recorded network: complete, without a network, safe."""

import json
import re

import pytest
import torch
from torch import nn

from tests.analysis.anynet import zoo
from viz_models import trace
from viz_models.figures.network import page as drawing


@pytest.fixture(scope="module")
def recorded():
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
    return trace(net, zoo.pixels(1, 3, 8, 8))


def test_the_file_is_complete_and_asks_nobody(recorded, tmp_path):
    text = recorded.html(tmp_path / "net.html")
    assert (tmp_path / "net.html").read_text(encoding="utf-8") == text
    assert not re.search(r"(src|href)=|fetch\(|import\(|url\(", text)
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))
    assert [step["name"] for step in data["steps"]] == ["input", "0", "1", "2", "3"]
    assert data["steps"][1]["image"]["size"] == [6, 6]
    assert data["exact"]


def test_gradients_stand_in_the_file_with_the_name_of_their_loss():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
    x = zoo.pixels(1, 3, 8, 8)

    def squares(out):
        return (out**2).sum()

    text = trace(net, x, loss=squares).html()
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))
    made = net[0](x)
    slope = torch.autograd.grad(squares(net[1:](made)), made)[0]
    assert data["loss"].startswith("squares = ")
    drawn = data["steps"][1]
    norm, largest, zeros = drawn["outputs"][0]["gradient"]
    assert float(norm) == pytest.approx(float(slope.norm()), rel=1e-3)
    assert float(largest) == pytest.approx(float(slope.abs().max()), rel=1e-3)
    assert zeros == f"{100 * float((slope == 0).float().mean()):.1f} %"
    assert drawn["slope"]["channels"] == drawn["image"]["channels"]
    assert drawn["slope"]["kind"] == "diverging"


def test_no_name_can_end_the_script(recorded):
    class Odd(nn.Module):
        def forward(self, x):
            return torch.relu(x)

    Odd.__name__ = "</script><script>alert(1)</script>"
    text = trace(Odd(), torch.ones(1)).html()
    assert "<script>alert" not in text


def test_maps_of_many_steps_stay_few():
    net = nn.Sequential(
        *(nn.Conv2d(4, 16, 1) if i == 0 else nn.Conv2d(16, 16, 1) for i in range(60))
    )
    drawn = drawing.drawn(trace(net, torch.rand(1, 4, 64, 64)))
    assert sum(len(step["image"]["data"]) for step in drawn["steps"]) < 2 * drawing.MAP_BYTES
