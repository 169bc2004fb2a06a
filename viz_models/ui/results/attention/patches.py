"""The door from the lesson on patches to what is computed; torch waits behind it."""

from collections.abc import Iterator

from viz_models.records import DigitSpec, PatchAttention
from viz_models.ui.kit import cache, photos
from viz_models.ui.kit.sizes import held_bytes


def digit(spec: DigitSpec) -> PatchAttention:
    """One test digit through the small vision Transformer."""
    from viz_models.analysis.attention.patches import digit_attention
    from viz_models.training.data import sets as data

    def compute() -> PatchAttention:
        digits = data.digits()
        image = digits.test_inputs[spec.index].numpy()
        return digit_attention(image, int(digits.test_targets[spec.index]))

    return cache.remembered(spec, compute, held_bytes)


def photo(chosen: photos.Chosen) -> PatchAttention:
    """A photo through vit_b_16, whose weights must be on this machine."""
    from viz_models.analysis.attention.patches import photo_attention

    return cache.remembered(
        (chosen.photo.ref, "vit_b_16"),
        lambda: photo_attention(chosen.prepared.tensor, chosen.prepared.cropped),
        held_bytes,
        private=chosen.photo.ref.kind == "upload",
    )


def vit_is_here() -> bool:
    """Whether the weights of vit_b_16 are on this machine."""
    from viz_models.models import vision_models

    return vision_models.vit_file().exists()


def fetch_vit() -> Iterator[tuple[int, int]]:
    """Download them: bytes so far and in all.

    Raises:
        OSError: With one line for the reader.
    """
    from viz_models.models import vision_models

    return vision_models.fetch_vit()
