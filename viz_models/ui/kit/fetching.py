"""Large weights from the network: whoever runs the server fetches them, and no stranger does."""

from viz_models.language import N_
from viz_models.runs import home

REFUSED = N_(
    "They are not on this server, and it fetches nothing for visitors: "
    "whoever runs it can fetch them on this page, started without FORWARD_PASS_HOSTED."
)


def check() -> None:
    """Raise an OSError with one line for the reader where strangers share the server."""
    if home.hosted():
        raise OSError(REFUSED)
