"""What the web process holds in memory: at the start, after every page, after many sessions.

`python -m benchmarks resident` prints it; Linux alone tells it.
"""

import asyncio
from pathlib import Path

from benchmarks.served import Served, fresh_server, own_folder
from benchmarks.visitor import visit
from viz_models.ui.kit import lessons

SESSIONS, TOGETHER = 90, 30
REST_S = 35.0  # until freed memory has gone back to the system
GROWN = 1.1  # times what all pages hold: more than this is a leak


def resident(served: Served) -> int:
    """MiB that are resident; 0 where there is no /proc."""
    status = Path(f"/proc/{served.pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmRSS")), 0)


async def grown(served: Served) -> tuple[bool, str]:
    """Whether memory comes back after many sessions, and all that was seen, in MiB."""
    pages = [page for page in lessons.index() if page]
    for page in pages:
        await visit(served, page)
    seen = {"after all pages": resident(served)}
    for i in range(SESSIONS):
        await visit(served, pages[i % len(pages)])
    seen[f"after {SESSIONS} sessions more"] = resident(served)
    await asyncio.gather(*(visit(served, pages[i % len(pages)]) for i in range(TOGETHER)))
    seen[f"after {TOGETHER} at once"] = resident(served)
    await asyncio.sleep(REST_S)
    seen["then at rest"] = resident(served)
    held = seen["then at rest"] <= GROWN * seen["after all pages"]
    return held, ", ".join(f"{mib} {when}" for when, mib in seen.items()) + " (MiB)"


def main() -> None:
    """Print it for a server of its own, on which nobody else is."""
    with own_folder(), fresh_server("app.py") as served:
        served.wait()
        asyncio.run(visit(served, "home"))
        begun = resident(served)
        _, said = asyncio.run(grown(served))
    print(f"memory of the web process: {begun} after its first page, {said}")


if __name__ == "__main__":
    main()
