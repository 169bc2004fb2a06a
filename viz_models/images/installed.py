"""Files that come with an installed package."""

from importlib.util import find_spec
from pathlib import Path

from viz_models.language import gettext as _


def path(file: str) -> Path:
    """Where a file of a package is; the package is not imported, which can cost seconds.

    Args:
        file: "package/path inside the package".

    Raises:
        ValueError: If the package is not installed.
    """
    package, _rest, inside = file.partition("/")
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ValueError(
            _("the files of {package} are missing: install requirements.txt").format(
                package=package
            )
        )
    return Path(spec.submodule_search_locations[0]) / inside
