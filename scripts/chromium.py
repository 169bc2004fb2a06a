"""Find a Chromium for the browser tests, or install one: `python scripts/chromium.py`.

Looks at $CHROMIUM, then on PATH, in macOS's Applications, and where Playwright keeps its own.
Where there is none: Debian's package when root, else Playwright's download. Prints the path.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
NONE_FOUND = (
    "no Chromium found and none could be installed: install Chromium or Google Chrome, "
    "or set CHROMIUM=/path/to/chromium"
)


def candidates() -> Iterator[str]:
    """Paths and names that may be a Chromium, the most deliberate first."""
    if chosen := os.environ.get("CHROMIUM"):
        yield chosen
        return
    yield from NAMES
    yield from APPLICATIONS
    yield from _playwrights_own()


def find() -> str | None:
    """Return the first Chromium that starts, or None."""
    for name in candidates():
        path = shutil.which(name)
        if path and _succeeds([path, "--version"], timeout_s=60):
            return path
    return None


def install() -> None:
    """Try to get one, quietly; `find` tells whether it worked."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if _succeeds(["apt-get", "update", "-q"], env=quiet) and _succeeds(
            ["apt-get", "install", "-q", "-y", "chromium"], env=quiet
        ):
            return
    _succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def _playwrights_own() -> Iterator[str]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _succeeds(
    command: Sequence[str], *, timeout_s: float = 600, env: dict[str, str] | None = None
) -> bool:
    try:
        done = subprocess.run(
            command, env=env, timeout=timeout_s, capture_output=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    """Find or install.

    Returns:
        Exit code: 1 when there is none in the end.
    """
    path = find()
    if path is None and not os.environ.get("CHROMIUM"):
        print("No Chromium here; installing one for the browser tests.", flush=True)
        install()
        path = find()
    print(path or NONE_FOUND, file=sys.stdout if path else sys.stderr)
    return 0 if path and Path(path).exists() else 1


if __name__ == "__main__":
    sys.exit(main())
