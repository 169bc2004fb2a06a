"""The values that weights start with."""

import math

from torch import Tensor, nn

from viz_models.records import Init


def initialize(net: nn.Module, how: Init) -> None:
    """Draw all weights of convolutions, linear and recurrent layers anew.

    They come from torch's global generator. "torch" leaves what torch drew: U(-1, 1) / sqrt(fan
    in), of a recurrent layer U(-1, 1) / sqrt(hidden), biases too. The others set biases to 0, and
    draw the matrix of each gate by itself. "orthogonal" has He's gain of sqrt(2), so that the two
    differ in nothing but orthogonality.

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
        if isinstance(module, nn.RNNBase):
            _recurrent(module, how)
        elif isinstance(module, nn.Conv2d | nn.Linear) and not module.weight.is_meta:
            _draw(module.weight, how)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _recurrent(module: nn.RNNBase, how: Init) -> None:
    for parameter in module.parameters():
        if parameter.is_meta:
            continue
        if parameter.ndim == 1:
            nn.init.zeros_(parameter)
            continue
        for gate in parameter.detach().split(module.hidden_size):
            _draw(gate, how)


def _draw(weight: Tensor, how: Init) -> None:
    if how == "he":
        nn.init.kaiming_normal_(weight, nonlinearity="relu")
    elif how == "xavier":
        nn.init.xavier_uniform_(weight)
    else:
        nn.init.orthogonal_(weight, gain=math.sqrt(2))
