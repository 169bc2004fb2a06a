"""Guided lessons: each step's link opens its view, and each number of a lesson is true.

A number of a question or an answer must be one that the page shows at the step's link. Where it
is shown elsewhere, ELSEWHERE names the link; what no page shows is computed in COMPUTED.
"""

import json
import re
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import ROOT
from tests.guides.computed import COMPUTED
from viz_models.guides import shelf
from viz_models.training.cards.cards import CARDS
from viz_models.ui.guides import question
from viz_models.ui.kit import state
from viz_models.ui.panels.train.view import PREDICTED

SITE = (ROOT / "pages/site.py").read_text(encoding="utf-8")
FILES = {path: file for file, path in re.findall(r'\("([\w/]+\.py)", "([\w-]+)"\)', SITE)}
STEPS = {step.id: step for guide in shelf.shipped().values() for step in guide.steps}
NUMBER = re.compile(r"(?<![\w.,])[-−]?\d[\d,]*(?:\.\d+)?(?![\w,]*[A-Za-z_])(?!\.\d)")
SMALL = 12  # counting words: a whole number up to this one is not looked up
ELSEWHERE = {  # step -> further links whose pages show its numbers
    "skips.7": ["/build?scale=1", "/build"],
    "skips.8": ["/flow"],
}

# The shape stands below every block of the diagram, which is there to be read.
TO_BE_READ = {"forward.5"}


def query_of(params):
    found = {}
    for name, value in params:
        found.setdefault(name, []).append(value)
    return {name: v if len(v) > 1 else v[0] for name, v in found.items()}


def visit(open_page, path, params, *, looks=True):
    at = open_page("pages/site.py")
    if looks:  # at the answers of the question cards
        at.session_state[PREDICTED] = dict.fromkeys(CARDS, "")
    for name, value in query_of(params).items():
        at.query_params[name] = value
    at = at.switch_page(FILES[path]).run()
    assert [e.value for e in at.exception] == []
    return at


def said(block):
    """All that a page says: texts, and what its instruments and charts are told."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from said(child)
            continue
        proto = getattr(child, "proto", None)
        yield str(getattr(child, "value", ""))
        for field in ("body", "json", "spec", "label"):
            yield str(getattr(proto, field, ""))
        yield packed(proto)


def packed(proto):
    """The JSON that an instrument is told as bytes: a whole chart, or what stands before pixels."""
    raw = getattr(proto, "bytes", b"")
    if not isinstance(raw, bytes):
        return ""
    told = raw if raw.startswith(b"{") else raw[4 : 4 + int.from_bytes(raw[:4], "little")]
    return told.decode("utf-8", "ignore")


def numbers(text):
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|\$[^$]*\$", " ", text.replace("\\u2212", "−"))
    return [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(text)]


def numbers_of(step):
    right = [choice.text for choice in step.choices if choice.right]
    found = numbers("\n".join([step.text, step.question, step.answer, *right]))
    found += [step.estimate.value] if step.estimate else []
    return {n for n in found if not (n.is_integer() and 0 <= n <= SMALL)}


def is_told(number, shown):
    """Whether a page shows it: whole numbers of few digits as they are, others rounded."""
    tolerance = 0 if number.is_integer() and abs(number) < 1000 else 0.02 * abs(number)
    return any(abs(number - one) <= tolerance for one in shown)


@pytest.mark.slow
@pytest.mark.parametrize("id_", STEPS)
def test_a_step_opens_its_view_and_its_numbers_are_there(open_page, monkeypatch, id_):
    step, understood, plain = STEPS[id_], {}, state.choice

    def choice(param, *args):
        understood[param] = plain(param, *args)
        return understood[param]

    monkeypatch.setattr(state, "choice", choice)
    at = visit(open_page, step.path, step.params)
    controls = at.session_state["forward_pass.bound"]
    for name, value in query_of(step.params).items():
        if name in controls:  # a widget drops from the URL what it cannot mean
            assert at.query_params.get(name) in (value, [value]), f"{name!r} fell back"
        else:
            assert understood[name] == value
    assert set(step.locked) <= controls
    keys = {name for name in step.hidden if any(i.endswith(f"-{name}") for i in ids(at.main))}
    assert set(step.hidden) <= controls | keys | {"answer"}

    shown = numbers(" ".join(said(at.main)))
    for link in ELSEWHERE.get(id_, ()):
        url = urlsplit(link)
        other = visit(open_page, url.path.strip("/"), parse_qsl(url.query))
        shown += numbers(" ".join(said(other.main)))
    shown += COMPUTED[id_]() if id_ in COMPUTED else []
    assert sorted(n for n in numbers_of(step) if not is_told(n, shown)) == []


def read_by_people(block, hidden):
    """Texts that a page shows as text: no coordinates of charts, and nothing that is hidden."""
    for child in block.children.values():
        id_ = str(getattr(getattr(child, "proto", None), "id", ""))
        if re.search(r"(locked_away|hidden_part)_|-(guide|page_tools)$", id_) or id_.endswith(
            hidden
        ):
            continue
        if hasattr(child, "children"):
            yield from read_by_people(child, hidden)
            continue
        proto = getattr(child, "proto", None)
        yield str(getattr(child, "value", ""))
        yield str(getattr(proto, "body", ""))
        for told in (getattr(proto, "json", ""), getattr(proto, "spec", ""), packed(proto)):
            with suppress(ValueError):
                yield from strings(json.loads(told or "null"))


def ids(block):
    """What Streamlit calls every part of a page that has a key; it ends with the key."""
    for child in block.children.values():
        yield str(getattr(getattr(child, "proto", None), "id", ""))
        if hasattr(child, "children"):
            yield from ids(child)


def strings(told):
    """Every text in JSON, but not its names."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, list | dict):
        for part in told if isinstance(told, list) else told.values():
            yield from strings(part)


