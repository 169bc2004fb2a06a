"""A recurrent translator whose every intermediate can be named, with or without attention."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models.sequence.cells import FREE, Cell, Clamp, State, at
from viz_models.models.sequence.recurrence import CellPass, Recurrence
from viz_models.models.vocabulary import BOS, EOS, MAX_TOKENS, PAD

Part = Literal["encoder", "decoder"]
Clamps = Mapping[Part, Clamp]  # which gates of which part are held, and at what
NOTHING_HELD: Clamps = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentConfig:
    """All sizes of one of these networks."""

    cell: Cell = "lstm"
    hidden: int = 64
    attention: bool = False
    embedding: int = 32


class Looked(NamedTuple):
    """What the decoder saw of the encoder's states."""

    scores: Tensor  # (B, T, S) before the softmax; minus infinity at padding
    weights: Tensor  # (B, T, S) each row sums to 1
    context: Tensor  # (B, T, hidden) the weighted sum of the encoder's states


class RecurrentPass(NamedTuple):
    """What a network computed on its way from tokens to scores of words."""

    encoder: CellPass
    handed: State  # what the decoder starts with: the encoder's last state
    decoder: CellPass
    looked: Looked | None  # only where there is attention
    read: Tensor  # (B, T, hidden) what the last layer reads
    logits: Tensor  # (B, T, words): row t scores the word after token t


class RecurrentTranslator(nn.Module):
    """Reads a sentence into a state, and writes another sentence from it, word by word.

    With attention, every state of the decoder also looks at all states of the encoder.

    References:
        Sutskever et al. 2014, section 2, arXiv:1409.3215. Attention: Luong et al. 2015, section
        3.1, the score "general", eq. 5 and 8, arXiv:1508.04025, without input feeding.
    """

    def __init__(self, config: RecurrentConfig, source_words: int, target_words: int) -> None:
        """Build the network for two vocabularies of so many words."""
        super().__init__()
        self.config = config
        size, hidden = config.embedding, config.hidden
        self.source_embedding = nn.Embedding(source_words, size, padding_idx=PAD)
        self.target_embedding = nn.Embedding(target_words, size, padding_idx=PAD)
        self.encoder = Recurrence(config.cell, size, hidden)
        self.decoder = Recurrence(config.cell, size, hidden)
        self.score = nn.Linear(hidden, hidden, bias=False) if config.attention else None
        self.combine = nn.Linear(2 * hidden, hidden, bias=False) if config.attention else None
        self.words = nn.Linear(hidden, target_words)

    def run(
        self,
        source: Tensor,
        target: Tensor,
        *,
        clamp: Clamps = NOTHING_HELD,
        read_padding: bool = False,
        handed: State | None = None,
        vectors: Tensor | None = None,
    ) -> RecurrentPass:
        """Run a whole pass; the decoder reads `target` and scores the word after each token.

        Args:
            source: (B, S) int64 ids, ended by EOS, then PAD, which the encoder does not read.
            target: (B, T) int64 ids, begun by BOS.
            clamp: Gates to hold, for the encoder and for the decoder.
            read_padding: True makes the mistake of many notebooks: the encoder reads on through
                the padding, and hands over the state after it.
            handed: What the decoder starts with, instead of the encoder's last state.
            vectors: (B, S, embedding) what the encoder reads instead of the embedded source, such
                as a copy of it that gradients are asked for.
        """
        encoder = self.encode(source, vectors, clamp=clamp, read_padding=read_padding)
        start = handed or encoder.last
        aim = self.target_embedding(target)
        decoder = self.decoder.direction(aim, start=start, clamp=clamp.get("decoder", FREE))
        read, looked = self.look(decoder.states, encoder.states, source)
        return RecurrentPass(encoder, start, decoder, looked, read, self.words(read))

    def encode(
        self,
        source: Tensor,
        vectors: Tensor | None = None,
        *,
        clamp: Clamps = NOTHING_HELD,
        read_padding: bool = False,
    ) -> CellPass:
        """Read the source with the encoder; arguments as in `run`."""
        x = self.source_embedding(source) if vectors is None else vectors
        real = None if read_padding else source != PAD
        return self.encoder.direction(x, real=real, clamp=clamp.get("encoder", FREE))

    def look(self, states: Tensor, memory: Tensor, source: Tensor) -> tuple[Tensor, Looked | None]:
        """Return what the last layer reads, and with attention what was looked at.

        Args:
            states: (B, T, hidden) of the decoder.
            memory: (B, S, hidden) states of the encoder.
            source: (B, S) int64 ids; only says where PAD is.
        """
        if self.score is None or self.combine is None:
            return states, None
        scores = self.score(states) @ memory.mT
        scores = scores.masked_fill((source == PAD)[:, None], -torch.inf)
        weights = scores.softmax(-1)
        context = weights @ memory
        read = self.combine(torch.cat([context, states], dim=-1)).tanh()
        return read, Looked(scores, weights, context)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(B, S) and (B, T) ids to (B, T, words) logits."""
        return self.run(source, target).logits

    def write(
        self,
        source: Tensor,
        limit: int = MAX_TOKENS,
        *,
        clamp: Clamps = NOTHING_HELD,
        read_padding: bool = False,
    ) -> Tensor:
        """Translate greedily: always the likeliest word, until EOS or `limit` words.

        Args:
            source: As in `run`.
            limit: The most words.
            clamp: As in `run`; the decoder's gates by the word that it writes.
            read_padding: As in `run`.

        Returns:
            (B, T) int64 ids without BOS; what follows an EOS is PAD.
        """
        encoder = self.encode(source, clamp=clamp, read_padding=read_padding)
        state, word = encoder.last, torch.full((len(source),), BOS)
        done = torch.zeros(len(source), dtype=torch.bool)
        written: list[Tensor] = []
        while len(written) < limit and not done.all():
            held = at(clamp.get("decoder", FREE), len(written))
            fed = self.decoder.feed(self.target_embedding(word))
            state, _ = self.decoder.step(fed, state, clamp=held)
            read, _ = self.look(state.h[:, None], encoder.states, source)
            word = self.words(read[:, 0]).argmax(-1).masked_fill(done, PAD)
            written.append(word)
            done = done | (word == EOS)
        return torch.stack(written, dim=1)
