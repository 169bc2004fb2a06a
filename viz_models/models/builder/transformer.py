"""A Transformer over tokens or image patches, every choice of its spec written out."""

import math

import torch
from torch import Tensor, nn

from viz_models.models.attention import MultiHeadAttention, causal
from viz_models.models.builder.initialize import initialize
from viz_models.models.builder.parts import activation
from viz_models.records import TransformerNorm, TransformerSpec

POSITIONS_STD = 0.02  # of learned positions at the start, as in ViT


class Transformer(nn.Module):
    """Tokens or patches, positions, equal blocks, head.

    Vaswani et al. 2017, arXiv:1706.03762; over patches: Dosovitskiy et al. 2020,
    arXiv:2010.11929, with the mean of the tokens in place of a class token.
    """

    allowed: Tensor | None

    def __init__(self, spec: TransformerSpec) -> None:
        """Build it with weights from torch's global generator.

        Args:
            spec: One that `repaired` has nothing to say about.
        """
        super().__init__()
        d_model, count = spec.d_model, tokens(spec)
        self.every_token = predicts_tokens(spec)
        if spec.source == "patches":
            self.embed: nn.Module = PatchEmbedding(spec.in_channels, spec.patch, d_model)
        else:
            self.embed = nn.Embedding(spec.vocabulary, d_model)
        self.positions: nn.Module = nn.Identity()
        if spec.positions == "learned":
            self.positions = LearnedPositions(count, d_model)
        elif spec.positions == "sinusoidal":
            self.positions = SinusoidalPositions(count, d_model)
        self.dropout = nn.Dropout(spec.dropout)
        self.layers = nn.ModuleList(Block(spec) for _ in range(spec.layers))
        self.norm = norm_layer(spec.norm, d_model) if spec.pre_norm else nn.Identity()
        self.head = nn.Linear(d_model, spec.vocabulary if self.every_token else spec.classes)
        self.register_buffer("allowed", causal(count) if spec.causal else None, persistent=False)
        initialize(self, spec.init)

    def blocks(self) -> list[nn.Module]:
        """Return the blocks in order."""
        return list(self.layers)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes, or the next token at every position.

        Args:
            x: (N, C, H, W) float32 pixels, or (N, T) int64 tokens.

        Returns:
            (N, classes) float32 logits; (N, T, vocabulary) of a causal network over tokens.
        """
        h = self.dropout(self.positions(self.embed(x)))  # (N, T, d_model)
        for block in self.layers:
            h = block(h, self.allowed)
        h = self.norm(h)
        if not self.every_token:
            h = h.mean(1)  # (N, d_model)
        logits: Tensor = self.head(h)
        return logits


class PatchEmbedding(nn.Module):
    """Cuts an image into squares and maps the pixels of each to one token."""

    def __init__(self, in_channels: int, patch: int, d_model: int) -> None:
        """One weight matrix for all patches: a convolution that never overlaps."""
        super().__init__()
        self.proj = nn.Conv2d(in_channels, d_model, kernel_size=patch, stride=patch)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, T, d_model), the patches row by row."""
        h: Tensor = self.proj(x)  # (N, d_model, H/patch, W/patch)
        # contiguous once, or each layer that follows copies it for itself
        return h.flatten(2).transpose(1, 2).contiguous()


class Block(nn.Module):
    """Attention and a feed-forward net, each as a branch beside the stream.

    Pre-norm: x + F(norm(x)); post-norm: norm(x + F(x)). Xiong et al. 2020, arXiv:2002.04745.
    """

    def __init__(self, spec: TransformerSpec) -> None:
        """Make the layers of one block."""
        super().__init__()
        d_model, width = spec.d_model, hidden(spec)
        self.pre_norm, self.residual = spec.pre_norm, spec.residual
        self.attention_norm = norm_layer(spec.norm, d_model)
        self.attention = MultiHeadAttention(
            d_model, spec.num_heads, spec.num_kv_heads, rotary=spec.positions == "rotary"
        )
        self.ffn_norm = norm_layer(spec.norm, d_model)
        self.ffn = nn.Sequential(
            nn.Linear(d_model, width), activation(spec.activation), nn.Linear(width, d_model)
        )
        self.dropout = nn.Dropout(spec.dropout)

    def attention_branch(self, x: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Return what attention adds to x; both (N, T, d_model)."""
        h = self.attention_norm(x) if self.pre_norm else x
        branch: Tensor = self.dropout(self.attention(h, allowed=allowed))
        return branch

    def ffn_branch(self, x: Tensor) -> Tensor:
        """Return what the feed-forward net adds to x; both (N, T, d_model)."""
        h = self.ffn_norm(x) if self.pre_norm else x
        branch: Tensor = self.dropout(self.ffn(h))
        return branch

    def forward(self, x: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Run both branches.

        Args:
            x: (N, T, d_model) float32.
            allowed: (T, T) bool, True where a row's token may look.

        Returns:
            (N, T, d_model) float32.
        """
        branch = self.attention_branch(x, allowed)
        x = x + branch if self.residual else branch
        x = x if self.pre_norm else self.attention_norm(x)
        branch = self.ffn_branch(x)
        x = x + branch if self.residual else branch
        return x if self.pre_norm else self.ffn_norm(x)


class LearnedPositions(nn.Module):
    """Adds one learned vector a position."""

    def __init__(self, count: int, d_model: int) -> None:
        """Draw (count, d_model) small numbers."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, d_model))
        self.reset_parameters()

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw them again."""
        nn.init.normal_(self.weight, std=POSITIONS_STD, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, d_model) to the same."""
        return x + self.weight


class SinusoidalPositions(nn.Module):
    """Adds waves of growing length: arXiv:1706.03762, section 3.5."""

    waves: Tensor

    def __init__(self, count: int, d_model: int) -> None:
        """Compute the waves; they follow from the sizes; nothing is learned."""
        super().__init__()
        self.register_buffer("waves", waves(count, d_model), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, d_model) to the same."""
        return x + self.waves


def waves(count: int, d_model: int) -> Tensor:
    """Sines and cosines of position / 10000^(2i / d_model): (count, d_model), d_model even."""
    rates = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
    angles = torch.arange(count)[:, None] * rates
    return torch.stack((angles.sin(), angles.cos()), dim=2).flatten(1)


def norm_layer(norm: TransformerNorm, d_model: int) -> nn.Module:
    """LayerNorm (arXiv:1607.06450) or RMSNorm (arXiv:1910.07467) over d_model."""
    return nn.LayerNorm(d_model) if norm == "layer" else nn.RMSNorm(d_model)


def tokens(spec: TransformerSpec) -> int:
    """Length T of the sequence."""
    return spec.length if spec.source == "tokens" else (spec.size // spec.patch) ** 2


def hidden(spec: TransformerSpec) -> int:
    """Units of the feed-forward net's hidden layer."""
    return max(1, round(spec.d_model * spec.ffn_factor))


def predicts_tokens(spec: TransformerSpec) -> bool:
    """Whether the head names the next token at every position, not one class."""
    return spec.source == "tokens" and spec.causal
