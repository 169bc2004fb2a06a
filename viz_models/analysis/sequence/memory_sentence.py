"""What every word of a sentence still does to the states of a trained encoder."""

import torch
from torch import Tensor

from viz_models.analysis.sequence.translators import provenance, source_of
from viz_models.models.sequence import shipped
from viz_models.models.vocabulary import tokenize
from viz_models.records.sequence.memory import Carried
from viz_models.records.sequence.translators import TranslateSpec


def carried(spec: TranslateSpec) -> Carried:
    """Measure how strongly the encoder's state after each word depends on each word before it.

    The influence of word s on the state after word t is ||d h_t / d x_s||, the Frobenius norm of
    the Jacobian by the embedding of word s, from autograd.

    Raises:
        ValueError: If there is no such network, or the text cannot be read.
    """
    words = tokenize(spec.text)
    source = source_of(words)
    with shipped.recurrent(spec.model) as net:
        x = net.source_embedding(source).detach().requires_grad_()
        states = net.encode(source, x).states[0]  # (S, hidden)
        norms = torch.stack([_norms(state, x) for state in states])
    return Carried(
        spec=spec,
        words=(*words.tokens, "<eos>"),
        unknown=words.unknown,
        norms=norms.numpy(),
        provenance=provenance(),
    )


def _norms(state: Tensor, x: Tensor) -> Tensor:
    """Return (S,), the norm of the Jacobian of a state by each input of x, (1, S, embedding)."""
    (jacobian,) = torch.autograd.grad(
        state, x, torch.eye(len(state)), retain_graph=True, is_grads_batched=True
    )  # (hidden, 1, S, embedding)
    return jacobian[:, 0].square().sum((0, 2)).sqrt()
