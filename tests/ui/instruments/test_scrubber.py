import json

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from viz_models.ui.instruments.scrubber import position, scrubber
    from viz_models.ui.kit import state

    state.enter("words")
    labels = st.session_state.get("labels", ["j'", "aime", "les"])
    scrubber(labels, key="walk", said=[f"writes {w}" for w in labels], default=1)
    st.text(str(position(labels, default=1)))


def opened(**query):
    at = AppTest.from_function(page)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def told(at):
    [element] = at.get("bidi_component")
    return json.loads(element.proto.json)


@pytest.mark.parametrize(("word", "chosen"), [(None, 1), ("2", 2), ("7", 1), ("-1", 1), ("x", 1)])
def test_the_address_says_where_to_open_and_nonsense_falls_back(word, chosen):
    at = opened(**({"word": word} if word else {}))
    assert not at.exception
    assert [t.value for t in at.text] == [str(chosen)]
    assert told(at)["start"] == chosen


def test_words_travel_as_they_are():
    data = told(opened())
    assert data["labels"] == ["j'", "aime", "les"]
    assert data["said"] == ["writes j'", "writes aime", "writes les"]


def test_a_shorter_sentence_sends_the_reader_back_to_a_word_that_is_there():
    at = opened(word="2")
    before = told(at)["token"]
    at.session_state["labels"] = ["le"]
    at.run()
    assert [t.value for t in at.text] == ["0"]
    assert told(at)["start"] == 0
    assert told(at)["token"] != before


def test_the_token_stays_while_the_sentence_stays():
    at = opened()
    before = told(at)["token"]
    assert told(at.run())["token"] == before


@pytest.mark.parametrize(
    ("labels", "said", "line"),
    [((), (), "at least one stop"), (("a", "b"), ("x",), "2 stops need as many readings, got 1")],
)
def test_what_cannot_be_walked_is_refused(labels, said, line):
    from viz_models.ui.instruments.scrubber import scrubber

    with pytest.raises(ValueError, match=line):
        scrubber(labels, key="walk", said=said)
