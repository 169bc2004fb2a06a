from viz_models.records.train.experiments import Evaluation
from viz_models.ui.panels.train.classes import rows_by_class


def table(*, absent):
    """Three classes: the second has no example, the third was never guessed."""
    return Evaluation(
        loss=0.3,
        accuracy=0.5,
        confusion=((8, 2, 0), (0, 0, 0), (4, 0, 0)),
        precision=(8 / 12, absent, None),
        recall=(0.8, absent, 0.0),
        f1=(0.727, absent, 0.0),
    )


def test_a_class_without_example_has_no_percent():
    for absent in (None, 0.0):  # 0.0 in runs that were kept by an older version
        rows = rows_by_class(table(absent=absent), ("cat", "dog", "emu"))
        assert [[text for text, _ in cells] for _, cells in rows] == [
            ["66.7 %", "80.0 %", "72.7 %", "10"],
            ["-", "-", "-", "0"],
            ["-", "0.0 %", "0.0 %", "4"],
        ]


def test_rows_have_the_names_of_the_classes():
    rows = rows_by_class(table(absent=None), ("cat", "dog", "emu"))
    assert [name for name, _ in rows] == ["cat", "dog", "emu"]
