"""A machine that strangers share must not fill up with what they have left."""

from viz_models.runs import files
from viz_models.runs.store import Store


def tidy(store: Store, most: int) -> int:
    """Forget the oldest experiments that have ended, until the rest fits.

    Args:
        store: Of a machine that strangers share.
        most: Bytes that the files of all runs may take.

    Returns:
        How many were forgotten.
    """
    total = sum(files.size(store.folder, run) for run in files.runs(store.folder))
    forgotten = 0
    while total > most:
        oldest = store.oldest_ended()
        if oldest is None:
            break
        total -= sum(files.size(store.folder, run.id) for run in oldest.runs)
        store.delete(None, oldest.id)
        forgotten += 1
    return forgotten
