"""A setting of the page before, when Back is pressed, without and with the patch."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.web.rig import APP, opened, told

MENDED = "from viz_models.patches import same_name\nsame_name.keep()\n" + APP
PAGE = """
import streamlit as st

def one():
    n = st.slider("n", 1, 9, key="n", bind="query-params")
    st.markdown(f"the first page has {n}")

def two():
    n = st.slider("other", 1, 9, key="n", bind="query-params")
    st.markdown(f"the second page has {n}")

st.navigation([st.Page(one), st.Page(two)]).run()
"""


def there_and_back(server):
    """What the browser hears: of the second page, and of the first one when Back is pressed."""
    with opened(server.host, query="n=4") as wire:
        first = list(told(wire))
        assert "the first page has 4" in texts(first)
        (pages,) = (m.navigation.app_pages for m in first if m.WhichOneof("type") == "navigation")
        heard = []
        for page, is_history in ((pages[1], False), (pages[0], True)):
            message = BackMsg()
            message.rerun_script.page_script_hash = page.page_script_hash
            message.rerun_script.query_string = "n=4"
            message.rerun_script.is_history_navigation = is_history
            wire.send(message.SerializeToString())
            heard.append(list(told(wire)))
        return heard


def texts(messages):
    return [m.delta.new_element.markdown.body for m in messages]


@pytest.mark.parametrize("server", [APP], indirect=True)
def test_streamlit_drops_a_setting_of_the_same_name(server):
    _, back = there_and_back(server)
    assert "the first page has 1" in texts(back)


@pytest.mark.parametrize("server", [MENDED], indirect=True)
def test_settings_are_kept(server):
    there, back = there_and_back(server)
    assert "the second page has 1" in texts(there)
    assert "the first page has 4" in texts(back)
