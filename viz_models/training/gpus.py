"""GPUs of this machine, found without torch: neither a page nor the dispatcher waits for it."""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

KFD = Path("/sys/class/kfd/kfd/topology/nodes")  # where Linux lists what AMD's driver computes on

AMD_VISIBLE = ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")


def devices() -> tuple[str, ...]:
    """Return the GPUs that runs may use, by torch's names: ("cuda:0", "cuda:1"), ("mps",) or none.

    ROCm's are called "cuda" by torch too.
    """
    if sys.platform == "darwin":
        return ("mps",) if platform.machine() == "arm64" else ()
    nvidia = _visible(_nvidia(), "CUDA_VISIBLE_DEVICES")
    amd = 0
    if not nvidia:
        amd = min(
            _visible(_amd(KFD), name) for name in ("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
        )
    return tuple(f"cuda:{i}" for i in range(nvidia or amd))


def _visible(found: int, variable: str) -> int:
    """How many of those that were found a variable leaves, as the driver reads it.

    The list ends at the first entry that names no GPU, so "-1" and "" leave none.
    """
    text = os.environ.get(variable)
    if text is None:
        return found
    left = 0
    for entry in (part.strip() for part in text.split(",")):
        if not entry or (entry.lstrip("-").isdecimal() and not 0 <= int(entry) < found):
            break
        left += 1
    return min(left, found)


@cache
def _nvidia() -> int:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        told = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in told.stdout.splitlines())


def _amd(nodes: Path) -> int:
    """Nodes with a GPU; processors are nodes of the same list with the id 0."""
    found = 0
    for file in nodes.glob("*/gpu_id"):
        try:
            found += file.read_text(encoding="ascii").strip() not in ("", "0")
        except OSError:
            continue
    return found
