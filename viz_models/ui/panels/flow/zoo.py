"""Which network and which weights: the choice, what is refused, what has to be fetched first."""

from collections.abc import Mapping

import streamlit as st

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.recordings import shipped
from viz_models.records import ModelRef
from viz_models.records.flow.zoo import NAMES
from viz_models.runs import home
from viz_models.ui.kit import fetching, speech, state, words
from viz_models.ui.kit.controls import select
from viz_models.ui.results.flow import tensor_flow as results

OPENING = "resnet18"
SEEDS = 10
_NETWORK, _WEIGHTS = "model", "weights"  # URL parameters
_PLAIN = {_NETWORK, "present", speech.PARAM}  # of an address that names no view
_AT_ONCE = "forward_pass.fetch_at_once"


def asked() -> ModelRef:
    """Return what the URL names; the default where it names nothing that there is."""
    name = st.query_params.get(_NETWORK, OPENING)
    name = name if name in NAMES else OPENING
    _open_with_fetched(name)
    offered = _weights(name)
    return offered.get(st.query_params.get(_WEIGHTS, ""), offered[_first(offered)])


def _open_with_fetched(name: str) -> None:
    """Write ImageNet's weights into a plain address, where they were fetched on this server.

    A link to a view names the weights that it means, or the shipped ones: it shows the same on
    every server.
    """
    plain = set(st.query_params) <= _PLAIN and _WEIGHTS not in st.session_state
    if plain and state.entered() and results.is_preferred(name):
        st.query_params[_WEIGHTS] = st.session_state[_WEIGHTS] = "imagenet"


def choose() -> ModelRef:
    """Two boxes: any classification model of torchvision, by family, and its weights."""
    name = select(_("Network"), {name: name for name in NAMES}, _NETWORK, 150, default=OPENING)
    offered = _weights(name)
    return select(_("Weights"), offered, _WEIGHTS, 150, default=_first(offered))


# What a select box shows is also what the URL says, so it must read well in both.
def _weights(name: str) -> dict[str, ModelRef]:
    demo = name == OPENING and shipped.DEMO in shipped.names()
    learned = {N_("demo"): ModelRef(name=name, weights="demo")} if demo else {}
    learned["imagenet"] = ModelRef(name=name, weights="imagenet")
    return learned | {
        N_("random, seed {n}").format(n=i): ModelRef(name=name, seed=i) for i in range(SEEDS)
    }


def _first(offered: dict[str, ModelRef]) -> str:
    """Return what has learned something and is here; else the first seed."""
    return "demo" if "demo" in offered else "random, seed 0"


def ready(model: ModelRef) -> bool:
    """Whether the network may be built and has its weights; else says so, and none stands in."""
    if line := results.refusal(model):
        st.warning(words.plain(line), icon=":material/scale:")
        return False
    if not results.weights_are_here(model):
        _offer(model)
        return False
    return True


def draw_offer(model: ModelRef, text: Mapping[str, str]) -> None:
    """Draw the button that fetches ImageNet's weights beside an answer of the ten-class demo."""
    wanted = ModelRef(name=model.name, weights="imagenet")
    if model.weights != "demo" or home.hosted() or results.weights_are_here(wanted):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text["More than it knows"], width="content")
        label = _("Fetch them, {megabytes:.0f} MB").format(megabytes=results.megabytes(wanted))
        if st.button(label, icon=":material/download:", on_click=_fetch_at_once):
            st.rerun()  # the whole page: this one stands in a fragment


def _fetch_at_once() -> None:
    st.session_state[_WEIGHTS], st.session_state[_AT_ONCE] = "imagenet", True


def _offer(model: ModelRef) -> None:
    with st.container(border=True):
        st.markdown(
            _(
                "**{name}** with the weights that torchvision trained on ImageNet: "
                "they are not on this machine yet. They are fetched once, into torch's own cache, "
                "and this page opens with them from then on."
            ).format(name=model.name)
        )
        if home.hosted():
            st.caption(_(fetching.REFUSED))
            return
        label = _("Download {megabytes:.0f} MB").format(megabytes=results.megabytes(model))
        begin = st.button(label, icon=":material/download:", key="fetch_weights")
        begin |= st.session_state.pop(_AT_ONCE, False)
        stop, bar = st.empty(), st.empty()
    if not begin:
        return
    stop.button(_("Stop"), icon=":material/stop:", key="stop_weights")  # any click ends this run
    bar.progress(0.0, _("asking for the file …"))
    try:
        for done, total in results.fetch_weights(model):
            share = min(1.0, done / total) if total else 0.0
            bar.progress(
                share, _("{done:.0f} of {total:.0f} MB").format(done=done / 1e6, total=total / 1e6)
            )
    except OSError as trouble:
        stop.empty()
        bar.error(words.plain(str(trouble)), icon=":material/cloud_off:")
        return
    st.rerun()
