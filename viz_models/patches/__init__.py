"""Workarounds for the internals of other libraries, one file each.

Every file states the versions it was seen with, the symptom, and the test that tells whether it is
still needed. On a version that nobody has looked at, a patch only writes a line to the log.
"""

import logging
from importlib.metadata import version

log = logging.getLogger("forward_pass.patches")


def is_known(library: str, versions: tuple[str, ...], patch: str) -> bool:
    """Return whether a patch was tried with the installed version of a library.

    Args:
        library: Name of the package, such as "streamlit".
        versions: Beginnings of version numbers that were tried, such as "1.67.".
        patch: Name of the patch, for the line in the log when it is left out.
    """
    installed = version(library)
    if installed.startswith(versions):
        return True
    log.warning("%s %s is new to the patch %r, which is left out", library, installed, patch)
    return False
