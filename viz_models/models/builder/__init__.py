"""Networks that are built from a spec: torch waits until one is asked for."""

from typing import TYPE_CHECKING, TypeAlias

from viz_models.models.builder.repair import check
from viz_models.records import BuildSpec, ConvSpec, MlpSpec, RnnSpec

if TYPE_CHECKING:
    from viz_models.models.builder.conv import ConvNet
    from viz_models.models.builder.mlp import Mlp
    from viz_models.models.builder.recurrent import Recurrent
    from viz_models.models.builder.transformer import Transformer

    Net: TypeAlias = ConvNet | Mlp | Transformer | Recurrent


def build(spec: BuildSpec, seed: int = 0) -> "Net":
    """Return a fresh network in training mode, the same for the same seed.

    Equals `torch.manual_seed(seed)` followed by the class with the spec, bit for bit, and leaves
    torch's global generator where it was. It may be large: ask `analysis.price.refusal` first.

    Raises:
        ValueError: If the spec asks for what cannot go together; the line says what can.
    """
    from viz_models.models import registry

    with registry.seeded(seed):
        return _made(spec)


def skeleton(spec: BuildSpec) -> "Net":
    """Build the network on the meta device, in eval mode: shapes without values.

    Raises:
        ValueError: If the spec asks for what cannot go together; the line says what can.
    """
    import torch

    with torch.device("meta"):
        return _made(spec).eval()


def _made(spec: BuildSpec) -> "Net":
    check(spec)
    if isinstance(spec, ConvSpec):
        from viz_models.models.builder.conv import ConvNet

        return ConvNet(spec)
    if isinstance(spec, MlpSpec):
        from viz_models.models.builder.mlp import Mlp

        return Mlp(spec)
    if isinstance(spec, RnnSpec):
        from viz_models.models.builder.recurrent import Recurrent

        return Recurrent(spec)
    from viz_models.models.builder.transformer import Transformer

    return Transformer(spec)
