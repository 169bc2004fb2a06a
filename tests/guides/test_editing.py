"""A lesson grows by the views that a teacher adds, and its steps can be put in another order."""

from viz_models.guides import editing, reading

PAGES = ("flow", "build", "home")
URL = "/school/flow?step=conv1&lesson=skips.3&present=true&sort=by+mean%28x%29"


def test_a_view_begins_a_lesson_that_can_be_read():
    text = editing.added("", "What does\n a skip add? ## no", URL)
    guide = reading.read(text, "my", PAGES)
    (step,) = guide.steps
    assert step.title == "What does a skip add? ## no"
    assert (step.path, dict(step.params)) == ("flow", {"step": "conv1", "sort": "by mean(x)"})
    text = editing.added(text, "", "/build")
    assert [s.title for s in reading.read(text, "my", PAGES).steps] == [step.title, "A step"]


def test_the_home_page_is_a_view_too():
    assert editing.link_to("/") == "/home"
    assert editing.link_to("/?find=mask&lesson=") == "/home?find=mask"


def test_a_question_is_added_to_the_last_step():
    text = editing.added("", "One", "/flow") + editing.QUESTION
    (step,) = reading.read(text, "my", PAGES).steps
    assert [choice.right for choice in step.choices] == [True, False]
    assert step.answer


def test_a_step_changes_places_with_the_one_before_it():
    text = ""
    for title in ("One", "Two", "Three"):
        text = editing.added(text, title, "/flow")
    moved = editing.moved_up(text, 3)
    assert [s.title for s in reading.read(moved, "my", PAGES).steps] == ["One", "Three", "Two"]
    assert editing.moved_up(moved, 3).split() == text.split()
    for number in (1, 0, -1, 4):
        assert editing.moved_up(text, number) == text
