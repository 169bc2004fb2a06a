import os
import subprocess
import sys

from tests.conftest import ROOT


def _said(code):
    """What a fresh process prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_worker_is_warm_without_what_takes_longest_to_import():
    heavy = ("sklearn", "pandas", "sympy", "torch._dynamo.utils", "torch._inductor")
    code = (
        "import sys; from viz_models.runs import worker; worker._warm();"
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    assert _said(code) == []


def test_who_wants_the_compiler_gets_it():
    code = """
from viz_models.patches import no_compiler
no_compiler.install()
import torch
weight = torch.ones(2, requires_grad=True)
optimizer = torch.optim.SGD([weight], 0.5)
weight.sum().backward()
optimizer.step()
import torch._dynamo.config
print(torch._dynamo.config.__name__, "disable" in vars(torch._dynamo))
compiled = torch.compile(lambda x: x * 2, backend="eager")
print(compiled(weight).tolist())
optimizer.step()
print(weight.tolist())
"""
    assert _said(code) == ["torch._dynamo.config", "True", "[1.0,", "1.0]", "[0.0,", "0.0]"]


def test_a_compiler_that_is_there_stays():
    code = """
import torch._dynamo
from viz_models.patches import no_compiler
no_compiler.install()
import sys
print(sys.modules["torch._dynamo"].__file__ is not None)
"""
    assert _said(code) == ["True"]
