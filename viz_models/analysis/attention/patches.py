"""Attention over the patches of an image: written out, and checked against torch's own."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.attention.block import as_torch
from viz_models.models import vision_models, weights
from viz_models.models.attention import MultiHeadAttention
from viz_models.models.transformer import Layer
from viz_models.models.versions import torch_version
from viz_models.records import PatchAttention, Provenance

if TYPE_CHECKING:
    from torchvision.models import VisionTransformer as TorchVit

TOP = 3  # classes that are named


@torch.no_grad()
def digit_attention(image: np.ndarray, truth: int) -> PatchAttention:
    """Run a digit through the small vision Transformer.

    Args:
        image: (1, 8, 8) float32, standardized as in training.
        truth: Which digit it is.

    References:
        Dosovitskiy et al. 2020, section 3.1, arXiv:2010.11929.
    """
    with vision_models.digits_vit() as model:
        passed = model.run(torch.tensor(image)[None])
        differences = []
        for layer, step in zip(model.layers, passed.layers, strict=True):
            assert isinstance(layer, Layer)
            theirs, _ = as_torch(layer.self_attention)(*[step.normed] * 3, need_weights=False)
            differences.append((theirs - step.attended.output).abs().max().item())
        grid = model.config.size // model.config.patch
    labels, probabilities = _likeliest(passed.logits[0], [str(i) for i in range(10)])
    gray = np.round((image[0] - image.min()) / (np.ptp(image) or 1) * 255).astype(np.uint8)
    return PatchAttention(
        picture=np.repeat(gray[:, :, None], 3, axis=2),
        grid=grid,
        weights=torch.cat([step.attended.weights for step in passed.layers]).numpy(),
        labels=labels,
        probabilities=probabilities,
        truth=str(truth),
        accuracy=weights.cards()[vision_models.DIGITS].accuracy,
        max_difference=max(differences),
        provenance=_provenance(),
    )


def photo_attention(tensor: np.ndarray, picture: np.ndarray) -> PatchAttention:
    """Run a photo through torchvision's vit_b_16.

    Args:
        tensor: (3, 224, 224) float32, normalized as its weights ask for.
        picture: (224, 224, 3) uint8, the same before.

    Raises:
        ValueError: If its weights are not on this machine.
    """
    from torchvision.models import ViT_B_16_Weights

    labels = ViT_B_16_Weights.IMAGENET1K_V1.meta["categories"]
    with vision_models.vit_b_16() as model:
        return attention_of(model, tensor, picture, labels)


@torch.no_grad()
def attention_of(
    model: "TorchVit", tensor: np.ndarray, picture: np.ndarray, labels: list[str]
) -> PatchAttention:
    """Return all weights of a Transformer of torchvision, which does not return them itself.

    Hooks keep what goes into and comes out of each nn.MultiheadAttention; ours, with the same
    weights, computes it again. No hook stays, also when the forward raises.

    Args:
        model: In eval mode.
        tensor: (3, size, size) float32.
        picture: (size, size, 3) uint8.
        labels: One for each class.
    """
    found: list[tuple[Tensor, float]] = []

    def compare(
        module: nn.MultiheadAttention, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]
    ) -> None:
        passed = as_ours(module).attend(inputs[0])
        found.append((passed.weights, (passed.output - output[0]).abs().max().item()))

    attentions = [m for m in model.modules() if isinstance(m, nn.MultiheadAttention)]
    hooks = [m.register_forward_hook(compare) for m in attentions]
    try:
        logits = model(torch.tensor(tensor)[None])[0]
    finally:
        for hook in hooks:
            hook.remove()
    likeliest, probabilities = _likeliest(logits, labels)
    return PatchAttention(
        picture=picture,
        grid=model.image_size // model.patch_size,
        weights=torch.cat([w for w, _ in found]).numpy(),
        labels=likeliest,
        probabilities=probabilities,
        truth="",
        accuracy=None,
        max_difference=max(d for _, d in found),
        provenance=_provenance(),
    )


def as_ours(module: nn.MultiheadAttention) -> MultiHeadAttention:
    """Return our written-out attention with the weights of torch's; they share memory."""
    with torch.device("meta"):
        ours = MultiHeadAttention(module.embed_dim, module.num_heads).eval()
    ours.o_proj = module.out_proj
    assert module.in_proj_weight is not None
    assert module.in_proj_bias is not None
    parts = zip(
        (ours.q_proj, ours.k_proj, ours.v_proj),
        module.in_proj_weight.chunk(3),
        module.in_proj_bias.chunk(3),
        strict=True,
    )
    for projection, weight, bias in parts:
        projection.weight = nn.Parameter(weight, requires_grad=False)
        projection.bias = nn.Parameter(bias, requires_grad=False)
    return ours


def _likeliest(logits: Tensor, labels: list[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    best = logits.softmax(-1).topk(TOP)
    return tuple(labels[i] for i in best.indices.tolist()), tuple(best.values.tolist())


def _provenance() -> Provenance:
    return Provenance(versions=torch_version())
