"""The foot of the flow page: what the network says is on the photo."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.digits import percent
from viz_models.images.samples import SAMPLES
from viz_models.language import gettext as _
from viz_models.records.flow.prediction import Prediction, TenParts
from viz_models.ui.kit import frame, words
from viz_models.ui.panels.flow import zoo as flow_zoo
from viz_models.ui.panels.flow.stage import View
from viz_models.ui.results.flow import why as why_results


def prediction(view: View, text: Mapping[str, str]) -> None:
    """Draw the likeliest classes with their probabilities, and whether to believe them."""
    found, ten = why_results.prediction(view.trace), _of_ten_parts(view)
    middle = found.top[0]
    with st.container(border=True, gap="xsmall", key="says"):
        own = view.spec.image.kind == "upload"
        found = ten.together if ten else found
        st.markdown(answer(found, text, strange=_is_strange(view), own=own))
        columns = st.columns(len(found.top), gap="small")
        for column, guess in zip(columns, found.top, strict=True):
            name = words.plain(guess.label)
            column.progress(guess.probability, f"{name} · {_share(guess.probability)}")
        if ten and view.chosen.parts is not None:
            line = text["Ten parts"].format(
                label=words.plain(middle.label), share=_share(middle.probability)
            )
            st.caption(line)
            _draw_parts(ten, view.chosen.parts)
        if found.tested:
            st.caption(text["How good is it?"].format(tested=words.plain(found.tested)))
        flow_zoo.draw_offer(view.spec.model, text)


def _of_ten_parts(view: View) -> TenParts | None:
    """Return what counts for a reader's own photo, where the network has learned something."""
    learned = view.spec.model.weights != "random" and not view.spec.off
    if view.chosen.parts is None or not learned:
        return None
    return why_results.ten_parts(view.trace, view.chosen.parts)


def _draw_parts(ten: TenParts, pictures: np.ndarray) -> None:
    """Draw each part with what it says, plain and mirrored."""
    with st.container(horizontal=True, gap="small", key="ten_parts"):
        for part, picture in zip(ten.parts, pictures, strict=True):
            said = (
                f"{words.plain(guess.label)} {_share(guess.probability)}"
                for guess in (part.plain, part.mirrored)
            )
            plain, mirrored = said
            line = f"{plain}  \n" + _("mirrored: {guess}").format(guess=mirrored)
            st.image(picture[::2, ::2], caption=f"{_(part.place)}  \n{line}", width=frame.px(150))


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
