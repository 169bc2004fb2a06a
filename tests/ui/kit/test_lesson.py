from streamlit.testing.v1 import AppTest


def said(line):
    app = AppTest.from_string(
        f"import streamlit as st\nfrom viz_models.ui.kit import lesson\n"
        f"lesson.say(st.empty(), {line!r})"
    )
    return app.run().caption[0].value


def test_a_number_and_its_percent_sign_stay_on_one_line():
    assert said("It is 83.2 % of 5 rows.") == "It is 83.2\N{NO-BREAK SPACE}% of 5 rows."
