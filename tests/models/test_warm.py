import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT
from viz_models.models import warm

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


@pytest.mark.parametrize(("more", "slept"), [(0, 1.5), (1, 3.0), (5, 9.0), (100, 10.0)])
def test_a_class_that_comes_at_once_is_not_kept_waiting_by_imports(monkeypatch, more, slept):
    clock = Clock(more)
    monkeypatch.setattr(warm, "time", clock)
    monkeypatch.setattr(warm, "_last", 0.0)
    monkeypatch.setattr(warm, "_frozen", 0)
    for event in ("_begun", "_drawn"):
        monkeypatch.setattr(warm, event, threading.Event())
    monkeypatch.setattr(warm, "heavy_imports", lambda then: then())
    warm.page_begins()
    warm.page_drawn()
    imported = []
    warm.after_first_page(1.5, lambda: imported.append(clock.now - 100))
    assert imported == [slept]


class Clock:
    """A clock that only sleep moves; so many pages go out, one while somebody sleeps."""

    def __init__(self, pages):
        self.now, self.pages = 100.0, pages

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        if self.pages:
            self.pages -= 1
            warm.page_drawn()


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
