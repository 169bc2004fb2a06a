"""What is known while a network runs: its steps, who made which tensor, what lies in which memory.

A tensor is found again by its identity, with a weak reference beside it, because Python uses
identities again. A value is kept as the tensor itself. Only before somebody overwrites its memory
is it copied, so that a recorded pass costs little more than a bare one.
"""

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet import names
from viz_models.analysis.anynet.gradients import Gradients
from viz_models.analysis.anynet.tensors import found_in
from viz_models.analysis.anynet.watcher import Draft, Keeper
from viz_models.analysis.anynet.writes import memory_of
from viz_models.records.flow.recorded import Source

_MAKER = tuple[Any, int, int]  # weak reference to a tensor, its step, which output of it
_LONG = 48  # characters of an argument that is no tensor


class Session(Keeper):
    """One recorded forward pass. Belongs to one thread."""

    def __init__(self, root: nn.Module, max_bytes: float, *, with_gradients: bool = False) -> None:
        """Nothing has run yet.

        Args:
            root: The network.
            max_bytes: Of all values that are kept.
            with_gradients: Whether there is a backward pass afterwards.
        """
        super().__init__(max_bytes)
        self.root = root
        self.gradients = Gradients(self.kept) if with_gradients else None
        self.path: list[tuple[str, nn.Module]] = [("", root)]
        self.known: dict[int, tuple[Tensor, str, str]] = {}
        self.aliases: dict[int, list[str]] = {}
        for name, module in root.named_modules(remove_duplicate=False):
            aliases = self.aliases.setdefault(id(module), [])
            aliases.append(name)
            if len(aliases) == 1:
                self._know(module, f"{name}." if name else "")
        self.kinds = {name: kind for _, name, kind in self.known.values()}
        self.owned = {memory_of(tensor) for tensor, *_ in self.known.values()} - {None}
        self._makers: dict[int, _MAKER] = {}
        self._writers: dict[int | None, int] = {}  # memory -> the last step that wrote to it

    def _know(self, module: nn.Module, before: str) -> None:
        """Remember the tensors of a module by their first name."""
        for kind, own in (("parameter", module._parameters), ("buffer", module._buffers)):
            for name, tensor in own.items():
                if tensor is not None:
                    self.known.setdefault(id(tensor), (tensor, f"{before}{name}", kind))

    # ------------------------------------------------------------ steps

    def begin(self, function: str) -> Draft:
        """Begin a step in the module whose forward runs."""
        self.now = Draft(function, *self.path[-1])
        return self.now

    def read(self, draft: Draft, args: Iterable[Any], kwargs: Mapping[str, Any]) -> None:
        """Note what a call is given: its text, and where its tensors came from."""
        said = [self._said(draft, value, 0) for value in args]
        said += [f"{name}={self._said(draft, value, 0)}" for name, value in kwargs.items()]
        draft.pattern = ", ".join(said)

    def _said(self, draft: Draft, value: Any, depth: int) -> str:  # noqa: ANN401
        if isinstance(value, Tensor):
            draft.tensors.append(value)
            draft.sources.append(self.source(value))
            return f"{{{len(draft.sources) - 1}}}"
        if type(value) in (tuple, list) and depth < 4 and len(value) <= 64:
            inner = ", ".join(self._said(draft, part, depth + 1) for part in value)
            return f"[{inner}]" if type(value) is list else f"({inner})"
        if type(value) in (int, float, bool, type(None)):
            return str(value)
        for tensor in found_in(value):
            self._said(draft, tensor, depth)
        return _short(value)

    def source(self, value: Tensor) -> tuple[int, int, str, tuple[int, ...]]:
        """Find where a tensor came from: step (-1 for none), output, name, shape.

        It came from its maker, or from the last step that wrote to its memory, if that was later.
        """
        maker = self._makers.get(id(value))
        step, output = (maker[1], maker[2]) if maker and maker[0]() is value else (-1, 0)
        writer = self._writers.get(memory_of(value), -1) if self._writers else -1
        if writer > step:
            step, output = writer, 0
        name = ""
        if step < 0 and (known := self.known.get(id(value))) and known[0] is value:
            name = known[1]
        return step, output, name, tuple(value.shape)

    def end(self, draft: Draft, out: Any) -> Any:  # noqa: ANN401
        """Keep what a step gave, or forget a call that computed nothing; return its output."""
        out = super().end(draft, out)
        draft.tensors.clear()
        return out

    def add(self, draft: Draft, made: list[Tensor]) -> None:
        """Keep the outputs of a step, and who made them."""
        super().add(draft, made)
        for written in draft.written:
            if (place := memory_of(written)) is not None:
                self._writers[place] = draft.number
        draft.written.clear()
        for output, tensor in enumerate(made):
            self._makers[id(tensor)] = (weakref.ref(tensor), draft.number, output)
            draft.sizes.append((tensor.shape, tensor.dtype, tensor.numel() * tensor.element_size()))
            if self.gradients:
                self.gradients.watch(draft.number, output, tensor)

    # ------------------------------------------------------------ paths

    def enter(self, module: nn.Module) -> None:
        """Go into the forward of a module, by its name below the module around it."""
        known = self.aliases.get(id(module))
        around = self.path[-1][0]
        if known is None or self.path[-1][1] is module:
            path = around  # made while the network ran, or one method of it calls another
        else:
            below = f"{around}." if around else ""
            path = next((name for name in known if name.startswith(below)), known[0])
        self.path.append((path, module))

    def leave(self, module: nn.Module, out: Any) -> None:  # noqa: ANN401
        """Come back; the step that gave what one of torch's modules gives has the module's name."""
        path, _ = self.path.pop()
        if not path or not names.is_leaf(module):
            return
        for tensor in found_in(out)[:1]:
            maker = self._makers.get(id(tensor))
            step = self.steps[maker[1]] if maker and maker[0]() is tensor else None
            if step and step.module is module and step.path == path:
                step.is_modules_own = True

    # ------------------------------------------------------------ afterwards

    def settle(self) -> None:
        """Copy the values that lie in buffers which the network has moved: they are moved back."""
        for tensor, *_ in self.known.values():
            if memory_of(tensor) in self._writers:
                self.kept.save(tensor)

    def step_names(self) -> list[str]:
        """Return the name of every step."""
        return names.unique([unnumbered(step) for step in self.steps])

    def named(self, found: tuple[int, int, str, tuple[int, ...]], of: list[str]) -> Source:
        """Return a source with the name that its step has now."""
        step, output, name, shape = found
        if step >= 0:
            return Source(of[step], "step", output, shape)
        if not name:
            return Source("constant", "constant", 0, shape)
        return Source(name, self.kinds[name], 0, shape)


def unnumbered(step: Draft) -> str:
    """Return the name of a step, without the number that tells it from others of the same name."""
    if step.is_modules_own:
        return step.path
    if step.function.startswith("input"):
        return step.function
    base = names.base_name(step.function)
    return f"{step.path}.{base}" if step.path else base


def _short(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, torch.dtype | torch.device):
        text = str(value)
    elif isinstance(value, str | slice) or value is Ellipsis:
        text = {Ellipsis: "..."}.get(value, repr(value)) if value is Ellipsis else repr(value)
    elif isinstance(value, tuple | list | dict):
        text = repr(value) if not found_in(value) else f"{type(value).__name__}(…)"
    else:
        text = f"{type(value).__name__}(…)"
    text = text.replace("{", "{{").replace("}", "}}")
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
