import subprocess
import sys

import pytest

from tests.conftest import ROOT

WARM = """
import gc, sys
from viz_models.models import warm
assert "torch" not in sys.modules  # importing the module must stay cheap
warm.heavy_imports()
import torch
from viz_models.models import registry
print(torch.get_num_threads(), gc.get_freeze_count() > 100_000, "torchvision" in sys.modules,
      len(registry._models))
"""
LATER = """
import gc
from viz_models.models import warm
warm.page_drawn()
before = gc.get_freeze_count()  # nothing is frozen while the heavy imports are still to come
warm.heavy_imports()
def live():
    gc.collect()
    return len(gc.get_objects())
few = live()
import plotly.graph_objects as go
go.Figure()
some = live()
warm.page_drawn()
print(before, some > few + 5000, live() < few + 100)
more = [[] for _ in range(1000)]
warm.page_drawn()
print(live() > 1000)  # no import since, so what pages made is left to the collector
"""


@pytest.mark.slow
def test_warming_up_leaves_one_thread_frozen_modules_and_the_default_network():
    assert _printed(WARM) == ["1", "True", "True", "1"]


@pytest.mark.slow
def test_what_a_page_imports_later_is_frozen_once():
    assert _printed(LATER) == ["0", "True", "True", "True"]


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
