"""What this machine calls itself."""

import platform
from functools import cache
from pathlib import Path


@cache
def processor() -> str:
    """Return the processor's name as the system tells it, or its architecture where it does not."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return value.strip()
    return platform.processor() or platform.machine() or "unknown processor"
