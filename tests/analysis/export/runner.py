"""Runs exported files in a process that has torch and nothing of ours.

Each line on stdin is one request, each line on stdout its answer; both are JSON.
"""

import hashlib
import json
import runpy
import sys
import traceback
from zlib import crc32

import torch

LARGE = 50_000_000  # parameters; such a network is filled without being initialized first


def drawn(name, shape, dtype):
    """The same values for the same name, in every process."""
    generator = torch.Generator().manual_seed(crc32(name.encode()))
    if dtype == "torch.int64":
        return torch.randint(40, shape, generator=generator)
    values = torch.randn(shape, generator=generator) / max(1, sum(shape[1:])) ** 0.5
    return values.abs() + 0.5 if name.endswith("running_var") else values


def state(layout):
    """A state dict with values for every name: (shape, dtype)."""
    return {name: drawn(name, shape, dtype) for name, (shape, dtype) in layout.items()}


def example(kind, shape):
    """A batch: of `kind` tokens, or of pixels where `kind` is 0."""
    generator = torch.Generator().manual_seed(5)
    if kind:
        return torch.randint(kind, shape, generator=generator)
    return torch.randn(shape, generator=generator)


def digest(net):
    """Of all first weights and their names."""
    found = hashlib.sha256()
    for name, tensor in net.state_dict().items():
        found.update(name.encode())
        found.update(tensor.contiguous().numpy().tobytes())
    return found.hexdigest()


def outputs(net, request):
    """What a network gives in eval and in train mode, with the values of `state`."""
    net.load_state_dict(state(request["layout"]), strict=True, assign=True)
    x = example(*request["input"])
    with torch.no_grad():
        evaluated = net.eval()(x)
        torch.manual_seed(9)  # of dropout
        trained = net.train()(x)
    return evaluated, trained


def answer(request):
    """Run one file."""
    made = runpy.run_path(request["file"])["make_model"]
    first = ""
    if request["parameters"] <= LARGE:
        torch.manual_seed(request["seed"])
        net = made()
        first = digest(net)
    else:
        with torch.device("meta"):
            net = made()
    training = net.training
    evaluated, trained = outputs(net, request)
    torch.save((evaluated, trained), request["save"])
    return {
        "digest": first,
        "training": training,
        "parameters": sum(p.numel() for p in net.parameters()),
        "ours": [name for name in sys.modules if name.startswith("viz_models")],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception:  # told to the test, so that the next file can still be run
            found = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
