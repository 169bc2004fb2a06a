"""Record a forward pass of any network: every call, every value, and whether bits changed."""

import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from viz_models import digits
from viz_models.analysis.anynet.gradients import Loss
from viz_models.analysis.anynet.result import result
from viz_models.analysis.anynet.session import Session
from viz_models.analysis.anynet.state import unchanged
from viz_models.analysis.anynet.tensors import copied, difference, found_in, named_in
from viz_models.analysis.anynet.watching import watched
from viz_models.language import gettext as _
from viz_models.records.flow.recorded import Check, Recorded, RecordSpec


def record(
    module: nn.Module,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    spec: RecordSpec | None = None,
    loss: Loss | None = None,
) -> Recorded:
    """Run a network once and keep what every call of torch gives.

    The network is used as it is: in the mode that it is in, with its own hooks. Without a loss,
    gradients are off. Afterwards nothing is left behind: no hook, no other `forward`, no moved
    buffer, no random number drawn. Its inputs are copied first, because some networks overwrite
    them.

    Args:
        module: Any eager module.
        args: What its forward takes by position: tensors, or lists, dicts and objects with them.
        kwargs: What it takes by name.
        spec: What is kept and checked.
        loss: Takes what the network gives, and returns one number. Then a backward pass follows,
            which keeps the gradient at every value; no `.grad` of a parameter changes.

    Returns:
        The steps, their values and gradients, as read-only arrays.

    Raises:
        ValueError: With one line, if it is no module, if its forward raises with these inputs, or
            if it makes no tensor, or if the loss has no gradient.
    """
    spec, given = spec or RecordSpec(), dict(kwargs or {})
    module = _eager(module)
    bare, bare_seconds = None, 0.0

    def alone() -> tuple[Any, float]:
        torch.set_grad_enabled(loss is not None)
        return _run(module, module, args, given, [] if loss else None)

    def recorded() -> tuple[Any, float, float | None]:
        torch.set_grad_enabled(loss is not None)
        out, seconds = _recorded(session, spec, args, given)
        session.settle()
        if loss is None or session.gradients is None:
            return out, seconds, None
        return out, seconds, session.gradients.go_back(loss, out, list(module.parameters()))

    if spec.check:
        bare, bare_seconds = unchanged(module, alone)
    session = Session(module, spec.max_bytes, with_gradients=loss is not None)
    out, seconds, total = unchanged(module, recorded)
    if len(session.steps) == len(_inputs(module, args, given)) or not found_in(out):
        raise ValueError(
            _("{name} made no tensor from these inputs").format(name=type(module).__name__)
        )
    check = _check(out, bare, bare_seconds, seconds) if spec.check else None
    name = getattr(loss, "__name__", "") if loss else ""
    return result(session, spec, out, check, (total, name.strip("<>")))


def _eager(module: object) -> nn.Module:
    """Return the module itself.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(module, nn.Module):
        kind = f"the class {module.__name__}" if isinstance(module, type) else type(module).__name__
        hint = "; make one first, with ()" if isinstance(module, type) else ""
        raise ValueError(f"a network is a torch.nn.Module, but this is {kind}{hint}")
    original = getattr(module, "_orig_mod", None)  # of torch.compile, which nobody can look into
    return original if isinstance(original, nn.Module) else module


def _run(
    module: nn.Module,
    call: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    leaves: list[Tensor] | None = None,
) -> tuple[Any, float]:
    """Call a network with copies of its inputs; return its output and the seconds it took."""
    given = copied(args, leaves), copied(kwargs, leaves)
    started = time.perf_counter()
    try:
        out = call(*given[0], **given[1])
    except Exception as error:
        _refuse(module, error, args, kwargs)
    return out, time.perf_counter() - started


def _refuse(
    module: nn.Module, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> NoReturn:
    """Raise in one line what a network said to its inputs."""
    said = " ".join(str(error).split())
    said = said if len(said) < 300 else f"{said[:300]}…"
    takes = _signature(module) if isinstance(error, TypeError) else ""
    raise ValueError(
        (
            _("{name} raised {kind} with ({inputs}): {said}; its forward takes {takes}")
            if takes
            else _("{name} raised {kind} with ({inputs}): {said}")
        ).format(
            name=type(module).__name__,
            kind=type(error).__name__,
            inputs=", ".join(
                f"{way}: {digits.shape(tuple(t.shape)) or _('one number')} {str(t.dtype)[6:]}"
                for way, t in _inputs(module, args, kwargs)
            ),
            said=said or _("no message"),
            takes=takes,
        )
    ) from error


def _signature(module: nn.Module) -> str:
    try:
        return str(inspect.signature(module.forward))
    except (TypeError, ValueError):
        return ""


def _recorded(
    session: Session, spec: RecordSpec, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, float]:
    """Run the network with everything seen that it does."""
    root = session.root

    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        for name, tensor in _inputs(root, args, kwargs):
            session.take(name, tensor)
        return watched(session, root, lambda: root(*args, **kwargs), unfold=spec.unfold_attention)

    leaves = session.gradients.leaves if session.gradients else None
    return _run(root, call, args, kwargs, leaves)


def _inputs(
    module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> list[tuple[str, Tensor]]:
    """Return the tensors that a network is given: one is "input", several have their names."""
    found = list(named_in(_by_name(module, args, kwargs)))
    if len(found) == 1:
        return [("input", found[0][1])]
    return [(f"input.{name}", tensor) for name, tensor in found]


def _by_name(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    try:
        bound = inspect.signature(module.forward).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return {str(i): value for i, value in enumerate(args)} | dict(kwargs)
    return dict(bound.arguments)


def _check(out: Any, bare: Any, bare_seconds: float, seconds: float) -> Check:  # noqa: ANN401
    """Compare what was recorded with what a bare forward gave."""
    ours, theirs = found_in(out), found_in(bare)
    if len(ours) != len(theirs):
        return Check(len(theirs), float("inf"), False, bare_seconds, seconds)
    apart = max(map(difference, ours, theirs), default=0.0)
    return Check(len(theirs), apart, apart == 0, bare_seconds, seconds)
