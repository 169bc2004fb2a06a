"""A scene that the reader makes: digits that are typed, and places that the mouse gives them."""

from collections.abc import Callable
from dataclasses import replace

from viz_models.language import gettext as _
from viz_models.records.vision.detector import Box
from viz_models.records.vision.scene import (
    LARGEST_DIGIT,
    SCENE_SIDE,
    SMALLEST_DIGIT,
    Place,
    SceneSpec,
)
from viz_models.ui.kit import state
from viz_models.ui.results.vision import detector as results


def with_digits(spec: SceneSpec, typed: str, most: int) -> tuple[SceneSpec, str]:
    """Return the scene with the digits typed and moved, and why it is not what was typed.

    Args:
        spec: What counts where nothing was typed.
        typed: Such as "37", "3, 7" or "".
        most: How many digits the scene may have.
    """
    wanted = typed.replace(",", "").replace(" ", "")
    if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) <= most):
        return spec, _("“{typed}” is not 1 to {most} digits; type for example 37").format(
            typed=typed, most=most
        )
    if wanted:
        spec = replace(spec, count=None, digits=tuple(map(int, wanted)))
    places = results.scene(spec).places
    own = tuple(moved(f"place{i}") or place for i, place in enumerate(places))
    return (spec if own == places else replace(spec, places=own)), ""


def moved(param: str) -> Place | None:
    """Return where a digit was moved to; the longer side of the frame counts."""
    box = edges(state.choice(param, "", lambda t: edges(t) is not None))
    if box is None:
        return None
    longest = max(box[2] - box[0], box[3] - box[1])
    size = round(min(max(longest, SMALLEST_DIGIT), LARGEST_DIGIT))
    left, top = (round(min(max(edge, 0), SCENE_SIDE - size)) for edge in box[:2])
    return Place(left=left, top=top, size=size)


def edges(text: str) -> Box | None:
    """Return the four numbers of "left,top,right,bottom"; None if there are others."""
    parts = text.split(",")
    try:
        left, top, right, bottom = (round(float(p), 1) for p in parts)
    except (ValueError, OverflowError):
        return None
    return (left, top, right, bottom) if max(map(abs, (left, top, right, bottom))) < 1e4 else None


def listen(*pairs: tuple[str, str, str]) -> Callable[[], None]:
    """Return a callback that keeps several fields: (instrument, field, parameter)."""
    each = [state.listen(*pair) for pair in pairs]

    def keep() -> None:
        for one in each:
            one()

    return keep