@pytest.mark.slow
@pytest.mark.parametrize("id_", [id_ for id_ in STEPS if id_ not in TO_BE_READ])
def test_what_a_question_asks_for_is_not_on_the_page_yet(open_page, id_):
    step = STEPS[id_]
    at = visit(open_page, step.path, [*step.params, ("lesson", id_)], looks=False)
    hidden = tuple(f"-{key}" for key in step.hidden) or ("-nothing",)
    shown = numbers(" ".join(read_by_people(at.main, hidden)))
    right = [choice.text for choice in step.choices if choice.right]
    asked = {step.estimate.value} if step.estimate else set(numbers("\n".join(right)))
    asked -= set(numbers("\n".join([step.text, step.question])))
    asked = {n for n in asked if not (n.is_integer() and abs(n) <= SMALL)}
    assert sorted(n for n in asked if any(abs(n - one) <= 0.002 * abs(n) for one in shown)) == []


@pytest.mark.slow
def test_a_lock_holds_until_the_question_is_answered(open_page):
    step = STEPS["skips.6"]
    params = [*step.params, ("lesson", step.id)]
    at = visit(open_page, step.path, params)
    controls = {w.key: w for w in (*at.button_group, *at.select_slider)}
    assert {key for key, w in controls.items() if w.proto.disabled} == set(step.locked)
    assert "This line shows when" in at.caption[1].value
    at.button(f"choice_{step.id}_2").click().run()
    controls = {w.key: w for w in (*at.button_group, *at.select_slider)}
    assert not any(w.proto.disabled for w in controls.values())
    assert any("×19," in c.value for c in at.caption)
    assert any(step.answer == m.value for m in at.markdown)


@pytest.mark.slow
def test_what_was_chosen_before_does_not_shine_through(open_page):
    at = visit(open_page, "flow", [("step", "conv1"), ("tint", "memory")])
    at.query_params.clear()
    at.query_params["lesson"] = "forward.1"
    at.query_params["step"] = "input"
    at = at.run()
    assert at.title[0].value == "What does the network get to see?"
    assert at.selectbox("tint").value == "no tint"


@pytest.mark.slow
@pytest.mark.parametrize("said_", ["", "nothing", "skips.99", "skips.x", "skips..", "9.9", "\x00"])
def test_no_name_of_a_lesson_kills_a_page(open_page, said_):
    at = visit(open_page, "bleu", [("lesson", said_)])
    there = any("What a skip adds" in m.value for m in at.markdown)
    assert there == said_.startswith("skips")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("11,689,512", 11_689_512), ("11.7 M", 11.7e6), (" −0.5 ", -0.5), ("1e6", 1e6)),
        *(("50 %", 50), ("8192 weights", 8192), ("many", None), ("", None), ("9" * 400, None)),
    ],
)
def test_an_estimate_is_read_as_people_write_it(text, number):
    assert question.parsed(text) == number


def test_every_answer_that_is_offered_is_short():
    for step in STEPS.values():
        assert all(len(choice.text) <= 90 for choice in step.choices), step.id
        assert len(step.text) <= 800, f"{step.id}: a panel is narrow"


def test_lessons_take_as_long_as_they_say():
    for guide in shelf.shipped().values():
        assert 10 <= guide.minutes <= 20
        assert 6 <= len(guide.steps) <= 9
        assert sum(bool(step.question) for step in guide.steps) >= 5


@pytest.mark.slow
def test_a_lesson_of_ones_own_is_checked_ordered_and_begun_anew(open_page):
    at = open_page("pages/site.py").switch_page("home/my_lesson.py").run()
    assert any("Nothing here yet" in m.value for m in at.markdown)
    at.button("my_from_skips").click().run()
    assert any("9 steps, no mistakes" in m.value for m in at.markdown)
    at.button("my_up_2").click().run()
    assert at.text_area("my_text").value.index("When the shapes") < at.text_area(
        "my_text"
    ).value.index("What a skip adds")
    at.text_area("my_text").set_value("## <script> *no* fields\n").run()
    assert any("a lesson begins with a line" in m.value for m in at.markdown)
    at.button("my_question").click().run()
    at.button("my_anew").click().run()
    assert any("Nothing here yet" in m.value for m in at.markdown)
    assert [e.value for e in at.exception] == []
