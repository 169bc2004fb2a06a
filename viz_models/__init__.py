"""Measure what a neural network does, one tensor at a time.

The pages open with `forward-pass app`; the commands are listed by `forward-pass --help`. The same
work can be done from Python. What most people need can be imported from here:

======================= ============================================================
`load_sample`, `decode` a photo: one that is shipped, or the bytes of a file
`prepare`               the photo as a network reads it
`trace`                 every step of a forward pass, with its values, of any network
`compare`               two traces step by step, and where they part
`prediction`            the likeliest classes, and whether to believe them
`calculation`           one value, recomputed from what it was made of
`preset`, `price`       a network by name, and what it costs before it is built
`build`, `source`       the network itself, and the same as a file of plain PyTorch
`normalize`             a tensor through any norm, with the moments that it removed
`train`                 a training run, one record a step
======================= ============================================================

What is asked for is a record, such as `TraceSpec` or `RunSpec`; they can be imported from here too.
Importing this package costs nothing: torch is imported with the first function that needs it.

A photo through the ResNet18 that is shipped:

>>> from viz_models import ModelRef, TraceSpec, load_sample, prediction, prepare, trace
>>> model = ModelRef(name="resnet18", weights="demo")
>>> seen = prepare(load_sample("cat"), model)
>>> made = trace(TraceSpec(model=model), seen.tensor)
>>> prediction(model, made.probabilities).top[0].label
'cat'

One value of it, recomputed, beside what torch says:

>>> from viz_models import calculation
>>> made.steps[1].name
'conv1'
>>> found = calculation(made, "conv1", (0, 56, 56))
>>> abs(found.total - found.torch_value) < 1e-5
True

Any other network, with whatever its forward takes, and whether recording changed a bit:

>>> from torch import nn, ones
>>> mine = trace(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), ones(2, 3))
>>> [step.name for step in mine.steps], mine.check.text
(['input', '0', '1'], 'bit-exact')
>>> mine.value("1").shape
(2, 4)

Two networks step by step, from the same input:

>>> from viz_models import compare
>>> from torch import manual_seed
>>> _ = manual_seed(0)
>>> net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
>>> before = trace(net, ones(2, 3))
>>> _ = net[2].weight.data.mul_(2)
>>> compare(before, trace(net, ones(2, 3))).parting.name
'2'

A network by name, its price, and the network:

>>> from viz_models import build, preset, price, source
>>> f"{price(preset('resnet18')).parameters:,}"
'11,689,512'
>>> sum(p.numel() for p in build(preset("resnet18")).parameters())
11689512
>>> source(preset("lenet5")).splitlines()[0]
'\"\"\"A network from the builder in plain PyTorch.'

Training, one record a step:

>>> from viz_models import Budget, RunSpec, train
>>> *_, last = train(RunSpec(budget=Budget(amount=3, unit="steps"), device="cpu"))
>>> last.step, last.state
(3, 'finished')
"""

from importlib import import_module

FUNCTIONS = {
    "load_sample": "images.samples:load",
    "decode": "images.decode:decode",
    "prepare": "analysis.flow.preprocess:prepare_for",
    "trace": "notebook:trace",
    "compare": "notebook:compare",
    "prediction": "analysis.flow.prediction:prediction",
    "calculation": "analysis.flow.arithmetic.calculate:calculation",
    "preset": "models.builder.presets:preset",
    "price": "analysis.pricing.price:price",
    "build": "models.builder:build",
    "source": "analysis.export:source",
    "normalize": "analysis.normalization.normalize:normalize",
    "train": "training.loop.loop:train",
}
__all__ = list(FUNCTIONS)


def __getattr__(name: str) -> object:
    """Import one of the functions, or a record, when somebody asks for it."""
    if name in FUNCTIONS:
        module, _, function = FUNCTIONS[name].partition(":")
        return getattr(import_module(f"viz_models.{module}"), function)
    if name[:1].isupper():
        records = import_module("viz_models.records")
        if hasattr(records, name):
            return getattr(records, name)
    raise AttributeError(f"module 'viz_models' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *FUNCTIONS]
