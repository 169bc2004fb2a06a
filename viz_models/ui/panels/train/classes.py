"""Draw what a test of a run came to: its confusion matrix, each class, and the mistakes."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.language import gettext as _
from viz_models.records import DataSpec
from viz_models.records.train.experiments import Evaluation
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import words
from viz_models.ui.kit.look import is_dark, luts
from viz_models.ui.results.train import inside as inside_results

PICTURE = 64  # px
SUREST = 10  # mistakes


def draw_matrix(
    evaluation: Evaluation | None, names: Sequence[str], text: Mapping[str, str]
) -> tuple[int, int] | None:
    """Draw the confusion matrix; returns the chosen cell as (right class, guess)."""
    if evaluation is None:
        st.caption(text["Not tested yet"])
        return None
    confusion = np.array(evaluation.confusion, dtype=np.float32)
    few = len(names) <= 20
    group = Tiles(
        name=_("confusion"),
        title=_("Confusion, {accuracy} right").format(accuracy=percent(evaluation.accuracy)),
        note=_("rows: right class, columns: guess"),
        values=(confusion.astype(np.uint8) if confusion.max() < 256 else confusion)[None],
        pick="cell",
        size=300,
        row_labels=tuple(names) if few else (),
        column_labels=tuple(names) if few else (),
        axes=(_("right class"), _("guess")),
        show_values=few,
        bar=False,
    )
    worst = _most_confused(confusion)
    cell = tiles(
        [group],
        key="confusion",
        luts=luts(is_dark()),
        param="confused",
        start=None if worst is None else (0, *worst),
    )
    if worst is not None:
        share = confusion[worst] / max(1.0, confusion[worst[0]].sum())
        right, guess = (words.plain(names[i]) for i in worst)
        st.caption(
            _("Worst: **{right}** read as **{guess}**, {share} of them").format(
                right=right, guess=guess, share=percent(float(share))
            )
        )
    inside = cell and max(cell) < len(confusion)
    return (cell[1], cell[2]) if cell and inside else worst


def _most_confused(confusion: np.ndarray) -> tuple[int, int] | None:
    """Return the cell off the diagonal with the largest share of its row."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    if not shares.any():
        return None
    target, guess = np.unravel_index(shares.argmax(), shares.shape)
    return int(target), int(guess)


def draw_classes(evaluation: Evaluation, names: Sequence[str]) -> None:
    """Draw precision, recall and F1 of each class."""
    sheet(
        (_("precision"), _("recall"), "F1", _("examples")),
        rows_by_class(evaluation, names),
        key="by_class",
        title=_("Class by class"),
        note=_(
            "Precision: the share of the guesses that is right. Recall: the share of the "
            "examples that is found."
        ),
    )


def rows_by_class(
    evaluation: Evaluation, names: Sequence[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return a row for each class; "-" stands where nothing can be measured.

    Runs that were kept before say 0 for a class without example, so its examples are counted.
    """
    rows = zip(evaluation.precision, evaluation.recall, evaluation.f1, strict=True)
    counts = [sum(row) for row in evaluation.confusion]
    found = []
    for name, row, count in zip(names, rows, counts, strict=True):
        said = ["-" if v is None or not count else percent(v) for v in row]
        found.append((name, [(text, "") for text in (*said, str(count))]))
    return found


def draw_pictures(
    data: DataSpec, evaluation: Evaluation, names: Sequence[str], cell: tuple[int, int] | None
) -> None:
    """Draw the examples of the chosen cell, then the mistakes that the network was surest of."""
    if cell is not None:
        target, guess = cell
        count = evaluation.confusion[target][guess]
        if target == guess:
            found = inside_results.right_ones(data, evaluation, target)
            shown = dict.fromkeys(found or (), "")
        else:
            kept = inside_results.of_cell(evaluation, target, guess)
            shown = {w.index: percent(w.probability) for w in kept}
        pair = words.plain(
            _("{names} read as {names_2}").format(names=names[target], names_2=names[guess])
        )
        st.markdown(
            _("**{pair}**: {count} of the test set, {count_2} shown").format(
                pair=pair, count=count, count_2=len(shown)
            )
        )
        _draw_row(data, shown, "of_cell")
    st.markdown(_("**Surest mistakes**: right class → guess, and how sure"))
    worst = {
        w.index: f"{names[w.target]} → {names[w.guess]}, {100 * w.probability:.0f} %"
        for w in evaluation.worst[:SUREST]
    }
    _draw_row(data, worst, "surest")


def _draw_row(data: DataSpec, shown: Mapping[int, str], key: str) -> None:
    if not shown:
        return
    try:
        images = inside_results.pictures(data, list(shown))
    except (ValueError, OSError) as error:
        st.caption(str(error))
        return
    groups = [
        Tiles(name=f"test_{i}", title=said, values=image, scheme="photo", size=PICTURE)
        for image, (i, said) in zip(images, shown.items(), strict=True)
    ]
    tiles(groups, key=key, luts={}, param=f"{key}_pixel")
