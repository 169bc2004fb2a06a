"""The `sheet` instrument: a table whose cells have a second, muted line. It only prints."""

from collections.abc import Sequence

from viz_models.ui.instruments.mounting import mounted

Cell = tuple[str, str]  # text, and what stands muted below it


def sheet(
    head: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    *,
    key: str,
    title: str = "",
    note: str = "",
    badge: str = "",
) -> None:
    """Print a table; where it is too wide it scrolls by itself, not the page.

    Args:
        head: Name of each column but the first.
        rows: Name and cells. No text is ever read as markup.
        key: Streamlit key.
        title: Heading of the card.
        note: Muted, below the table.
        badge: Where the numbers come from.

    Raises:
        ValueError: If a row has another number of cells than the head.
    """
    if wrong := [name for name, cells in rows if len(cells) != len(head)]:
        raise ValueError(f"{len(head)} cells are needed in the row {wrong[0]!r}")
    data = {"head": list(head), "rows": [[name, [list(c) for c in cells]] for name, cells in rows]}
    mounted("sheet")(key=key, data=data | {"title": title, "note": note, "badge": badge})
