"""A forward pass whose blocks are watched: what goes in and out of each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from torch import Tensor, nn


@contextmanager
def watched(blocks: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """Collect h_0, ..., h_L of every forward inside: the first block's input, then all outputs.

    The hooks are gone afterwards, also when the forward raises.
    """
    found: list[Tensor] = []
    with ExitStack() as hooks:
        hooks.callback(blocks[0].register_forward_pre_hook(_input(found)).remove)
        for block in blocks:
            hooks.callback(block.register_forward_hook(_output(found)).remove)
        yield found


def _input(found: list[Tensor]) -> Callable[..., None]:
    return lambda module, args: found.append(args[0])


def _output(found: list[Tensor]) -> Callable[..., None]:
    return lambda module, args, out: found.append(out)
