"""Results for the lesson on sentences; torch is imported when one is computed."""

from collections.abc import Sequence

from viz_models.records import Sentences, SentenceSpec
from viz_models.ui.kit.cache import cached


@cached()
def sentences(spec: SentenceSpec) -> Sentences:
    """A padded batch under three norms, and what more padding and other neighbors do."""
    from viz_models.analysis.normalization import sentences as compute

    return compute(spec)


def padding_changes(specs: Sequence[SentenceSpec]) -> dict[str, list[float]]:
    """Norm -> change of the first sentence's outputs under each spec."""
    rows = [row for spec in specs for row in sentences(spec).rows]
    labels = dict.fromkeys(row.label for row in rows)
    return {label: [r.padding_change for r in rows if r.label == label] for label in labels}
