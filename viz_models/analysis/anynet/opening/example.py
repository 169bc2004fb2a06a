"""The network that is shown before somebody opens one of his own."""

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two convolutions beside a skip, and a gate for each map."""

    def __init__(self, channels: int) -> None:
        """Make the layers.

        Args:
            channels: Of input and output.
        """
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.gate = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of the input and the gated branch.

        Args:
            x: (N, C, H, W).
        """
        y = self.conv2(torch.relu(self.norm(self.conv1(x))))
        gates = torch.sigmoid(self.gate(y.mean((2, 3))))
        return torch.relu(x + y * gates[:, :, None, None])


class Example(nn.Module):
    """A small network for photos: convolutions first, then attention between 64 places."""

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 7, stride=4, padding=3)
        self.block1 = Residual(16)
        self.pool = nn.MaxPool2d(2)
        self.block2 = Residual(16)
        self.patches = nn.Conv2d(16, 32, 3, stride=3)
        self.norm = nn.LayerNorm(32)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.head = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return ten logits.

        Args:
            x: (N, 3, H, W).
        """
        maps = self.block2(self.pool(self.block1(torch.relu(self.stem(x)))))
        tokens = self.norm(self.patches(maps).flatten(2).transpose(1, 2))
        mixed, _ = self.attention(tokens, tokens, tokens)
        return self.head((tokens + mixed).mean(1))
