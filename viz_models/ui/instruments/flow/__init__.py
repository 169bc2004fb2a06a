"""The flow instrument: a network as boxes to scale, its maps painted on their faces.

`diagram` prepares everything that is the same for every choice (cache it); `flow` mounts it.
What is drawn follows from the steps alone: which boxes there are, how large they are, and
where a skip leaves the straight line and comes back.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from viz_models.digits import shape
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import Step
from viz_models.ui.instruments.mounting import mounted, pack

Picture = tuple[dict[str, Any], list[np.ndarray]]  # header, arrays

AROUND = (N_("skip"), N_("skip through other layers"))
MANY = 36  # groups that still stand side by side
_PLAIN_NAMES = {
    "layer_norm": N_("ln"),
    "mul": N_("multiply"),
    "batch_norm": N_("bn"),
    "adaptive_avg_pool2d": N_("avg pool"),
    "linear": N_("fc"),
}
_WINDOWED = {
    "conv2d": N_("conv"),
    "max_pool2d": N_("max pool"),
    "avg_pool2d": N_("avg pool"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """What is painted on the box of one step."""

    pixels: np.ndarray  # uint8: (h, w) index into the lookup table, or (h, w, 3) photo
    scheme: Literal["sequential", "diverging", "photo"]


@dataclass(frozen=True, slots=True)
class Tint:
    """A number per step that colors the pale sides of the boxes; a folded group sums."""

    label: str  # "multiply-adds"
    unit: str  # "B", "ms"; "" when the label says it all
    values: Mapping[str, float]  # per step name, >= 0


def diagram(
    steps: Sequence[Step],
    faces: Mapping[str, Face],
    luts: Mapping[str, np.ndarray],
    labels: Mapping[str, str],
    tint: Tint | None = None,
    unsaid: Collection[str] = (),
    around: tuple[str, str] = AROUND,
) -> Picture:
    """Header and arrays of a network's picture.

    Args:
        steps: all steps, each after the steps it reads.
        faces: per step name; a step without one has a blank face. All of them travel to the
            browser, so a photo is best sent at the size it is shown (about 200 pixels).
        luts: (256, 3) uint8 per scheme, "sequential" always among them.
        labels: what to call a group, such as "block 2.0"; its own name where missing.
        tint: what to color the sides by.
        unsaid: steps whose shape reads "?", while it is to be guessed.
        around: what the legend calls a line that leaves the straight one and comes back, and
            one that has steps of its own.

    Raises:
        ValueError: for a face that is not uint8 or has no lookup table.
    """
    groups = _groups(steps, labels)
    header: dict[str, Any] = {
        "steps": [_step(step, tint, step.name in unsaid) for step in steps],
        "groups": groups,
        "stages": _stages(groups, labels),
        "luts": {scheme: i for i, scheme in enumerate(luts)},
        "around": [_(text) for text in around],
    }
    arrays = [np.asarray(lut, dtype=np.uint8) for lut in luts.values()]
    for entry in header["steps"]:
        if face := faces.get(entry["name"]):
            _check(entry["name"], face, luts)
            entry |= {"face": len(arrays), "scheme": face.scheme}
            upright = len(entry["shape"]) == 1 and face.scheme != "photo"  # a vector stands
            arrays.append(face.pixels.reshape(-1, 1) if upright else face.pixels)
    mains, header["skips"] = _paths(steps)
    for entry, main in zip(header["steps"], mains, strict=True):
        entry["after"] = main
    header["tint"] = _tint(header, tint) if tint else None
    return header, arrays


def flow(
    picture: Picture,
    *,
    key: str,
    start: str,
    default: str,
    param: str = "step",
    height: int = 330,
    even: tuple[int, int] | None = None,
    beside: Picture | None = None,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Mount the diagram and return the name of the chosen step.

    The browser owns the choice. `start` is what it opens on and must stay the same while the
    reader walks; give another one to send every reader of this key there.

    Args:
        picture: what `diagram` made.
        key: of the instrument in the session.
        start: name of the step to open on.
        default: name of the step that needs no URL parameter.
        param: URL parameter that holds the choice.
        height: of the whole instrument in pixels at a root font of 14 pixels; grows with it.
        even: room left of the second box's middle and right of the last but one's, in pixels at
            that root font. What lies between is spread evenly and stays folded, so that a chart
            can share the axis.
        beside: another network's picture that stands above or below: both are drawn to one scale.
        on_change: called before the rerun that a new choice causes.

    Raises:
        ValueError: if `start` or `default` is not a step of the picture.
    """
    header, arrays = picture
    names = {step["name"] for step in header["steps"]}
    for name in (start, default):
        if name not in names:
            raise ValueError(f"there is no step {name!r}; choose one of the network's steps")
    choice = {"start": start, "default": default, "param": param, "height": height}
    choice |= {"even": even, "beside": beside and beside[0]}
    result = mounted("flow")(
        key=key,
        data=pack({**header, **choice}, arrays),
        default={"step": start},
        params=(param,),
        on_step_change=on_change or (lambda: None),
    )
    chosen = result.step  # comes from a browser: anything is possible
    return chosen if isinstance(chosen, str) and chosen in names else start


