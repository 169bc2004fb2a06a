"""The `ledger` instrument: a card of numbers. It prints and explains; it takes no choice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from viz_models.digits import digits
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.ui.instruments.mounting import mounted


def ledger(
    lines: Sequence[Line],
    *,
    key: str,
    title: str = "",
    note: str = "",
    badge: str = "",
    terms: Mapping[str, str] | None = None,
    height: int | None = None,
) -> None:
    """Print lines of a card: label on the left, number on the right.

    Args:
        lines: Rows from top to bottom. The text may come from users: it is never read as markup.
        key: Streamlit key.
        title: Heading of the card.
        note: Muted, beside the title.
        badge: Where the numbers come from: "measured now · cpu · seed 3".
        terms: Glossary; a line's `term` found here is explained on hover, focus and tap.
        height: Least height in px at normal type size, so that cards do not jump.
    """
    card = card_of(lines, terms or {})
    card |= {"title": _(title), "note": note, "badge": badge, "height": height}
    mounted("ledger")(key=key, data=card)


def beside_torch(theirs: float, difference: float, *, agrees: bool) -> Line:
    """Return the line that says what torch computed, and how far what stands above is from it.

    Args:
        theirs: Torch's value.
        difference: Of the two, without sign.
        agrees: Whether that is within what floating point allows.
    """
    value = digits(theirs, 6)
    if not agrees:
        off = _("differs from torch by {difference}").format(difference=digits(difference, 2))
        return Line(label=off, value=value, role="warning")
    how = _(", bit for bit") if difference == 0 else f" to {digits(difference, 1)}"
    return Line(
        label=_("equals torch{how}").format(how=how), value=value, role="checked", term="tolerance"
    )


def card_of(lines: Sequence[Line], terms: Mapping[str, str]) -> dict[str, Any]:
    """Return the lines as JSON, each with its explanation in place of the term's name."""
    rows = [asdict(line) for line in lines]
    for row in rows:
        row["label"] = _(row["label"])
        row["explanation"] = terms.get(row.pop("term"), "")
    return {"rows": rows}
