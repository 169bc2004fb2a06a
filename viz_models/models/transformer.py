"""Small Transformers whose every intermediate can be named: a translator, a language model."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models.attention import Attended, MultiHeadAttention, causal, frequencies
from viz_models.models.vocabulary import BOS, EOS, MAX_TOKENS, PAD
from viz_models.records import AttentionPart

Gates = Mapping[tuple[AttentionPart, int], Tensor]  # part, layer -> (H,) factors of the heads
OPEN: Gates = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerConfig:
    """All sizes of one of these networks."""

    d_model: int = 32
    num_heads: int = 4
    num_kv_heads: int = 4
    layers: int = 2  # of the encoder, and as many of the decoder
    hidden: int = 128  # of the feed-forward network


class LayerPass(NamedTuple):
    """What one layer computed; (B, T, d_model) unless said otherwise."""

    x: Tensor
    normed: Tensor  # LayerNorm of x: what self-attention reads
    attended: Attended
    after: Tensor  # x + attended.output
    cross_normed: Tensor | None
    cross: Attended | None  # only where there is a memory to look at
    after_cross: Tensor | None
    ffn_normed: Tensor
    hidden: Tensor  # (B, T, hidden) after the ReLU
    output: Tensor


class TextPass(NamedTuple):
    """What a network computed on its way from tokens to scores of words."""

    source: Tensor | None  # (B, S, d_model) embedding plus positions
    encoder: tuple[LayerPass, ...]
    memory: Tensor | None  # (B, S, d_model) what the decoder looks at
    target: Tensor  # (B, T, d_model)
    decoder: tuple[LayerPass, ...]
    logits: Tensor  # (B, T, words): row t scores the word after token t


class Layer(nn.Module):
    """Self-attention, cross-attention if asked for, feed-forward; each around a residual.

    The norm comes before each part ("pre-norm"): Xiong et al. 2020, fig. 1b, arXiv:2002.04745.
    """

    def __init__(self, config: TransformerConfig, *, cross: bool = False) -> None:
        """Build the parts with torch's own initialization."""
        super().__init__()
        d, heads = config.d_model, (config.num_heads, config.num_kv_heads)
        self.self_norm, self.self_attention = nn.LayerNorm(d), MultiHeadAttention(d, *heads)
        self.cross_norm = nn.LayerNorm(d) if cross else None
        self.cross_attention = MultiHeadAttention(d, *heads) if cross else None
        self.ffn_norm = nn.LayerNorm(d)
        self.ffn_in, self.ffn_out = nn.Linear(d, config.hidden), nn.Linear(config.hidden, d)

    def run(
        self,
        x: Tensor,
        allowed: Tensor | None = None,
        memory: Tensor | None = None,
        memory_allowed: Tensor | None = None,
        gates: tuple[Tensor | None, Tensor | None] = (None, None),
    ) -> LayerPass:
        """One layer with everything it computed.

        Args:
            x: (B, T, d_model).
            allowed: Where self-attention may look, broadcastable to (B, H, T, T).
            memory: (B, S, d_model) for cross-attention.
            memory_allowed: Broadcastable to (B, H, T, S).
            gates: (H,) for the heads of self- and of cross-attention.
        """
        normed = self.self_norm(x)
        attended = self.self_attention.attend(normed, None, allowed, gates[0])
        after = stream = x + attended.output
        cross_normed = cross = after_cross = None
        if self.cross_norm is not None and self.cross_attention is not None:
            cross_normed = self.cross_norm(after)
            cross = self.cross_attention.attend(cross_normed, memory, memory_allowed, gates[1])
            after_cross = stream = after + cross.output
        ffn_normed = self.ffn_norm(stream)
        hidden = self.ffn_in(ffn_normed).relu()
        output = stream + self.ffn_out(hidden)
        return LayerPass(
            x, normed, attended, after, cross_normed, cross, after_cross, ffn_normed, hidden, output
        )

    def forward(self, x: Tensor, allowed: Tensor | None = None) -> Tensor:
        """(B, T, d_model) to (B, T, d_model)."""
        return self.run(x, allowed).output


