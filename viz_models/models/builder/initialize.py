"""The values that weights start with."""

import math

from torch import nn

from viz_models.records import Init


def initialize(net: nn.Module, how: Init) -> None:
    """Draw all weights of convolutions and linear layers anew, from torch's global generator.

    "torch" leaves what torch drew: U(-1, 1) / sqrt(fan in), biases too. The others set biases
    to 0. "orthogonal" has He's gain of sqrt(2), so that the two differ in nothing but
    orthogonality.

    Args:
        net: Any network; one on the meta device is left alone.
        how: Which rule.

    Raises:
        ValueError: If the rule is unknown.

    References:
        He et al. 2015, eq. 10: arXiv:1502.01852. Glorot & Bengio 2010, eq. 16.
        Saxe et al. 2014, section 3: arXiv:1312.6120.
    """
    if how not in ("torch", "he", "xavier", "orthogonal"):
        raise ValueError(f"unknown init {how!r}; choose torch, he, xavier or orthogonal")
    if how == "torch":
        return
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and not module.weight.is_meta:
            _draw(module, how)


def _draw(module: nn.Conv2d | nn.Linear, how: Init) -> None:
    if how == "he":
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    elif how == "xavier":
        nn.init.xavier_uniform_(module.weight)
    else:
        nn.init.orthogonal_(module.weight, gain=math.sqrt(2))
    if module.bias is not None:
        nn.init.zeros_(module.bias)
