"""What the flow page says beside its numbers about what they leave out."""


def captions(open_page, **query):
    at = open_page("pages/site.py")
    for name, value in query.items():
        at.query_params[name] = value
    at = at.switch_page("flow/tensor_flow.py").run()
    assert not at.exception
    return [caption.value for caption in at.caption]


def test_heads_that_only_train_are_named(open_page):
    said = captions(open_page, model="googlenet", weights="random, seed 0")
    assert any("aux1 (3,188,968) and aux2 (3,191,016) help the training only" in s for s in said)


def test_nothing_is_said_where_nothing_is_left_out(open_page):
    assert not any("parameters run" in s for s in captions(open_page))
