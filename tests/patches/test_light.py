import subprocess
import sys

import pytest

from tests.conftest import ROOT

OPENING = """
import sys
from viz_models.ui.results.flow import tensor_flow as results
results.warm()
print("torch._dynamo" in sys.modules, "torch._dynamo.utils" in sys.modules)

import torch
from torchvision.ops import roi_align
cut = roi_align(torch.arange(64.).reshape(1, 1, 8, 8), [torch.tensor([[0., 0., 8., 8.]])], 2,
                sampling_ratio=1, aligned=True)
print(cut.flatten().tolist() == [13.5, 17.5, 45.5, 49.5])
compiled = torch.compile(torch.sin, backend="eager")
print(compiled(torch.zeros(1)).item(), "torch._dynamo" in sys.modules)
"""
STAND_IN = """
import sys, threading
import torch
from viz_models.patches import light
sys.modules[light._NAME] = light._Later(light._NAME)  # as while torchvision is being imported
import torch._dynamo  # another thread may want it just then
print(torch._dynamo.utils.is_compile_supported("cpu"), torch._dynamo.utils.counters is not None)
"""


@pytest.mark.slow
def test_the_flow_page_opens_without_the_compiler_which_is_there_when_wanted():
    assert _printed(OPENING) == ["False", "False", "True", "0.0", "True"]


@pytest.mark.slow
def test_who_wants_the_compiler_meanwhile_gets_it():
    assert _printed(STAND_IN) == ["True", "True"]


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
