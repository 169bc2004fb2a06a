"""Parts of a network switched off, and what comes out then."""

from dataclasses import dataclass, field

import numpy as np

from viz_models.records.flow.inputs import Off, TraceSpec
from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class OffSpec:
    """One photo through a network of which something is off."""

    trace: TraceSpec = field(default_factory=TraceSpec)
    off: Off = field(default_factory=Off)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Switched:
    """Scores with everything on, and with something off."""

    off: Off
    before: np.ndarray  # (classes,) float32 logits
    after: np.ndarray
    provenance: Provenance

    @property
    def moved(self) -> float:
        """||after - before|| / ||before||, of the logits."""
        length = float(np.linalg.norm(self.before.astype(np.float64)))
        change = float(np.linalg.norm(self.after.astype(np.float64) - self.before))
        return change / length if length else (float("inf") if change else 0.0)

    @property
    def changed(self) -> bool:
        """Whether another class is on top."""
        return bool(self.before.argmax() != self.after.argmax())


@dataclass(frozen=True, slots=True)
class PartAccuracy:
    """Test accuracy of a network without one of its parts."""

    part: str  # an add whose branch is off, or a layer that passes its input on
    accuracy: float  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAblation:
    """One network, each of its parts off alone."""

    title: str
    whole: float  # accuracy with everything on, 0..1
    classes: int
    parts: tuple[PartAccuracy, ...]  # in the order in which a photo passes them


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRecord:
    """Parts of trained networks switched off one by one, over the same test images."""

    images: int
    networks: tuple[NetworkAblation, ...]
    seconds: float
    provenance: Provenance
