import subprocess
import sys

import pytest

from tests.conftest import ROOT

MEASURING = """
import sys
from viz_models.analysis.flow import attribution
attribution.prepare()
print("captum.attr" in sys.modules, "matplotlib" in sys.modules, "IPython" in sys.modules)
import torch
from captum.attr import Saliency
net = torch.nn.Linear(2, 1)
photo = torch.ones(1, 2, requires_grad=True)
print(torch.equal(Saliency(net).attribute(photo, target=0), net.weight.detach().abs()))
"""
WANTED = """
from viz_models.analysis.flow import attribution
attribution.prepare()
from captum.attr import LLMAttribution, TextTokenInput, visualization
print(LLMAttribution.__module__, TextTokenInput.__module__)
print(callable(visualization.visualize_image_attr))
import captum.attr
try:
    captum.attr.no_such_name
except AttributeError as error:
    print(str(error).split()[-1])
"""


@pytest.mark.slow
def test_captum_measures_without_matplotlib():
    assert _printed(MEASURING) == ["True", "False", "False", "True"]


@pytest.mark.slow
def test_who_wants_captums_plots_gets_them():
    found = _printed(WANTED)
    assert found[:2] == ["captum.attr._core.llm_attr", "captum.attr._utils.interpretable_input"]
    assert found[2:] == ["True", "'no_such_name'"]


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
