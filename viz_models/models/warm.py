"""Start-up work that no visitor should wait for."""

import gc
import sys
import threading
import time
from collections.abc import Callable

from viz_models.patches import no_compiler

NOBODY_CAME = 4.0  # s
DRAWN_BY_THEN = 60.0  # s
QUIET_BY_THEN = 10.0  # s, where one visitor comes after the other
_begun, _drawn = threading.Event(), threading.Event()
_last = 0.0  # when the last page went out
_frozen = 0  # modules there were when the collector was last told to leave all alone


def page_begins() -> None:
    """Say that somebody waits for a page."""
    _begun.set()


def page_drawn() -> None:
    """Say that a page has gone out; what follows may take the processor.

    What a lesson imported for its first reader is frozen, too: 10 ms a collection otherwise.
    """
    global _last
    _last = time.monotonic()
    _drawn.set()
    if _frozen and len(sys.modules) > _frozen:
        _freeze()


def after_first_page(seconds: float, then: Callable[[], object] | None = None) -> None:
    """`heavy_imports` when the first visitors have what they asked for, or nobody came.

    Args:
        seconds: To wait after a page went out, while the browser paints it. Who opens a page in
            this time is waited for, too: a class comes at once.
        then: As in `heavy_imports`.
    """
    if _begun.wait(NOBODY_CAME):
        _drawn.wait(DRAWN_BY_THEN)
    until = time.monotonic() + QUIET_BY_THEN
    while (left := min(_last + seconds, until) - time.monotonic()) > 0:
        time.sleep(left)
    heavy_imports(then)


def heavy_imports(then: Callable[[], object] | None = None) -> None:
    """Import torch, run the default network, then tell the collector to leave it all alone.

    A full collection takes about 130 ms with torch loaded, and some ms once the imported modules
    are frozen. torch's compiler stays away: nothing here is compiled.

    Args:
        then: Called once torch is there; what it imports is frozen, too.
    """
    import torch

    torch.set_num_threads(1)  # two busy threads on two shared cores are slower than one

    from viz_models.models import registry
    from viz_models.recordings.shipped import opening

    default = opening()
    with registry.shared(default) as model, torch.no_grad():
        model(torch.zeros(1, *registry.card(default).input_shape))  # oneDNN picks its kernels
    no_compiler.install()  # an optimizer would import it: 1.7 s, and 150 MB for good
    try:
        if then:
            then()
    finally:
        _freeze()  # also when a page that imports the same at this moment got in the way


def _freeze() -> None:
    """Once for each wave of imports: what is garbage later, of all that lives now, stays."""
    global _frozen
    _frozen = len(sys.modules)
    gc.collect()
    gc.freeze()
