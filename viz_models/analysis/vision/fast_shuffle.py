"""Where a channel shuffle sends every channel, and whom two grouped convolutions reach with it."""

import torch
from torch import nn

from viz_models.analysis.vision.fast_ways import shuffle_channels
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.vision.fast import Shuffle, ShuffleSpec


def shuffle(spec: ShuffleSpec) -> Shuffle:
    """Send numbered channels through torch's shuffle, and ones through both convolutions.

    Without the shuffle every channel stays at its place.
    """
    numbered = torch.arange(float(spec.channels)).view(1, -1, 1, 1)
    moved = shuffle_channels(numbered, spec.groups)
    same = torch.equal(moved, nn.ChannelShuffle(spec.groups)(numbered))
    placed = moved if spec.shuffled else numbered
    return Shuffle(
        spec=spec,
        source=tuple(int(channel) for channel in placed.flatten().tolist()),
        reached=_reached(spec),
        same_as_torch=same,
        provenance=Provenance(versions=torch_version()),
    )


def _reached(spec: ShuffleSpec) -> tuple[tuple[int, ...], ...]:
    """Return the outputs that are not 0 where one input is 1 and all weights are 1."""
    convs = [nn.Conv2d(spec.channels, spec.channels, 1, groups=spec.groups) for _ in range(2)]
    with torch.no_grad():
        for conv in convs:
            conv.weight.fill_(1.0)
            conv.bias.zero_()  # type: ignore[union-attr]
        x = torch.eye(spec.channels)[..., None, None]  # one example for each input channel
        x = convs[0](x)
        x = shuffle_channels(x, spec.groups) if spec.shuffled else x
        found = convs[1](x).flatten(1) > 0
    return tuple(tuple(row.nonzero().flatten().tolist()) for row in found)
