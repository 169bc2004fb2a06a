import subprocess
import sys

import pytest

from tests.conftest import ROOT

COUNTING = """
import sys
import torch
from viz_models.analysis.pricing import counting
from torch.utils.flop_counter import FlopCounterMode
print("triton" in sys.modules, "triton._C.libtriton" in sys.modules)
with FlopCounterMode(display=False) as counted:
    torch.ones(2, 3) @ torch.ones(3, 5)
print(counted.get_total_flops())
"""
WANTED = """
import importlib.util
from viz_models.analysis.pricing import counting
there = importlib.util.find_spec("triton") is not None
try:
    import triton.runtime
    print(there)
except ImportError:
    print(not there)
"""


@pytest.mark.slow
def test_operations_are_counted_without_triton():
    assert _printed(COUNTING) == ["False", "False", "60"]


@pytest.mark.slow
def test_who_wants_triton_gets_it():
    assert _printed(WANTED) == ["True"]


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split()
