def test_the_page_judges_a_typed_sentence_and_refuses_in_a_line(open_page):
    at = open_page("pages/sequence/new_task.py")
    assert not at.exception
    assert any("frozen encoder judges" in c.value for c in at.caption)
    at.text_input(key="text").set_value("the cat sleep").run()
    assert not at.exception
    at.text_input(key="text").set_value("cat " * 200).run()
    assert any("has 200 words; the limit is 30" in c.value for c in at.caption)
