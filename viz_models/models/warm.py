"""Start-up work that no visitor should wait for."""

import gc
import time
from collections.abc import Callable


def heavy_imports(after_s: float = 0.0, then: Callable[[], object] | None = None) -> None:
    """Import torch, trace the default network, then tell the collector to leave it all alone.

    Streamlit runs a full collection after every rerun; with torch loaded that costs
    about 130 ms each time, and 8 ms once the imported modules are frozen.

    Args:
        after_s: Seconds to wait first, so that the first page is served cold and fast.
        then: Called once torch is there; what it imports is frozen, too.
    """
    time.sleep(after_s)
    import torch

    torch.set_num_threads(1)  # two busy threads on two shared cores are slower than one

    from viz_models.models import graph, registry
    from viz_models.records import ModelRef

    default = ModelRef()
    graph.graph(default)
    with registry.shared(default) as model, torch.no_grad():
        model(torch.zeros(1, *registry.card(default).input_shape))  # oneDNN picks its kernels
    if then:
        then()
    gc.collect()
    gc.freeze()
