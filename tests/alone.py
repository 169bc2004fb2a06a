"""Runs scripts that people take away where nothing of this project can be seen.

Importing torch costs three seconds of processor time. One process for all tests of a worker has
done it, and forks a process for each script: what one script leaves behind, no other one finds.
"""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SERVER = Path(__file__).with_name("alone_server.py")


@cache
def _server():
    """The process that forks; it ends by itself when this one does, with its input."""
    return subprocess.Popen(
        [sys.executable, "-I", str(SERVER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _exit_code(request):
    server = _server()
    try:
        print(json.dumps(request), file=server.stdin, flush=True)
        return int(server.stdout.readline())
    except BaseException:  # pytest's time limit, too: a late answer must not meet the next request
        _server.cache_clear()
        server.kill()
        server.wait()
        raise


def run_alone(script: Path, *arguments, folder=None, limit_s=200):
    """Run a script where it lies, or in another folder; return its exit code and what it printed.

    The code is negative where a signal ended it: -SIGALRM after `limit_s` seconds.
    """
    with tempfile.TemporaryDirectory() as kept:
        files = {name: Path(kept, name) for name in ("stdout", "stderr")}
        request = {
            **{name: str(file) for name, file in files.items()},
            **{"script": str(script), "folder": str(folder or script.parent)},
            **{"arguments": arguments, "limit_s": limit_s},
        }
        code = _exit_code(request)
        texts = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    return subprocess.CompletedProcess([str(script), *arguments], code, **texts)


def printed_alone(script: Path, *arguments, **options):
    """Run a script likewise, which must succeed; return what it printed."""
    done = run_alone(script, *arguments, **options)
    assert done.returncode == 0, done.stderr or f"exit code {done.returncode}"
    return done.stdout
