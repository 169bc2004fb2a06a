"""The `ballot` instrument: a question's choices to press, and how many chose each, as bars.

The browser paints what was pressed at once, and then tells Python.
"""

from collections.abc import Callable, Mapping, Sequence

from viz_models.ui.instruments.mounting import mounted


def ballot(
    choices: Sequence[str],
    *,
    key: str,
    counts: Mapping[str, int] | None = None,
    chosen: str | None = None,
    right: str = "",
    large: bool = False,
    refused: int = 0,
    on_choose: Callable[[], None] | None = None,
) -> None:
    """Mount the choices, one below the other, each with a letter.

    Args:
        choices: Their texts; they come from users and are never read as markup.
        key: Streamlit key; another question needs another one.
        counts: Place of a choice -> votes; None shows none.
        chosen: What whoever looks has voted for.
        right: Place of the right choice; "" marks none.
        large: For the last row of a room.
        refused: How many votes did not count; when it grows, the browser takes its paint back.
        on_choose: Called after a press, with "place:refused" as the state's field `choice`; None
            lets nobody press.
    """
    mounted("ballot")(
        key=key,
        data={
            "choices": list(choices),
            "counts": [(counts or {}).get(str(i), 0) for i in range(len(choices))],
            "shows": counts is not None,
            "chosen": chosen,
            "right": right,
            "large": large,
            "refused": refused,
            "open": on_choose is not None,
        },
        on_choice_change=on_choose or _nothing,
    )


def _nothing() -> None:
    """Nobody can press."""
