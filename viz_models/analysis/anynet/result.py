"""Make a record of what a session has seen."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import torch

from viz_models.analysis.anynet import names
from viz_models.analysis.anynet.gradients import size_of
from viz_models.analysis.anynet.session import Session
from viz_models.analysis.anynet.statistics import statistics_of
from viz_models.analysis.anynet.tensors import named_in, plain
from viz_models.analysis.anynet.watcher import Draft
from viz_models.analysis.anynet.writes import memory_of
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.flow.recorded import (
    Check,
    Made,
    Recorded,
    RecordedStep,
    RecordSpec,
    Source,
)

Arrays = tuple[tuple[np.ndarray | None, ...], ...]

_WHOLE = tuple(
    f"torch.nn.{name}"
    for name in ("MultiheadAttention", "TransformerEncoderLayer", "TransformerEncoder")
)


def result(
    session: Session,
    spec: RecordSpec,
    out: Any,  # noqa: ANN401
    check: Check | None,
    loss: tuple[float | None, str] = (None, ""),
) -> Recorded:
    """Return what a session has seen as a record.

    Args:
        session: After the forward pass.
        spec: How it was recorded.
        out: What the network gave.
        check: How that compares with a bare forward.
        loss: Whose gradients were taken, and what it is called.
    """
    of = session.step_names()
    values = tuple(_arrays(draft, session.owned) for draft in session.steps)
    back = session.gradients
    gradients = tuple(back.at(d.number, len(d.sizes)) for d in session.steps) if back else ()
    steps = _steps(session, spec, of, values, gradients)
    _freeze(values)
    given = list(named_in(out))
    ends = tuple(session.named(session.source(tensor), of) for _, tensor in given)
    return Recorded(
        network=type(session.root).__name__,
        spec=spec,
        steps=steps,
        values=values,
        gradients=gradients,
        loss=loss[0],
        loss_name=loss[1],
        outputs=ends,
        output_names=tuple(name for name, _ in given),
        parameters=sum(p.numel() for p in session.root.parameters()),
        check=check,
        left_out=session.kept.left_out,
        fused=_fused(session),
        provenance=Provenance(
            device=str(next((t.device for t, *_ in session.known.values()), "cpu")),
            versions=torch_version(),
        ),
    )


def _steps(
    session: Session,
    spec: RecordSpec,
    of: list[str],
    values: Arrays,
    gradients: Arrays,
) -> tuple[RecordedStep, ...]:
    """Return every step with what is known of its values."""
    most = max((v.size for given in values for v in given if v is not None), default=0)
    scratch = torch.empty(most if spec.statistics else 0, dtype=torch.float64)
    steps = []
    for draft, name, given in zip(session.steps, of, values, strict=True):
        slopes = gradients[draft.number] if gradients else (None,) * len(given)
        made = tuple(
            Made(
                tuple(size),
                _dtype(dtype),
                many,
                stats=statistics_of(v, scratch) if v is not None and spec.statistics else None,
                kept=v is not None,
                gradient=size_of(slope),
            )
            for (size, dtype, many), v, slope in zip(draft.sizes, given, slopes, strict=True)
        )
        steps.append(_step(session, draft, name, of, made))
    return tuple(steps)


def _step(
    session: Session, draft: Draft, name: str, of: list[str], made: tuple[Made, ...]
) -> RecordedStep:
    sources = tuple(session.named(found, of) for found in draft.sources)
    is_input = draft.module is None
    word = names.base_name(draft.function)
    return RecordedStep(
        name=name,
        function="input" if is_input else draft.function,
        path=draft.path,
        module="" if draft.module is None else type(draft.module).__name__,
        call="" if is_input else f"{word}({_filled(draft.pattern, sources)})",
        inputs=sources,
        outputs=made,
        kernels=tuple(draft.kernels),
    )


@cache
def _dtype(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _filled(pattern: str, sources: tuple[Source, ...]) -> str:
    return pattern.format(*(source.text for source in sources))


def _fused(session: Session) -> tuple[str, ...]:
    found = {s.function.rpartition(".")[2] for s in session.steps if s.function in _WHOLE}
    return tuple(sorted(found))


def _arrays(draft: Draft, owned: set[int | None]) -> tuple[np.ndarray | None, ...]:
    """Return what a step gave as arrays; a copy where it is a weight of the network."""
    return tuple(
        None if tensor is None else plain(tensor.clone() if memory_of(tensor) in owned else tensor)
        for tensor in draft.outputs
    )


def _freeze(values: Iterable[tuple[np.ndarray | None, ...]]) -> None:
    """Make values read-only."""
    for given in values:
        for value in given:
            if value is not None:
                value.flags.writeable = False
