"""What the web process holds in memory: at the start, after every page, after many sessions.

`python -m benchmarks resident` prints it; Linux alone tells it.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.served import Served, fresh_server, own_folder
from benchmarks.visitor import visit
from viz_models.ui.kit import lessons

SESSIONS, TOGETHER = 90, 30
REST_S = 35.0  # until freed memory has gone back to the system
GROWN = 1.1  # times what all pages hold: more than this is a leak
ALL_PAGES = 1000  # MiB, budget
# What torch's wheel for CUDA loads and one for CPUs does not have; "0" for the latter.
CUDA_PART = """
import ctypes, importlib.util, pathlib
lib = pathlib.Path(importlib.util.find_spec("torch").origin).parent / "lib"
held = lambda: int(pathlib.Path("/proc/self/statm").read_text().split()[1])
ctypes.CDLL(str(lib / "libtorch_cpu.so"), mode=ctypes.RTLD_GLOBAL)
before, cuda = held(), lib / "libtorch_cuda.so"
if cuda.exists():
    ctypes.CDLL(str(cuda), mode=ctypes.RTLD_GLOBAL)
print((held() - before) * 4096 >> 20)
"""


def resident(served: Served) -> int:
    """MiB that are resident; 0 where there is no /proc."""
    status = Path(f"/proc/{served.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmRSS")), 0)


async def grown(served: Served, sessions: int = SESSIONS) -> tuple[bool, str]:
    """Whether memory comes back after many sessions, and all that was seen, in MiB."""
    pages = [page for page in lessons.index() if page]
    for page in pages:
        await visit(served, page)
    seen = {"after all pages": resident(served)}
    for i in range(sessions):
        await visit(served, pages[i % len(pages)])
    seen[f"after {sessions} sessions more"] = resident(served)
    await asyncio.gather(*(visit(served, pages[i % len(pages)]) for i in range(TOGETHER)))
    seen[f"after {TOGETHER} at once"] = resident(served)
    await asyncio.sleep(REST_S)
    seen["then at rest"] = resident(served)
    held = seen["then at rest"] <= GROWN * seen["after all pages"]
    return held, ", ".join(f"{mib} {when}" for when, mib in seen.items()) + " (MiB)"


def cuda_part() -> str:
    """Return what torch's part for CUDA takes in a process, in MiB."""
    if not Path("/proc").exists():
        return "0"
    done = subprocess.run([sys.executable, "-c", CUDA_PART], capture_output=True, text=True)
    return done.stdout.strip() or "0"


def main(arguments: Sequence[str] = ()) -> None:
    """Print it for a server of its own, on which nobody else is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resident")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    asked = parser.parse_args(arguments)
    with own_folder(), fresh_server("app.py") as served:
        served.wait()
        asyncio.run(visit(served, "home"))
        begun = resident(served)
        _, said = asyncio.run(grown(served, asked.sessions))
    print(f"memory of the web process: {begun} after its first page, {said}")
    print(
        f"budget after all pages {ALL_PAGES} MiB; of all that torch's part for CUDA: {cuda_part()}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
