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
from viz_models.models import graph, registry
print(torch.get_num_threads(), gc.get_freeze_count() > 100_000, "torchvision" in sys.modules,
      graph._graph.cache_info().currsize, len(registry._models))
"""


@pytest.mark.slow
def test_warming_up_leaves_one_thread_frozen_modules_and_the_default_network():
    done = subprocess.run(
        [sys.executable, "-c", WARM], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert done.stdout.split() == ["1", "True", "True", "1", "1"], done.stderr
