"""What a collection of all garbage costs the web process: `python -m benchmarks.collecting`.

Streamlit would collect after every run of a page and of a fragment; this server collects once a
second (`viz_models/garbage.py`), and meanwhile everybody waits. The modules are frozen once they
are imported, so that a collection has little left to look at.
"""

import gc
import statistics
import sys
import time

from viz_models.models import warm

ROUNDS = 20
BUDGET_MS = 5.0


def collection() -> float:
    """Return the median of some whole collections, in ms."""
    took = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        gc.collect()
        took.append(1000 * (time.perf_counter() - begin))
    return statistics.median(took)


def main() -> int:
    """Import what the server imports, in this process, and print; 1 over the budget."""
    from viz_models.ui.results.flow import tensor_flow as results

    torch_at_start = "torch" in sys.modules
    warm.heavy_imports(results.warm)
    frozen = gc.get_freeze_count()
    after = collection()
    gc.unfreeze()
    without = collection()
    print(f"torch is imported by the page's own modules  {'yes' if torch_at_start else 'no':>8}")
    print(f"objects that are frozen after all imports    {frozen:8d}")
    print(f"a collection, modules frozen                 {after:8.2f} ms   budget {BUDGET_MS:g} ms")
    print(f"a collection, as it would be without         {without:8.2f} ms")
    return int(torch_at_start or after > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
