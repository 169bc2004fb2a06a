"""A run as one file of plain PyTorch, for people to take away."""

import ast
import sys
import textwrap

import torch

from viz_models.analysis import export
from viz_models.models import zoo
from viz_models.models.digits_net import norm_layer
from viz_models.records import BuildSpec, DigitsNetSpec, ModelSpec, RunSpec
from viz_models.training import script_faults, script_growth
from viz_models.training.carried import Carried
from viz_models.training.data import augment, folders, idx, torchvision_sets
from viz_models.training.data import sets as data
from viz_models.training.data.resident import TEST_BATCH
from viz_models.training.data.torchvision_sets import TORCHVISION_SETS
from viz_models.training.lessons import lessons
from viz_models.training.lessons import script as lesson_script
from viz_models.training.loop import (
    checks,
    faults,
    growing,
    loop,
    networks,
    optimizers,
    placement,
    speed,
)
from viz_models.training.loop.budget import pace
from viz_models.training.loop.placement import Ran
from viz_models.training.script_sections import section, sections

LINES = 20  # that the script prints of a run
IMPORTS = (
    ("math.", "import math"),
    ("time.", "import time"),
    ("OrderedDict(", "from collections import OrderedDict"),
    ("np.", "import numpy as np"),
    ("torch.", "import torch"),
    ("torchvision.", "import torchvision"),
    ("load_digits(", "from sklearn.datasets import load_digits"),
    ("make_moons(", "from sklearn.datasets import make_moons"),
    ("make_circles(", "from sklearn.datasets import make_circles"),
    ("nn.", "from torch import nn"),
    ("Tensor", "from torch import Tensor"),
    ("functional.", "from torch.nn import functional"),
)


def source(spec: RunSpec, threads: int = 1, ran: str = "") -> str:
    """Return a script without this project's imports that makes the same run, to the last digit.

    It prints the losses and the test accuracy, and keeps the weights; where the budget is in
    seconds, it ends when they are over, as the run did.

    Args:
        spec: One that `checks.check` has nothing to say about.
        threads: That the run uses, where `ran` does not say it.
        ran: What the run said of the place where it computed; empty before it has begun.

    Raises:
        ValueError: If it cannot be run.
    """
    checks.check(spec)
    if spec.lesson:
        return lesson_script.source(lessons.of(spec))
    carried = _carried(spec)
    parts = [
        *_network(spec.model),
        *script_growth.definitions(spec, _network),
        *carried.parts(),
        *_examples(spec),
        _main(spec, placement.ran(ran) or _planned(spec, threads)),
    ]
    code = "\n\n\n".join(parts)
    return f"{_head(spec)}\n\n{_imports(code, carried.imports)}\n\n\n{code}\n"


def _planned(spec: RunSpec, threads: int) -> Ran:
    """Where and how the run would compute on this machine."""
    quick = speed.fastest(placement.device_of(spec))
    size = data.facts(spec.data).size
    place = placement.plan(spec, networks.skeleton(spec.model), size, quick)
    precision = placement.name_of(place.precision)
    return Ran(device=str(place.device), threads=threads, precision=precision)


def _head(spec: RunSpec) -> str:
    needs = "torch, torchvision and scikit-learn"
    return (
        f'"""A training run in plain PyTorch: {spec.budget.amount:g} {spec.budget.unit} of '
        f"{spec.data.name}.\n\nNeeds {needs}. Written for torch {torch.__version__}; another "
        'version, device or\nnumber of threads adds in another order.\n"""'
    )


def _imports(code: str, carried: set[str]) -> str:
    needed = carried | {line for used, line in IMPORTS if used in code}
    standard = {line for line in needed if line.split()[1].split(".")[0] in sys.stdlib_module_names}
    return "\n\n".join(
        "\n".join(sorted(some, key=_place)) for some in (standard, needed - standard)
    )


def _place(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _network(model: ModelSpec) -> list[str]:
    if isinstance(model, BuildSpec):
        return _definitions(export.source(model))
    if isinstance(model, DigitsNetSpec):
        layer = repr(norm_layer(model.norm, 4 * 999)).split("(")[0]
        made = {
            "Identity": "nn.Identity()",
            "BatchNorm2d": "nn.BatchNorm2d(width)",
            "GroupNorm": f"nn.GroupNorm({1 if model.norm == 'layer' else 4}, width)",
        }
        norm = "no norm" if model.norm == "none" else f"{model.norm} norm"
        return [section("digits_net", norm=norm, widths=model.widths, layer=made[layer])]
    options = zoo.options(model)
    written = ", ".join(f"{key}={value!r}" for key, value in options.items())
    return [section("zoo", options=f"{model.name!r}, {written}")]


def _definitions(text: str) -> list[str]:
    """Return a Python file's constants, classes and functions, without imports and main."""
    lines, kept = text.splitlines(), []
    for node in ast.parse(text).body[1:]:
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.If):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
            kept.append("\n".join(lines[first - 1 : node.end_lineno]))
    return kept


def _examples(spec: RunSpec) -> list[str]:
    name = spec.data.name
    if name == "digits":
        return [section("digits")]
    if name in ("moons", "circles", "spirals"):
        return [section("points", places=sections()[name])]
    if name == "folder":
        size = data.facts(spec.data).size
        return [section("folder", size=size, folder=ascii(spec.data.folder))]
    found = TORCHVISION_SETS[name]
    if spec.data.folder:
        read = ", ".join(map(ascii, (spec.data.folder, found.facts.classes, found.within)))
        return [section("idx", called=found.title, read=read)]
    return [section("torchvision", called=found.title, name=found.source.__name__)]


