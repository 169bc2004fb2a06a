"""The panel of a lesson: it stands beside the live page, on a phone below it."""

import html
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from viz_models.language import gettext as _
from viz_models.records.guides import Guide
from viz_models.ui.guides import locks, place, question
from viz_models.ui.guides.place import Place
from viz_models.ui.kit import speech

EDITOR = "my-lesson"  # its path in the URL
_CSS = Path(__file__).with_name("guides.css")


def draw(page: str) -> None:
    """Draw the step that is on, if a lesson is, and lock what it locks; before the page itself.

    Args:
        page: Path of the page that stands beside it.
    """
    at = place.here()
    if at is None:
        locks.put()
        return
    step = at.step
    if page == step.path and question.is_open(step):
        locks.put(step.locked, step.hidden)
    else:
        locks.put()
    st.html(_CSS)
    st.html(f"<style>{locks.style()}</style>")
    with st.container(key="guide", gap="xsmall"):
        with st.expander(
            _("**{title}** · {number} of {count}").format(
                title=at.guide.title, number=at.number, count=len(at.guide.steps)
            ),
            True,
        ):
            st.markdown(f"## {step.title}")
            st.markdown(step.text)
            question.draw_question(step)
            _draw_way_back(at, page)
        _draw_way(at)


def _draw_way_back(at: Place, page: str) -> None:
    """Draw a link to the step's view, which the reader may have left."""
    text = (
        _("Back to this step's view") if page != at.step.path else _("Set this step's view again")
    )
    link = html.escape(place.address_again(at.step))
    st.html(f'<a class="guide-link guide-again" href="{link}">{text}</a>')


def _draw_way(at: Place) -> None:
    """Draw the step before, the next one, and the end."""
    links = []
    for name, number, text in (
        ("before", at.number - 1, _("← Back")),
        ("next", at.number + 1, _("Next →")),
    ):
        if 1 <= number <= len(at.guide.steps):
            step = at.guide.steps[number - 1]
            link, title = html.escape(place.address(step)), html.escape(step.title)
            links.append(
                f'<a class="guide-link guide-{name}" href="{link}" title="{title}">{text}</a>'
            )
    with st.container(key="guide_way", horizontal=True, vertical_alignment="center", gap="xsmall"):
        said = html.escape(_("Steps of the lesson"))
        st.html(f'<nav aria-label="{said}">{"".join(links)}</nav>', width="content")
        st.button(_("End the lesson"), key="guide_end", type="tertiary", on_click=place.end)


def draw_list(title: str, make: str) -> None:
    """Draw links to all lessons that come with the site, and to the editor.

    Args:
        title: What stands before them.
        make: Text of the link to the editor.
    """
    links = "".join(_link(guide) for guide in place.guides().values())
    said = html.escape(_("Lessons"))
    editor = f"./{EDITOR}" + (f"?{urlencode(speech.params())}" if speech.asked() else "")
    st.html(_CSS)
    with st.container(key="guides"):
        st.html(
            f'<nav class="guide-list" aria-label="{said}"><b>{html.escape(title)}</b>{links}'
            f'<a class="guide-link" href="{editor}">{html.escape(make)}</a></nav>'
        )


def draw_link(address: str, text: str) -> None:
    """Draw a link to the view of a step."""
    st.html(_CSS)
    st.html(f'<a class="guide-link" href="{html.escape(address)}">{html.escape(text)}</a>')


def _link(guide: Guide) -> str:
    href, about = html.escape(place.address(guide.steps[0])), html.escape(guide.about)
    minutes = html.escape(_("{minutes} min").format(minutes=guide.minutes))
    return (
        f'<a class="guide-link" href="{href}" title="{about}">'
        f"<b>{html.escape(guide.title)}</b> {minutes}</a>"
    )
