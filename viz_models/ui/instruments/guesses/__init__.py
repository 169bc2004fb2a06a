"""The `guesses` instrument: words as columns, and what a network guesses for each of them.

A click on a word spoils it. The browser owns which words are spoiled: it paints them, writes them
to the address bar and then tells Python, which asks the network again.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from viz_models.ui.instruments.mounting import mounted


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One token. Its texts may come from users: they are never read as markup."""

    shown: str  # what the network reads
    typed: str = ""  # what stood there, if something else does now
    deed: str = ""  # "m", "r" or "k" if it was chosen: [MASK], a random word, kept
    can: bool = True  # whether a click spoils it
    said: str = ""  # below the word: the probability of what stands there
    share: float | None = None  # the same as a number, for its bar
    low: bool = False  # whether that is so low that it is a warning
    guesses: Sequence[tuple[str, float, bool]] = ()  # word, probability, whether it is the true one


def guesses(
    columns: Sequence[Column],
    *,
    key: str,
    spoiled: str,
    default: str,
    on_change: Callable[[], None],
    sentences: tuple[str, str] = ("A", "B"),
    second: int = 0,
) -> None:
    """Mount the columns.

    Args:
        columns: From left to right.
        key: Streamlit key.
        spoiled: Places and deeds as the address holds them, "3m.5r"; "none" for no place.
        default: What the address leaves out.
        on_change: Called after a click; the state's field is `spoil`.
        sentences: Names of the two sentences.
        second: Column at which the second sentence begins.
    """
    mounted("guesses")(
        key=key,
        data={
            "columns": [asdict(column) for column in columns],
            "spoiled": spoiled,
            "default": default,
            "names": list(sentences),
            "second": second,
        },
        params=("spoil",),
        on_spoil_change=on_change,
    )