class Translator(nn.Module):
    """Encoder and decoder: reads a sentence, writes another word by word.

    References:
        Vaswani et al. 2017, fig. 1, arXiv:1706.03762; but with the norms before each part.
    """

    def __init__(self, config: TransformerConfig, source_words: int, target_words: int) -> None:
        """Build the network for two vocabularies of so many words."""
        super().__init__()
        self.config = config
        self.source_embedding = embedding(source_words, config.d_model)
        self.target_embedding = embedding(target_words, config.d_model)
        self.encoder = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.encoder_norm = nn.LayerNorm(config.d_model)
        self.decoder = nn.ModuleList(Layer(config, cross=True) for _ in range(config.layers))
        self.decoder_norm = nn.LayerNorm(config.d_model)
        self.words = nn.Linear(config.d_model, target_words)

    def run(
        self, source: Tensor, target: Tensor, *, gates: Gates = OPEN, positions: bool = True
    ) -> TextPass:
        """Return a whole pass.

        The decoder reads `target` and scores the word after each of its tokens.

        Args:
            source: (B, S) int64 ids, ended by EOS, then PAD, which no query may look at.
            target: (B, T) int64 ids, begun by BOS.
            gates: Factors of heads, such as 0 to switch one off.
            positions: False leaves the positional encoding out on both sides.
        """
        vectors = embed(self.source_embedding, source, positions=positions)
        encoder, memory = self.encode(vectors, source, gates=gates)
        aim = embed(self.target_embedding, target, positions=positions)
        x, decoder = aim, []
        for i, layer in enumerate(self.decoder):
            assert isinstance(layer, Layer)
            pair = gates.get(("decoder", i)), gates.get(("cross", i))
            step = layer.run(x, causal(target.size(1)), memory, may_look_at(source), pair)
            decoder.append(step)
            x = step.output
        logits = self.words(self.decoder_norm(x))
        return TextPass(vectors, encoder, memory, aim, tuple(decoder), logits)

    def encode(
        self, vectors: Tensor, source: Tensor, *, gates: Gates = OPEN
    ) -> tuple[tuple[LayerPass, ...], Tensor]:
        """Run the encoder's layers; they leave (B, S, d_model) of memory to the decoder.

        Args:
            vectors: (B, S, d_model) embedded tokens.
            source: (B, S) int64 ids; only says where PAD is.
            gates: As in `run`.
        """
        x, steps = vectors, []
        for i, layer in enumerate(self.encoder):
            assert isinstance(layer, Layer)
            step = layer.run(x, may_look_at(source), gates=(gates.get(("encoder", i)), None))
            steps.append(step)
            x = step.output
        return tuple(steps), self.encoder_norm(x)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(B, S) and (B, T) ids to (B, T, words) logits."""
        return self.run(source, target).logits

    def write(
        self,
        source: Tensor,
        limit: int = MAX_TOKENS,
        *,
        gates: Gates = OPEN,
        positions: bool = True,
    ) -> Tensor:
        """Translate greedily: always the likeliest word, until EOS or `limit` words.

        Returns:
            (B, T) int64 ids without BOS; what follows an EOS is PAD.
        """
        target = torch.full((len(source), 1), BOS)
        done = torch.zeros(len(source), dtype=torch.bool)
        while target.size(1) <= limit and not done.all():
            logits = self.run(source, target, gates=gates, positions=positions).logits
            word = logits[:, -1].argmax(-1).masked_fill(done, PAD)
            target = torch.cat([target, word.unsqueeze(1)], dim=1)
            done = done | (word == EOS)
        return target[:, 1:]


class LanguageModel(nn.Module):
    """Decoder only: scores the next word from the words before it."""

    def __init__(self, config: TransformerConfig, words: int) -> None:
        """Build the network for a vocabulary of so many words."""
        super().__init__()
        self.config = config
        self.embedding = embedding(words, config.d_model)
        self.decoder = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.decoder_norm = nn.LayerNorm(config.d_model)
        self.words = nn.Linear(config.d_model, words)

    def run(self, ids: Tensor, *, gates: Gates = OPEN, positions: bool = True) -> TextPass:
        """Return a whole pass over (B, T) int64 ids, begun by BOS.

        Its attention counts as "decoder".
        """
        x = vectors = embed(self.embedding, ids, positions=positions)
        steps = []
        for i, layer in enumerate(self.decoder):
            assert isinstance(layer, Layer)
            step = layer.run(x, causal(ids.size(1)), gates=(gates.get(("decoder", i)), None))
            steps.append(step)
            x = step.output
        logits = self.words(self.decoder_norm(x))
        return TextPass(None, (), None, vectors, tuple(steps), logits)

    def forward(self, ids: Tensor) -> Tensor:
        """(B, T) ids to (B, T, words) logits."""
        return self.run(ids).logits


def embedding(words: int, d: int) -> nn.Embedding:
    """Return a table whose rows, times sqrt(d), are as large as the positional encoding."""
    table = nn.Embedding(words, d)
    nn.init.normal_(table.weight, std=d**-0.5)
    return table


def embed(table: nn.Embedding, ids: Tensor, *, positions: bool = True, start: int = 0) -> Tensor:
    """(B, T) ids to (B, T, d): each word's row times sqrt(d), plus its position's waves.

    Args:
        table: The rows.
        ids: (B, T) int64.
        positions: False leaves the waves out.
        start: Position of the first token, for a sentence that is read in pieces.

    References:
        Vaswani et al. 2017, sections 3.4 and 3.5, arXiv:1706.03762.
    """
    d = table.embedding_dim
    vectors: Tensor = table(ids) * math.sqrt(d)
    return vectors + waves(start + ids.size(1), d)[start:] if positions else vectors


def waves(length: int, d: int) -> Tensor:
    """Return the (length, d) float32 positional encoding: sines in even columns, cosines in odd.

    Where d is odd, the slowest wave has only its sine.

    References:
        Vaswani et al. 2017, section 3.5, arXiv:1706.03762.
    """
    angles = torch.arange(length).unsqueeze(1) * frequencies(d)  # (length, d / 2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :d]


def may_look_at(ids: Tensor) -> Tensor:
    """(B, 1, 1, T) bool: every query may look at all tokens but PAD."""
    return (ids != PAD)[:, None, None, :]
