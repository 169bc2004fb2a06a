import subprocess
import sys

import pytest

from tests.conftest import ROOT

BUILD = """
import sys
import torchvision
from viz_models import patches
from viz_models.patches.unfilled import unfilled
{before}
with unfilled():
    net = torchvision.models.resnet18().to("meta")
print({{p.device.type for p in net.parameters()}} == {{"meta"}}, "torch._dynamo" in sys.modules)
"""


def built(before):
    """What a fresh process says: is all of it on the meta device, was the compiler imported?"""
    light = "from viz_models.patches import light\n"
    code = light + BUILD.format(before=before)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(), done.stderr


@pytest.mark.slow
def test_a_network_is_built_without_values_and_without_the_compiler():
    assert built("")[0] == ["True", "False"]


@pytest.mark.slow
def test_with_an_unknown_torch_the_network_is_the_same_only_slower():
    said, log = built("patches.version = lambda library: '9.9'")
    assert said == ["True", "False"]
    assert "torch 9.9 is new to the patch 'unfilled'" in log
