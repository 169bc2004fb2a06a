"""The foot of the flow page: what the network says is on the photo."""

from collections.abc import Mapping

import streamlit as st

from viz_models.digits import percent
from viz_models.images.samples import SAMPLES
from viz_models.records.flow.prediction import Prediction
from viz_models.ui.kit import words
from viz_models.ui.panels.flow import zoo as flow_zoo
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.results.flow import why as why_results


def prediction(view: View, text: Mapping[str, str]) -> None:
    """Draw the likeliest classes with their probabilities, and whether to believe them."""
    found = why_results.prediction(view.trace)
    with st.container(border=True, gap="xsmall", key="says"):
        own = view.spec.image.kind == "upload"
        st.markdown(answer(found, text, strange=_is_strange(view), own=own))
        columns = st.columns(len(found.top), gap="small")
        for column, guess in zip(columns, found.top, strict=True):
            name = words.plain(guess.label)
            column.progress(guess.probability, f"{name} · {_share(guess.probability)}")
        if found.tested:
            st.caption(text["How good is it?"].format(tested=words.plain(found.tested)))
        flow_zoo.draw_offer(view.spec.model, text)


def _is_strange(view: View) -> bool:
    """Whether the photo is a sample that shows nothing that the demo knows."""
    image, weights = view.spec.image, view.spec.model.weights
    return weights == "demo" and image.kind == "sample" and not SAMPLES[image.name].shows


def answer(
    found: Prediction, text: Mapping[str, str], *, strange: bool = False, own: bool = False
) -> str:
    """One line: a class, or that it is not sure, and which classes there are.

    Args:
        found: What the network says.
        text: The page's prose.
        strange: Whether the photo shows none of the classes, however sure the network is.
        own: Whether it is a reader's own, of which nobody knows what it shows.
    """
    section = "What the network says"
    if not found.trained:
        section = "What an untrained network says"
    elif strange:
        section = "What the network says, strange"
    elif found.unsure:
        section = "What the network says, unsure"
    elif own:
        section = "What the network says, own photo"
    best = found.top[0]
    line = text[section].format(
        label=words.plain(best.label),
        share=_share(best.probability),
        classes=found.classes,
        even=_share(1 / found.classes),
        below=_share(found.unsure_below or 0),
        top=len(found.top),
    )
    if not found.names or not found.trained:
        return line
    known = ", ".join(words.plain(name) for name in found.names)
    return f"{line} {text['What it knows'].format(names=known, classes=len(found.names))}"


def _share(probability: float) -> str:
    """Its sign stays beside it where a line ends."""
    return percent(probability).replace(" ", "\N{NO-BREAK SPACE}")
