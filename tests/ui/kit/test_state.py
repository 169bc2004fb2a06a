from streamlit.testing.v1 import AppTest


def page(url: dict[str, str]) -> AppTest:
    def script():
        import streamlit as st

        from viz_models.ui.kit import state

        state.enter(st.session_state.get("go", "flow"))
        step = state.choice("step", "conv1", {"conv1", "relu", "fc"}.__contains__)
        st.text(step)
        st.text(state.held("step", st.session_state.get("token", 0), step))

    at = AppTest.from_function(script)
    for name, value in url.items():
        at.query_params[name] = value
    return at.run()


def shown(at):
    assert not at.exception
    return [t.value for t in at.text]


def test_a_link_says_what_is_chosen():
    assert shown(page({"step": "relu"}))[0] == "relu"


def test_nonsense_in_a_link_falls_back_to_the_default():
    assert shown(page({"step": "<script>"}))[0] == "conv1"


def test_while_a_page_is_open_the_link_is_not_read_again():
    at = page({"step": "relu"})
    at.query_params["step"] = "fc"
    assert shown(at.run())[0] == "relu"


def test_a_choice_survives_a_visit_to_another_page():
    at = page({"step": "relu"})
    del at.query_params["step"]
    at.session_state["go"] = "other"
    at.run()
    at.session_state["go"] = "flow"
    assert shown(at.run())[0] == "relu"


def test_entering_by_a_link_counts_more_than_the_memory():
    at = page({"step": "relu"})
    at.session_state["go"] = "other"
    at.run()
    at.session_state["go"] = "flow"
    at.query_params["step"] = "fc"
    assert shown(at.run())[0] == "fc"


def test_what_is_held_changes_only_with_its_token():
    at = page({"step": "relu"})
    at.session_state["forward_pass.choice.flow.step"] = "fc"  # as if an instrument had reported it
    assert shown(at.run()) == ["fc", "relu"]
    at.session_state["token"] = 1
    assert shown(at.run()) == ["fc", "fc"]


def test_an_instrument_that_is_mounted_again_starts_at_the_current_choice():
    at = page({"step": "relu"})
    at.session_state["forward_pass.choice.flow.step"] = "fc"
    at.session_state["go"] = "other"
    del at.query_params["step"]
    at.run()
    at.session_state["go"] = "flow"
    assert shown(at.run()) == ["fc", "fc"]


def test_another_page_may_call_something_else_a_step():
    at = page({"step": "relu"})
    at.session_state["go"] = "other"
    at.query_params["step"] = "fc"
    assert shown(at.run())[0] == "fc"
    at.session_state["go"] = "flow"
    del at.query_params["step"]
    assert shown(at.run())[0] == "relu"
