"""The link from a question to the page of this site that shows its answer."""

from urllib.parse import parse_qsl

from viz_models.language import gettext as _
from viz_models.places import PAGES
from viz_models.ui.kit import frame, lessons
from viz_models.ui.panels.home import chapters


def draw_link(link: str) -> None:
    """Draw it; nothing where there is none, or no such page.

    Args:
        link: From the root of the site: "train?card=Depth".
    """
    path, _rest, query = link.partition("?")
    files = chapters.every()
    if path not in files:
        return
    frame.page_link(
        PAGES / files[path],
        label=_("See it: {name}").format(name=lessons.index()[path].name),
        icon=":material/arrow_forward:",
        query_params=dict(parse_qsl(query)),
    )
