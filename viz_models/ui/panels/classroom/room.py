"""The way into a class: start one, or join one by its code."""

from collections.abc import Mapping

import streamlit as st

from viz_models.language import gettext as _
from viz_models.ui.kit import frame, owner
from viz_models.ui.kit.controls import control
from viz_models.ui.results.classroom import room as results

_TROUBLE = "forward_pass.class.closed"


def draw_entrance(text: Mapping[str, str], trouble: str) -> None:
    """Draw both ways in.

    Args:
        text: The page's prose.
        trouble: Why a link or a code led nowhere; "" without one.
    """
    trouble = st.session_state.pop(_TROUBLE, "") or trouble
    if trouble:
        st.warning(trouble, icon=":material/link_off:")
    if not owner.may_take_part():
        st.info(_(owner.NO_COOKIE))
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        st.markdown(f"**{text['Join, name']}**")
        st.caption(text["Join, how"])
        with st.container(horizontal=True, vertical_alignment="bottom"):
            control(
                st.text_input,
                _("Room code"),
                key="typed",
                bound=False,
                max_chars=12,
                width=frame.px(180),
            )
            st.button(_("Join"), type="primary", on_click=_join)
    with right.container(border=True, height="stretch"):
        st.markdown(f"**{text['Start, name']}**")
        st.caption(text["Start, how"])
        for code in results.taught():
            st.button(
                _("Go on with class {code}").format(code=code), on_click=results.open_, args=(code,)
            )
        st.button(_("Start a class"), icon=":material/play_arrow:", on_click=_start)


def _join() -> None:
    results.open_(st.session_state.get("typed", "").strip()[:12])


def _start() -> None:
    try:
        results.start()
    except (ValueError, OSError) as error:
        st.session_state[_TROUBLE] = str(error)
