"""Results for the lesson on images; torch is imported when one is computed."""

from collections.abc import Iterator

from viz_models.records import DigitSpec, PatchAttention
from viz_models.ui.kit import fetching, photos
from viz_models.ui.kit.cache import cached


@cached()
def digit(spec: DigitSpec) -> PatchAttention:
    """One test digit through the small vision Transformer."""
    from viz_models.analysis.attention.patches import digit_attention
    from viz_models.training.data import sets as data

    digits = data.digits()
    image = digits.test_inputs[spec.index].numpy()
    return digit_attention(image, int(digits.test_targets[spec.index]))


def _is_upload(chosen: photos.Chosen) -> bool:
    return chosen.photo.ref.kind == "upload"


@cached(lambda chosen: chosen.photo.ref, private=_is_upload)
def photo(chosen: photos.Chosen) -> PatchAttention:
    """Return a photo through vit_b_16, whose weights must be on this machine."""
    from viz_models.analysis.attention.patches import photo_attention

    return photo_attention(chosen.prepared.tensor, chosen.prepared.cropped)


def vit_is_here() -> bool:
    """Whether the weights of vit_b_16 are on this machine."""
    from viz_models.models import vision_models

    return vision_models.vit_file().exists()


def fetch_vit() -> Iterator[tuple[int, int]]:
    """Download them, and let the flow page open with them.

    Yields:
        Bytes so far and in all.

    Raises:
        OSError: With one line for the reader.
    """
    from viz_models.models import vision_models
    from viz_models.runs import home

    fetching.check()
    yield from vision_models.fetch_vit()
    home.prefer("vit_b_16", vision_models.vit_file())
