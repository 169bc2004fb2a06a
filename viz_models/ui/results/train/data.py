"""What pages ask about the examples of a run before it starts."""

from viz_models.language import gettext as _
from viz_models.records import DataSpec


def is_idx(data: DataSpec) -> bool:
    """Whether the examples come as idx files, which a reader may have in a folder."""
    from viz_models.training.data.torchvision_sets import IDX

    return data.name in IDX


def is_here(data: DataSpec) -> bool:
    """Whether the idx files of a data set are where torchvision keeps them."""
    from viz_models.training.data import torchvision_sets

    return torchvision_sets.is_here(data.name)


def trouble(data: DataSpec) -> str:
    """Return why examples cannot be read; empty where nothing is known to be wrong."""
    from viz_models.training.data import sets

    try:
        sets.facts(data)
    except (ValueError, OSError) as error:
        return str(error)
    return ""


def data_title(data: DataSpec) -> str:
    """Return what people call the examples."""
    from viz_models.training.data.torchvision_sets import TORCHVISION_SETS

    known = TORCHVISION_SETS.get(data.name)
    return (
        known.title if known else _("scikit-learn's digits") if data.name == "digits" else data.name
    )


def class_names(data: DataSpec, count: int) -> tuple[str, ...]:
    """Return the names of the classes; numbers where they are not known."""
    from viz_models.training.data import sets

    return sets.class_names(data, count)
