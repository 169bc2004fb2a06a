"""Multiply-adds and kept memory as torch counts them, of any network that can be run."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.patches.dispatch_mode import DispatchMode
from viz_models.patches.no_triton import flop_registry
from viz_models.records import Price


class Counter(DispatchMode):
    """Adds up what runs in this thread inside the block.

    With the formulas of torch's FlopCounterMode, but without its hooks, which the whole process
    would feel. Meant for the meta device: on the CPU fused attention counts nothing.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (one of torch's operators)
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the operator returns)
        """Run an operator and count it."""
        out = func(*args, **(kwargs or {}))
        formula: Callable[..., int] | None = flop_registry.get(func._overloadpacket)
        if formula:
            self.macs += formula(*args, **(kwargs or {}), out_val=out) // 2
        return out


def multiply_adds(net: nn.Module, shape: Sequence[int]) -> int:
    """Return the multiply-adds of one forward pass.

    Args:
        net: On the meta device.
        shape: Of its input, with the batch axis if it has one.
    """
    with Counter() as counter, torch.no_grad():
        net(torch.empty(*shape, device="meta"))
    return counter.macs


def counted(net: nn.Module, shape: tuple[int, ...]) -> Price:
    """Return what one example costs a network, run on the meta device.

    Multiply-adds are those of eval mode. What is kept for the backward pass is what torch's
    autograd saves in training mode: the examples of a batch of three, less those of two, so that
    BatchNorm's statistics of the whole batch do not count.

    Args:
        net: On the meta device.
        shape: Of one example, such as (C, H, W).
    """
    training = net.training
    largest = _Largest(net.eval())
    with largest:
        macs = multiply_adds(net, (1, *shape))
    with _Fused(net.train()):
        two, three = (saved_bytes(net, torch.empty(n, *shape, device="meta")) for n in (2, 3))
    net.train(training)
    convolutions = sum(isinstance(m, nn.Conv2d) for m in net.modules())
    linears = sum(isinstance(m, nn.Linear) for m in net.modules())
    return Price(
        parameters=sum(p.numel() for p in net.parameters()),
        macs=macs,
        activation_bytes=three - two,
        inference_bytes=2 * largest.bytes,
        layers=convolutions + linears,
        convolutions=convolutions,
    )


def saved_bytes(net: nn.Module, x: Tensor) -> int:
    """Return the bytes that autograd keeps for a backward pass, parameters and buffers excluded.

    A tensor that several operations keep counts once.
    """
    own = {_memory(t) for t in (*net.parameters(), *net.buffers())}
    kept: dict[int, int] = {}

    def note(saved: Tensor) -> Tensor:
        if _memory(saved) not in own:
            kept[_memory(saved)] = saved.untyped_storage().nbytes()
        return saved.detach()  # an output that its own graph holds would never be freed

    with torch.enable_grad(), saved_tensors_hooks(note, lambda saved: saved):
        out = net(x)  # alive until all is counted, and with it what it keeps
    del out
    return sum(kept.values())


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata


class _Largest(ExitStack):
    """Watches the layers of a network inside the block: the bytes of their largest output."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.bytes = 0
        for module in net.modules():
            if not list(module.children()):
                self.callback(module.register_forward_hook(self._note).remove)

    def _note(self, module: nn.Module, inputs: object, output: object) -> None:
        first = output[0] if isinstance(output, tuple) else output
        if isinstance(first, Tensor):
            self.bytes = max(self.bytes, 4 * first.numel())


class _Fused(ExitStack):
    """Lets `nn.MultiheadAttention` use torch's fused kernel inside the block.

    Torch takes it on a CPU and on a GPU, where it keeps no T by T weights for the backward pass,
    but not on the meta device.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        for module in net.modules():
            if isinstance(module, nn.MultiheadAttention) and module._qkv_same_embed_dim:
                module.forward = partial(_attended, module)  # type: ignore[method-assign]
                self.callback(delattr, module, "forward")


def _attended(
    module: nn.MultiheadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    need_weights: bool = True,
    **masks: Any,  # noqa: ANN401 (as torch has them)
) -> tuple[Tensor, Tensor | None]:
    """Return self-attention, from the same operations as torch's own forward."""
    plain = query is key is value and module.batch_first and not module.dropout
    if need_weights or masks or not plain:
        return nn.MultiheadAttention.forward(
            module, query, key, value, need_weights=need_weights, **masks
        )
    n, t, d = query.shape
    packed = F.linear(query.transpose(0, 1), module.in_proj_weight, module.in_proj_bias)
    parts = packed.unflatten(-1, (3, d)).permute(2, 0, 1, 3).contiguous()  # (3, T, N, d)
    q, k, v = (part.view(t, n, module.num_heads, -1).permute(1, 2, 0, 3) for part in parts)
    heads, _ = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v)
    joined = heads.permute(2, 0, 1, 3).contiguous().view(t, n, d)
    return module.out_proj(joined).transpose(0, 1), None
