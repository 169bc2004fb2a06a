"""How strongly the last output of a network still depends on each earlier input."""

import torch
from torch import Tensor, nn

from viz_models.models.sequence.reader import FirstSymbolReader
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.sequence.memory import SYMBOLS, Influence, ReaderSpec

SEQUENCES = 64  # that an influence is a mean over
SEED = 1_000  # of these sequences; no training run draws its own with it


def influence(spec: ReaderSpec, sequences: int = SEQUENCES) -> Influence:
    """Measure the influence of each input before any training.

    Raises:
        ValueError: If the network cannot be built.
    """
    model = FirstSymbolReader(spec)
    symbols = draw(sequences, spec.length, SEED)
    with one_thread():
        return Influence(
            spec=spec,
            norms=norms(model, symbols).numpy(),
            kept=forget_gates(model, symbols).numpy(),
            factor=step_factor(model, spec),
            sequences=sequences,
            provenance=Provenance(seed=spec.seed, versions=torch_version()),
        )


def draw(count: int, length: int, seed: int) -> Tensor:
    """Return symbols (count, length) int64, each equally likely; the first is the answer."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(SYMBOLS, (count, length), generator=generator)


def norms(model: FirstSymbolReader, symbols: Tensor) -> Tensor:
    """Return (T,) float32: the length of d(logit of the answer) / d(input t), mean over N.

    Args:
        model: Left as it is; the gradient is taken at the inputs alone.
        symbols: (N, T) int64.
    """
    x = model.embedding(symbols).detach().requires_grad_()
    answers = model.read(x).gather(1, symbols[:, :1])  # (N, 1): each of its own sequence alone
    (gradient,) = torch.autograd.grad(answers.sum(), x)
    return gradient.norm(dim=-1).mean(0)


@torch.no_grad()
def forget_gates(model: FirstSymbolReader, symbols: Tensor) -> Tensor:
    """Return (T,): the forget gate at each step, mean over units and sequences; (0,) without one.

    f = sigmoid(W x + b + U h + c), with torch's rows of the forget gate.
    """
    lstm = model.cell
    if not isinstance(lstm, nn.LSTM):
        return torch.empty(0)
    rows = slice(lstm.hidden_size, 2 * lstm.hidden_size)
    w, u, b, c = (
        lstm.get_parameter(f"{name}_l0")[rows]
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    x = model.embedding(symbols)
    states = lstm(x)[0]
    before = torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)
    return (x @ w.mT + b + before @ u.mT + c).sigmoid().mean((0, 2))


@torch.no_grad()
def step_factor(model: FirstSymbolReader, spec: ReaderSpec) -> float:
    """Return what one step multiplies the state by, at the first weights and near a state of 0.

    RNN: the largest absolute eigenvalue of U. LSTM: the forget gate, sigmoid(forget bias). GRU: its
    update gate, which starts at sigmoid(0). Attention has no step between an input and the answer.

    References:
        Pascanu et al. 2013, section 2.1, arXiv:1211.5063.
    """
    if isinstance(model.cell, nn.RNN):
        return float(torch.linalg.eigvals(model.cell.weight_hh_l0).abs().max())
    if spec.cell == "attention":
        return 1.0
    return torch.tensor(spec.forget_bias, dtype=torch.float64).sigmoid().item()
