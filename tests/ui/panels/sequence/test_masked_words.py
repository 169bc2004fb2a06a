from viz_models.records.sequence.masked_words import Spoil
from viz_models.ui.panels.sequence import masked_words as panel
from viz_models.ui.results.sequence import masked_words as results


def test_a_link_says_which_words_are_spoiled_and_how():
    found = results.columns(panel.FIRST, panel.SECOND)
    spoiled = panel.parse("3m.7r20.8k", found.tokens, found.ids)
    assert [(s.place, s.deed) for s in spoiled] == [(3, "mask"), (7, "random"), (8, "kept")]
    assert panel.written("", spoiled) == "3m.7r20.8k"
    assert panel.written("7r", panel.parse("7r", found.tokens, found.ids)) == "7r"
    assert panel.parse("none", found.tokens, found.ids) == ()
    assert panel.parse("0m.5m.99m", found.tokens, found.ids) == ()  # [CLS], [SEP], beyond the end
    assert panel.parse("rubbish", found.tokens, found.ids) is None
    assert panel.written("", (Spoil(3, "mask"),)) == "3m"


def test_the_page_answers_and_refuses_in_a_line(open_page):
    at = open_page("pages/sequence/masked_words.py")
    assert not at.exception
    assert "no opinion of a real word" in at.caption[0].value or any(
        "no opinion of a real word" in c.value for c in at.caption
    )
    at.text_input(key="a").set_value("cat " * 200).run()
    assert any("has 200 words; the limit is 30" in c.value for c in at.caption)
    at.text_input(key="a").set_value("<pad>").run()
    assert any("which is no word" in c.value.replace("\\", "") for c in at.caption)
    at.button(key="real").click().run()
    assert not at.exception
    at.button(key="throw").click().run()
    assert not at.exception
