"""The `scrubber` instrument: a sentence at the foot of a page, walked word by word."""

from collections.abc import Callable, Sequence

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.ui.instruments.mounting import mounted
from viz_models.ui.kit import state


def position(labels: Sequence[str], param: str = "word", default: int = 0) -> int:
    """Which stop is chosen, from 0; the browser's choice, else what the address says.

    Args:
        labels: The stops there are now; a choice beyond the last one falls back.
        param: URL parameter that holds the choice.
        default: The stop that the page opens on.
    """
    fallback = min(default, len(labels) - 1)
    valid = {str(i) for i in range(len(labels))}
    return int(state.choice(param, str(fallback), valid.__contains__))


def scrubber(
    labels: Sequence[str],
    *,
    key: str,
    lead: str = "",
    said: Sequence[str] = (),
    label: str = N_("Words"),
    param: str = "word",
    default: int = 0,
    at: int | None = None,
    everywhere: bool = True,
    on_change: Callable[[], None] | None = None,
) -> None:
    """Mount the line of stops; `position` says which is chosen.

    Args:
        labels: A stop each. They may come from users: they are never read as markup.
        key: Streamlit key.
        lead: What stands before the line.
        said: What stands behind it, for each stop.
        label: What a screen reader calls the line.
        param: URL parameter that holds the choice.
        default: The stop that the address leaves out.
        at: The stop to show, for a choice that something else on the page can move too.
        everywhere: Arrow keys work on the whole page, not only while the line has the focus.
        on_change: Called after the choice was kept, before the rerun that it causes.

    Raises:
        ValueError: If there is no stop, or `said` does not say something for each.
    """
    if not labels:
        raise ValueError("a scrubber needs at least one stop")
    if said and len(said) != len(labels):
        raise ValueError(f"{len(labels)} stops need as many readings, got {len(said)}")
    keep = state.listen(key, "at", param)

    def changed() -> None:
        keep()
        if on_change:
            on_change()

    token = "\n".join(labels)
    held = int(state.held(param, token, str(position(labels, param, default))))
    start = held if at is None else at
    data = {
        "labels": list(labels),
        "said": list(said),
        "lead": lead,
        "label": _(label),
        "param": param,
        "default": default,
        "start": start,
        "everywhere": everywhere,
        "words": token,
        "token": f"{token}\n{start}",
    }
    mounted("scrubber")(key=key, data=data, params=(param,), on_at_change=changed)