def _step(step: Step, tint: Tint | None, unsaid: bool) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.op,
        "label": _label(step),
        "shape": list(step.output_shape),
        "said": "?" if unsaid else shape(step.output_shape),
        "tint": float(tint.values.get(step.name, 0.0)) if tint else None,
    }


def _label(step: Step) -> str:
    """Return the operation in a few characters: "conv 3×3 /2" as in the ResNet paper."""
    if step.op in ("other", "pointwise", "rearrange"):
        return step.name.rsplit(".", 1)[-1]
    name = _WINDOWED.get(step.op)
    if name is None or step.kernel_size is None:
        return _(_PLAIN_NAMES.get(step.op, name or step.op))
    stride = max(step.stride or (1, 1))
    size = "×".join(str(k) for k in step.kernel_size)
    return f"{_(name)} {size}" + (f" /{stride}" if stride > 1 else "")


def _groups(steps: Sequence[Step], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    members: dict[str, list[int]] = {}
    for i, step in enumerate(steps):
        members.setdefault(step.group, []).append(i)
    return [
        {"name": name, "label": labels.get(name, name), "steps": indices}
        for name, indices in members.items()
    ]


def _stages(groups: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Neighbors of one parent as one box, where there are too many groups to see them all."""
    parents = {_parent(group["name"]) for group in groups}
    stages: list[dict[str, Any]] = []
    for i, group in enumerate(groups):
        name = group["name"] if group["name"] in parents else _parent(group["name"])
        same = stages and name and stages[-1]["name"] == f"{name}.*"
        if same and len(groups) > MANY:
            stages[-1]["groups"].append(i)
            stages[-1]["steps"] += group["steps"]
        else:
            label = labels.get(name, name)
            steps = list(group["steps"])
            stages.append({"name": f"{name}.*", "label": label, "groups": [i], "steps": steps})
    return stages


def _parent(group: str) -> str:
    return group.rpartition(".")[0]


def _paths(steps: Sequence[Step]) -> tuple[list[int | None], list[dict[str, Any]]]:
    """Where each step's main input comes from, and the skips beside that line.

    Where several paths meet, the longest one is the branch and the others are skips. A skip
    leaves after the step `from`, arrives at `to`, and passes `via` on the way: nothing for an
    identity, the 1x1 convolution and its norm for a projection.
    """
    index = {step.name: i for i, step in enumerate(steps)}
    mains: list[int | None] = []
    skips: list[dict[str, Any]] = []
    for i, step in enumerate(steps):
        paths = [_back(mains, index[name]) for name in step.inputs]
        branch = max(paths, key=len, default=[])
        mains.append(branch[0] if branch else None)
        reached = set(branch)
        for path in paths:
            if path is not branch:
                common = next((k for k, at in enumerate(path) if at in reached), None)
                if common is None:  # a learned token comes from nowhere
                    continue
                via = path[:common][::-1]
                skips.append({"from": path[common], "to": i, "via": via})
    return mains, skips


def _back(mains: Sequence[int | None], start: int) -> list[int]:
    """Return the way from a step back to the input, along main inputs."""
    path = [start]
    while (at := mains[path[-1]]) is not None:
        path.append(at)
    return path


def _tint(header: Mapping[str, Any], tint: Tint) -> dict[str, Any]:
    """One scale for boxes and folded groups, so that opening a group changes no color."""
    sums = [sum(header["steps"][i]["tint"] for i in g["steps"]) for g in header["groups"]]
    return {"label": tint.label, "unit": tint.unit, "max": max(sums, default=0.0)}


def _check(name: str, face: Face, luts: Mapping[str, np.ndarray]) -> None:
    if face.pixels.dtype != np.uint8:
        raise ValueError(f"the face of {name} is {face.pixels.dtype}; make it uint8")
    wanted = 3 if face.scheme == "photo" else 2
    if face.pixels.ndim != wanted:
        raise ValueError(
            f"the face of {name} has {face.pixels.ndim} axes; {face.scheme} needs {wanted}"
        )
    if face.scheme != "photo" and face.scheme not in luts:
        raise ValueError(f"the face of {name} needs a lookup table for {face.scheme!r}")
