"""Five layers over n tokens, written out to be read and measured. All take and give (n, d)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.records import CostSpec, LayerKind


class Attention(nn.Module):
    """Every token looks at every token: softmax(q k^T / sqrt(d)) v, one head.

    References:
        Vaswani et al. 2017, eq. 1, arXiv:1706.03762.
    """

    def __init__(self, d: int) -> None:
        """Create four projections of d by d."""
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d) through weights of (n, n)."""
        scores = self.q(x) @ self.k(x).mT / math.sqrt(x.shape[-1])
        out: Tensor = self.o(torch.softmax(scores, dim=-1) @ self.v(x))
        return out


class Fused(Attention):
    """The same numbers by torch's fused kernel, which never keeps the n by n weights.

    References:
        Dao et al. 2022, arXiv:2205.14135.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d)."""
        q, k, v = (part(x)[None, None] for part in (self.q, self.k, self.v))
        out: Tensor = self.o(functional.scaled_dot_product_attention(q, k, v)[0, 0])
        return out


class Windowed(Attention):
    """Restricted attention: a token looks at itself and the r - 1 before it.

    References:
        Vaswani et al. 2017, section 4, "restricted", arXiv:1706.03762.
    """

    def __init__(self, d: int, window: int) -> None:
        """Create projections as in Attention; `window` is r."""
        super().__init__(d)
        self.window = window

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d) through weights of (n, r)."""
        before = self.window - 1
        k, v = (functional.pad(part(x), (0, 0, before, 0)) for part in (self.k, self.v))
        near_k, near_v = (t.unfold(0, self.window, 1) for t in (k, v))  # (n, d, r), no copy
        scores = self.q(x)[:, None] @ near_k / math.sqrt(x.shape[-1])  # (n, 1, r)
        position = torch.arange(len(x), device=x.device)[:, None, None]
        offset = torch.arange(-before, 1, device=x.device)
        scores = scores.masked_fill(position + offset < 0, -math.inf)  # nothing stands before 1
        out: Tensor = self.o((torch.softmax(scores, dim=-1) @ near_v.mT)[:, 0])
        return out


class Recurrence(nn.Module):
    """Every token waits for the one before it: h_t = tanh(W x_t + U h_(t-1)).

    References:
        Elman 1990, Finding structure in time, doi:10.1207/s15516709cog1402_1.
    """

    def __init__(self, d: int) -> None:
        """Create two matrices of d by d."""
        super().__init__()
        self.w, self.u = (nn.Linear(d, d, bias=False) for _ in range(2))

    def forward(self, x: Tensor, state: Tensor | None = None) -> Tensor:
        """Map (n, d) to (n, d); `state` (1, d) comes before the first token, zeros if None."""
        h = x.new_zeros(1, x.shape[-1]) if state is None else state
        states = []
        for given in self.w(x).split(1):
            h = torch.tanh(given + self.u(h))
            states.append(h)
        return torch.cat(states)


class Convolution(nn.Module):
    """Every token sees itself and k - 1 before it, `dilation` apart.

    References:
        van den Oord et al. 2016, section 2.1, arXiv:1609.03499.
    """

    def __init__(self, d: int, kernel: int, dilation: int = 1) -> None:
        """Create a kernel of k by d by d."""
        super().__init__()
        self.before = dilation * (kernel - 1)
        self.conv = nn.Conv1d(d, d, kernel, dilation=dilation, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d)."""
        out: Tensor = self.conv(functional.pad(x.mT, (self.before, 0))[None])[0].mT
        return out


def build(spec: CostSpec, kind: LayerKind, depth: int = 0, width: int | None = None) -> nn.Module:
    """Return one layer of a kind.

    Args:
        spec: Its sizes.
        kind: Which one.
        depth: How many of them lie below; a convolution's dilation grows by k with each.
        width: Numbers a token, if not the spec's.
    """
    d = width or spec.width
    if kind == "attention":
        return Attention(d)
    if kind == "fused":
        return Fused(d)
    if kind == "windowed":
        return Windowed(d, spec.window)
    if kind == "recurrence":
        return Recurrence(d)
    return Convolution(d, spec.kernel, spec.kernel**depth)
