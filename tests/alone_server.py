"""Runs scripts on request, each in a process of its own where torch is imported already.

A process of Python's isolated mode, so without this project on its path; see tests/alone.py.
A request is a line of JSON on stdin; the answer is the exit code on stdout.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import sys
import traceback

import torch


def asked():
    """Fork a child for each request and return the request in the child; the parent answers."""
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            return json.loads(line)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def redirect(name, descriptor, flags):
    opened = os.open(name, flags)
    os.dup2(opened, descriptor)
    os.close(opened)


def exit_code(script):
    """Run the script; what ends it gives the code and the last words that Python would give."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as error:
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sys.stderr.write(f"{error.code}\n")
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    if [name for name in sys.modules if name.split(".")[0] == "viz_models"]:
        sys.stderr.write("The script has imported viz_models.\n")
        return 1
    return 0


torch.set_num_threads(1)
gc.freeze()  # a collection in a child need not copy the pages of all that torch has
request = asked()
redirect(os.devnull, 0, os.O_RDONLY)
redirect(request["stdout"], 1, os.O_WRONLY | os.O_CREAT)
redirect(request["stderr"], 2, os.O_WRONLY | os.O_CREAT)
signal.alarm(request["limit_s"])  # ends this process where the script takes longer
os.chdir(request["folder"])
sys.argv = [request["script"], *request["arguments"]]
code = exit_code(request["script"])
atexit._run_exitfuncs()
sys.stdout.flush()
sys.stderr.flush()
os._exit(code & 255)  # to take all of torch apart would cost a second
