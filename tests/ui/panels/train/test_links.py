"""Links into the Train chapter: a lesson's run opens on its page with what it was asked for."""

from types import SimpleNamespace

import pytest

from viz_models.records import RunSpec
from viz_models.records.train.freezing import FreezeSpec
from viz_models.records.train.gan import GanSpec
from viz_models.records.train.regularization import RegularizeSpec
from viz_models.ui.panels.train import links
from viz_models.ui.results.train import train


def of(run):
    return SimpleNamespace(spec=SimpleNamespace(arms=(SimpleNamespace(run=run),)))


@pytest.mark.parametrize(
    ("lesson", "page", "choices"),
    [
        (
            GanSpec(data="moons", optimizer="sgd", loss="saturating", discriminator_steps=5),
            "gan",
            {"data": "moons", "opt": "SGD", "loss": "log(1 − D)", "k": "5"},
        ),
        (
            RegularizeSpec(method="dropout", strength=0.2),
            "regularization",
            {"how": "dropout", "dropout": "0.2"},
        ),
        (FreezeSpec(way="last", examples=200), "freezing", {"train": "last", "n": "200"}),
    ],
)
def test_the_link_chooses_what_the_run_was_asked_for(lesson, page, choices):
    assert links.place(of(RunSpec(lesson=lesson))) == (page, choices)


def test_a_run_of_no_lesson_has_no_such_link():
    with pytest.raises(ValueError, match="belong to no lesson"):
        links.place(of(RunSpec()))


def test_a_lesson_s_training_starts_on_its_page_alone():
    with pytest.raises(ValueError, match="starts on the page of its lesson"):
        train.read('{"lesson": {"page": "gan"}}')
