"""The script that people take away: one file of plain torch that says the page's numbers."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Template

import torch

from viz_models.analysis.flow.arithmetic.question import checked_cell
from viz_models.analysis.flow.merges import paths
from viz_models.analysis.flow.steps import steps_of
from viz_models.images.decode import MAX_PIXELS
from viz_models.images.samples import SAMPLES
from viz_models.models import registry, zoo
from viz_models.recordings import shipped
from viz_models.records import CIFAR10_CLASSES, Cell, ImageRef, ModelRef, Step, TraceSpec

_AXES = {3: "map, row, column", 1: "index"}


def flow_script(spec: TraceSpec, step: str, cell: Cell, photo_path: str | None) -> str:
    """Return a Python script without this project's imports that prints the page's numbers.

    It prints the table of all steps, the five most probable classes, and one value with its
    recomputation, each to six significant digits.

    Args:
        spec: Which photo and which network.
        step: The step whose value is recomputed.
        cell: Which value of that step.
        photo_path: Where an uploaded photo lies; None lets the reader name it when running the
            script. Sample photos are read from the packages that ship them.

    Raises:
        ValueError: If there is no such network, sample, step or cell.
    """
    steps = steps_of(spec.model)
    chosen = next((s for s in steps if s.name == step), None)
    if chosen is None:
        raise ValueError(f"unknown step {step!r}; choose one of {spec.model.name}'s steps")
    cell = checked_cell(cell, chosen.output_shape, step)
    card = registry.card(spec.model)
    return Template(_text("script_template.py.txt")).substitute(
        _photo(spec.image, photo_path),
        model=spec.model.name,
        side=spec.model.side,
        resize=card.resize,
        interpolation=card.interpolation,
        **_network(spec.model),
        version=torch.__version__,
        step=_quoted(step),
        cell=cell,
        axes=_AXES.get(len(cell), "index"),
        mean=card.mean,
        std=card.std,
        last=steps[-1].name,
        value=_value(chosen),
        merge=_merge(chosen, steps) if chosen.op == "add" else "",
    )


def _network(ref: ModelRef) -> dict[str, str]:
    """Return what the script says where the network and its weights are concerned."""
    every = f'models.get_model_weights("{ref.name}").DEFAULT.meta["categories"]'
    if ref.weights == "demo":
        build = (
            "from safetensors.torch import load_file  # the page offers the file: save it here\n\n"
            f"model = models.{ref.name}(num_classes={len(CIFAR10_CLASSES)})\n"
            f'model.load_state_dict(load_file("{shipped.DEMO}.safetensors"))'
        )
        return {
            "weights": "the demo weights",
            "build": build,
            "labels": repr(list(CIFAR10_CLASSES)),
        }
    if ref.weights == "imagenet":
        build = f'model = models.{ref.name}(weights="{zoo.api(ref.name).name}")'
        return {"weights": "torchvision's weights", "build": build, "labels": every}
    build = f"torch.manual_seed({ref.seed})\nmodel = models.{ref.name}(weights=None)"
    said = f"random weights (seed {ref.seed})"
    return {"weights": said, "build": build, "labels": every}


def _photo(image: ImageRef, photo_path: str | None) -> dict[str, str]:
    """Return what the script says where the photo is concerned."""
    if image.kind == "upload":
        return {
            "needs": "torch, torchvision and Pillow, and your photo as its argument",
            "imports": "import sys\nfrom io import BytesIO\n\nimport numpy as np",
            "pil": "Image, ImageCms, ImageOps",
            "sha256": image.sha256,
            "photo": _section(
                "photo upload", path=_quoted(photo_path or "photo.jpg"), max_pixels=MAX_PIXELS
            ),
        }
    if image.name not in SAMPLES:
        raise ValueError(f"unknown sample {image.name!r}; choose from {', '.join(SAMPLES)}")
    sample = SAMPLES[image.name]
    package, _, file = sample.file.partition("/")
    shop = {"skimage": "scikit-image", "sklearn": "scikit-learn"}.get(package, package)
    title = "photo sample with a profile" if sample.profile else "photo sample"
    bytes_io = "from io import BytesIO\n" if sample.profile else ""
    return {
        "needs": f"torch, torchvision, Pillow, and {shop} for its photo",
        "imports": "from importlib.resources import files\n" + bytes_io,
        "pil": "Image, ImageCms" if sample.profile else "Image",
        "sha256": sample.sha256,
        "photo": _section(title, package=_quoted(package), file=_quoted(file)),
    }


def _value(step: Step) -> str:
    """Return the lines that recompute one value of the step."""
    title = step.op if step.op in _sections() else "other"
    first, second = (*map(_quoted, step.inputs), "", "")[:2]
    return _section(title, module=_quoted(step.module), first=first, second=second)


def _merge(step: Step, steps: Sequence[Step]) -> str:
    """Return the lines that measure how much a branch changes the stream."""
    ways = paths(steps, step.name)
    stream = "W x" if ways.stream else "x"
    return (
        "\n"
        + _section(
            "merge",
            branch=_quoted(ways.branch_end),
            stream=_quoted(ways.stream_end),
            norms=f"|F(x)| / |{stream}|",
        )
        + "\n"
    )


def _quoted(text: str) -> str:
    """Return a Python literal in plain ASCII, whatever a file is called."""
    literal = ascii(text)
    return f'"{text}"' if literal == f"'{text}'" and '"' not in text else literal


def _section(title: str, **blanks: object) -> str:
    return Template(_sections()[title]).substitute(blanks)


@cache
def _sections() -> dict[str, str]:
    parts = _text("script_sections.py.txt").split("\n## ")[1:]
    return {title: body.strip() for title, _, body in (p.partition("\n") for p in parts)}


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
