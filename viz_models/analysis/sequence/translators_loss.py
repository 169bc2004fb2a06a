"""What training a translator counts: forced words, padded batches, and the state after padding."""

import math

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torch.nn.utils.rnn import pad_sequence

from viz_models.analysis.sequence.translators import (
    by_transformer,
    limit_of,
    provenance,
    shifted,
    source_of,
    tokens,
    written,
)
from viz_models.analysis.sequence.translators_torch import torch_pass
from viz_models.models.sequence import shipped
from viz_models.models.vocabulary import BOS, FRENCH, PAD, tokenize
from viz_models.records.sequence.translators import (
    Forcing,
    MaskedLoss,
    PaddedState,
    PaddedStates,
    TranslateSpec,
)

BESIDE = ("i love cats", "she sleeps", "do we see the big house ?")  # in a batch with the reader's
PADDING = (0, 1, 2, 4, 8, 16)  # tokens after the sentence


def forcing(spec: TranslateSpec) -> Forcing:
    """Compare teacher forcing with free running, word by word.

    The reference is what the shipped Transformer writes. Under teacher forcing the network reads
    the reference's words; free running reads its own.

    Raises:
        ValueError: If there is no such network, or the text cannot be read.
    """
    words = tokenize(spec.text)
    source, limit = source_of(words), limit_of(words)
    reference, _ = by_transformer(source, limit)
    with shipped.recurrent(spec.model) as net, torch.no_grad():
        free = written(net, source, limit)
        forced = net(source, shifted(reference))[0].double().log_softmax(-1)
        alone = net(source, shifted(free))[0].double().log_softmax(-1)
    free_loss = np.full(len(reference), math.nan)
    for t in range(min(len(free), len(reference))):
        free_loss[t] = -float(alone[t, reference[t]])
    return Forcing(
        spec=spec,
        reference=tokens(reference),
        teacher=tokens(forced.argmax(-1).tolist()),
        free=tokens(free),
        teacher_loss=-forced[torch.arange(len(reference)), torch.tensor(reference)].numpy(),
        free_loss=free_loss,
        provenance=provenance(),
    )


def masked_loss(spec: TranslateSpec) -> MaskedLoss:
    """Compute the loss of a batch of four sentences, the reader's first, term by term.

    Raises:
        ValueError: If there is no such network, or the text cannot be read.
    """
    sentences = (spec.text, *BESIDE)
    read = [tokenize(text) for text in sentences]
    french = [by_transformer(source_of(w), limit_of(w))[0] for w in read]
    source = pad_sequence([source_of(w)[0] for w in read], batch_first=True, padding_value=PAD)
    words = pad_sequence([torch.tensor(ids) for ids in french], batch_first=True, padding_value=PAD)
    target = torch.cat([torch.full((len(words), 1), BOS), words[:, :-1]], dim=1)
    with shipped.recurrent(spec.model) as net, torch.no_grad():
        logits = net(source, target).double()
    flat, aim = logits.flatten(0, 1), words.flatten()
    losses = -logits.log_softmax(-1).gather(-1, words[..., None])[..., 0]
    counted = words != PAD
    masked = float(losses[counted].sum() / counted.sum())
    return MaskedLoss(
        spec=spec,
        sentences=tuple(" ".join(w.tokens) for w in read),
        targets=tuple(tuple(FRENCH[i] for i in row) for row in words.tolist()),
        losses=losses.numpy(),
        counted=counted.numpy(),
        masked=masked,
        unmasked=float(losses.mean()),
        max_difference=abs(masked - float(F.cross_entropy(flat, aim, ignore_index=PAD))),
        provenance=provenance(),
    )


def padded_states(spec: TranslateSpec) -> PaddedStates:
    """Let the encoder read on through more and more padding, and translate from where it ends.

    Raises:
        ValueError: If there is no such network, or the text cannot be read.
    """
    words = tokenize(spec.text)
    source, limit = source_of(words), limit_of(words)
    padded = [F.pad(source, (0, count), value=PAD) for count in PADDING]
    with shipped.recurrent(spec.model) as net, torch.no_grad():
        right = net.encode(source).last.h
        after = [net.encode(s, read_padding=True).last.h for s in padded]
        said = [net.write(s, limit, read_padding=True)[0].tolist() for s in padded]
        theirs = torch_pass(net, padded[-1], torch.tensor([[BOS]])).last
        skipped = float((net.encode(padded[-1]).last.h - theirs).abs().max())
    return PaddedStates(
        spec=spec,
        states=tuple(
            PaddedState(
                padding=count,
                moved=float((h - right).norm() / right.norm()),
                written=tokens(ids),
            )
            for count, h, ids in zip(PADDING, after, said, strict=True)
        ),
        skipped=skipped,
        provenance=provenance(),
    )
