from streamlit.testing.v1 import AppTest

from viz_models.records import Line
from viz_models.ui.instruments.ledger import card_of


def test_a_term_becomes_its_explanation_and_an_unknown_one_none():
    lines = [Line(label="γ", term="gamma"), Line(label="β", term="beta"), Line(label="x")]
    rows = card_of(lines, {"gamma": "The learned scale."})["rows"]
    assert [r["explanation"] for r in rows] == ["The learned scale.", "", ""]


def test_every_field_that_is_drawn_is_sent_unchanged():
    line = Line(label="<b>sum</b>", value="0.6155", note="of 3", role="chosen", rule=True)
    [row] = card_of([line], {})["rows"]
    assert row == {
        "label": "<b>sum</b>",
        "value": "0.6155",
        "note": "of 3",
        "role": "chosen",
        "rule": True,
        "explanation": "",
    }


def test_it_mounts():
    def page():
        from viz_models.records import Line
        from viz_models.ui.instruments.ledger import ledger

        ledger([Line(label="mean", value="0.61")], key="card", title="Numbers", badge="cpu")

    at = AppTest.from_function(page).run()
    assert not at.exception
    [card] = at.get("bidi_component")
    assert '"0.61"' in card.proto.json