def _carried(spec: RunSpec) -> Carried:
    """Functions that are the run's own, word for word, with all that they use."""
    asked, carried = spec.data, Carried()
    wanted = (
        (folders, "read", asked.name == "folder"),
        (idx, "read", asked.folder and asked.name != "folder"),
        (torchvision_sets, "scale", True),
        (data, "_resized", asked.size),
        (data, "noisy", asked.label_noise),
        (data, "permuted", asked.permute),
        (data, "order", spec.fault != "not_shuffled"),
        (faults, "by_class", spec.fault == "not_shuffled"),
        (faults, "as_bytes", spec.fault == "not_normalized" and asked.name in data.FLOATS),
        (optimizers, "half_cosine", spec.optimizer.schedule == "cosine"),
        (optimizers, "one_cycle", spec.optimizer.schedule == "one cycle"),
        (augment, "augmented", spec.augment),
        (growing, "begin_as_identity", spec.growth),
    )
    for module, name, used in wanted:
        if used:
            carried.add(module, name)
    return carried


def _main(spec: RunSpec, ran: Ran) -> str:
    facts = data.facts(spec.data)
    wide = placement.gains_by_channels_last(networks.skeleton(spec.model), facts.size)
    memory = "channels_last" if wide else "contiguous_format"
    steps = pace(spec, facts.train).steps
    seconds = spec.budget.amount
    return section(
        "train",
        threads=ran.threads,
        device=ran.device,
        changes=_changes(spec),
        channels=networks.channels(spec.model),
        augmented=f"augmented(x, {spec.augment})" if spec.augment else "x",
        memory=memory,
        seed=spec.seed,
        batch_size=spec.batch_size,
        optimizer=_optimizer(spec),
        going=f"step < {steps}" if steps else f"time.perf_counter() - begin < {seconds}",
        share=f"step / {steps}" if steps else f"(time.perf_counter() - begin) / {seconds}",
        rate=_rate(spec, steps),
        stride=loop.SEED_STRIDE,
        **_products(ran),
        clip=_clip(spec),
        every=max(1, steps // LINES) if steps else 100,
        test_batch=TEST_BATCH,
        not_grown="    grown = False\n" if spec.growth else "",
        grows=script_growth.lines(spec, _optimizer(spec), memory),
        **script_faults.lines(spec),
    )


def _products(ran: Ran) -> dict[str, object]:
    """Return the number format of products, and what float16 needs beside it."""
    dtype = placement.FORMATS[ran.precision]
    low = dtype != torch.float32
    filled: dict[str, object] = {"low": low, "dtype": dtype if low else torch.bfloat16}
    parts = ("scaler", "backward", "update")
    kind = "scaled" if dtype == torch.float16 else "plain"
    texts = {part: sections().get(f"{kind} {part}", "") for part in parts}
    texts["scaler"] += "\n" * bool(texts["scaler"])
    return filled | texts


def _changes(spec: RunSpec) -> str:
    asked, lines = spec.data, []
    facts = data.facts(asked)
    if asked.size and facts.size > 1 and asked.name != "folder":  # a folder is read in that size
        lines.append(f"train_x, test_x = (_resized(x, {asked.size}) for x in (train_x, test_x))")
    if asked.limit:
        lines.append(
            f"if len(train_x) > {asked.limit}:\n"
            f"    drawn = torch.Generator().manual_seed({asked.seed})\n"
            f"    kept = torch.randperm(len(train_x), generator=drawn)[:{asked.limit}]\n"
            "    train_x, train_y = train_x[kept], train_y[kept]"
        )
    if asked.label_noise:
        noise, classes = asked.label_noise, len(facts.classes)
        lines.append(f"train_y = noisy(train_y, {noise}, {classes}, seed={asked.seed})")
    if asked.permute:
        lines.append(
            f"train_x, test_x = (permuted(x, seed={asked.seed}) for x in (train_x, test_x))"
        )
    lines += script_faults.of_examples(spec, len(facts.classes))
    return textwrap.indent("\n".join(lines), "    ")


def _optimizer(spec: RunSpec) -> str:
    asked = spec.optimizer
    names = {"adagrad": "Adagrad", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    extra = ""
    if asked.name in ("momentum", "nesterov"):
        extra = f", momentum={asked.momentum}, nesterov={asked.name == 'nesterov'}"
    name = names.get(asked.name, "SGD")
    return f"{name}(weights, {asked.lr}, weight_decay={asked.weight_decay}{extra})"


def _rate(spec: RunSpec, steps: int) -> str:
    """Return the learning rate as an expression of the share that is spent."""
    asked = spec.optimizer
    after = f"(step + 1) / {steps}" if steps else "share"
    factors = {
        "constant": "1.0",
        "cosine": "half_cosine(1, 0, share)",
        "step": f"0.1 ** sum(share >= drop for drop in {optimizers.DROPS})",
        "one cycle": f"one_cycle(share, {after})",
    }
    warm = "1.0"
    if asked.warm_up:
        warm = f"min(1.0, {after} / {asked.warm_up})"
    return f"{asked.lr} * {warm} * {factors[asked.schedule]}"


def _clip(spec: RunSpec) -> str:
    largest = spec.optimizer.clip
    if not largest:
        return ""
    return f"        nn.utils.clip_grads_with_norm_(weights, {largest}, norm)\n"
