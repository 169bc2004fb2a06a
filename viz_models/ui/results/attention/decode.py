"""Results for the lesson on decoding word by word; torch is imported when one is computed."""

from viz_models.records import DecodeSpec, Decoding, Sample, SampleSpec, Slip, SlipSpec
from viz_models.ui.kit.cache import cached


@cached()
def decoding(spec: DecodeSpec) -> Decoding:
    """Return a translation, searched for with a beam.

    Raises:
        ValueError: With one line for the reader, if the text is not one that we can take.
    """
    from viz_models.analysis.attention.decode import decoding as compute

    return compute(spec)


@cached()
def slip(spec: SlipSpec) -> Slip:
    """Teacher forcing beside free running after a slip."""
    from viz_models.analysis.attention.decode import slip as compute

    return compute(spec)


@cached()
def sample(spec: SampleSpec) -> Sample:
    """Return the next word before and after temperature and top-k, and sentences drawn."""
    from viz_models.analysis.attention.sampling import sample as compute

    return compute(spec)
