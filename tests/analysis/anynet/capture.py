"""See the values of a network a second time, by other means than those of the recorder.

A mode below torch's calls notes what every operator gives, at once and whole: it copies nothing
before a write and knows nothing of steps. Hooks note what every module gives. Each value is noted
by the SHA-1 of its bits, so that a large network fits into memory twice.
"""

import hashlib
import weakref
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from viz_models.analysis.anynet import wholes
from viz_models.analysis.anynet.state import unchanged
from viz_models.analysis.anynet.tensors import copied, found_in

_ALIVE = 16  # tensors in one memory that are looked at again after a write


def bits(value):
    """Return shape and digest of a value, of a tensor or of a recorded array.

    None for a nested tensor, which lives only within torch's fused encoder.
    """
    if isinstance(value, torch.Tensor):
        if value.is_nested:
            return None
        value = value.detach().resolve_conj().resolve_neg()
        if value.dtype is torch.bfloat16:  # numpy has none: a recorded one is float32
            value = value.float()
        value = value.contiguous().numpy()
    return value.shape, value.dtype.str, hashlib.sha1(value.tobytes()).digest()


class Operators(TorchDispatchMode):
    """Notes each operator's name, and the bits of what it gives and of what it overwrites."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self._in_memory = defaultdict(list)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        made = [t for t in tree_leaves(out) if isinstance(t, torch.Tensor)]
        noted = {bits(t) for t in made}
        if func._schema.is_mutable:
            noted |= {bits(t) for t in self._overlapping(given)}
        for tensor in (*given, *made):
            if not tensor.is_nested:
                self._in_memory[tensor.untyped_storage()._cdata].append(weakref.ref(tensor))
        self.seen.append((str(func), noted - {None}))
        return out

    def _overlapping(self, given):
        """Yield the tensors that lie where an operator may have written."""
        for tensor in (t for t in given if not t.is_nested):
            alive = self._in_memory[tensor.untyped_storage()._cdata][-_ALIVE:]
            yield from (t for t in [tensor, *(ref() for ref in alive)] if t is not None)


def captured(net, args, kwargs):
    """Run a network; return what its operators gave, in order, and what each module gave."""
    modules, removable = defaultdict(list), []
    fused = [m for f in net.modules() if isinstance(f, wholes.FUSED) for m in f.modules()]
    fused += [m for m in net.modules() if isinstance(m, torch.jit.ScriptModule)]

    def keep(name):
        def hook(_, __, out):
            modules[name].append([bits(t) for t in found_in(out)])

        return hook

    for name, module in net.named_modules():
        if name and not any(module is m for m in fused):  # with a hook it takes another way
            removable.append(module.register_forward_hook(keep(name)))
    operators = Operators()

    def run():
        with torch.no_grad(), operators:
            net(*copied(args), **copied(kwargs))

    try:
        unchanged(net, run)
    finally:
        for handle in removable:
            handle.remove()
    return operators.seen, modules


@dataclass
class Compared:
    """How many values of a recorded network were seen by other means, and which differ."""

    values: int = 0  # of all steps
    same: int = 0
    modules: int = 0  # values among them that a hook saw, too
    wrong: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    blank: int = 0  # values that nobody has written yet, such as what torch.empty gives


def compare(found, net, args, kwargs):
    """Compare every value of a recorded network with what is seen without the recorder."""
    seen, modules = captured(net, args, kwargs)
    result, verified, place = Compared(), {}, 0
    own = {bits(t) for t in found_in((args, kwargs))}
    tensors = {name: bits(t) for name, t in [*net.named_parameters(), *net.named_buffers()]}
    constants = {bits(t) for m in net.modules() for t in found_in(dict(m.__dict__))}
    for step, values in zip(found.steps, found.values, strict=True):
        if step.kernels:
            place, noted = _of_kernels(seen, place, step.kernels)
        elif step.function == "input":
            noted = own
        else:  # no operator ran: it passes on what it read
            read = {verified.get((s.name, s.output)) or tensors.get(s.name) for s in step.inputs}
            plain = any(s.kind == "constant" for s in step.inputs)
            noted = read - {None} | (constants if plain else set()) or None
        for k, value in enumerate(values):
            result.values += 1
            mine = None if value is None else bits(value)
            verified[step.name, k] = mine
            if all(kernel.startswith("aten.empty") for kernel in step.kernels or "-"):
                result.blank += 1
            elif noted is None or mine is None:
                result.unseen.append(step.name)
            elif mine in noted:
                result.same += 1
            else:
                result.wrong.append(step.name)
    _of_modules(found, modules, result)
    return result


def _of_kernels(seen, start, kernels):
    """Return the place behind a step's operators, and what these gave."""
    names = list(kernels)
    for place in range(start, len(seen) - len(names) + 1):
        if [name for name, _ in seen[place : place + len(names)]] == names:
            end = place + len(names)
            return end, set().union(*(noted for _, noted in seen[place:end]))
    return start, None


def _of_modules(found, modules, result):
    """Compare the steps that have a module's name with what a hook saw there."""
    counts = Counter(step.path for step in found.steps if step.path == step.name)
    for name, calls in modules.items():
        if counts[name] != 1 or len(calls) != 1:
            continue
        values = found.values[found.index(name)]
        if len(values) == len(calls[0]):
            result.modules += len(values)
            right = [v is None or bits(v) == b for v, b in zip(values, calls[0], strict=True)]
            result.wrong += [f"{name} (hook)"] * right.count(False)
