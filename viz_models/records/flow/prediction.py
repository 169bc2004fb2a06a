"""What a network says is on a photo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """One class with its probability."""

    index: int
    label: str
    probability: float  # softmax of the logits, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The likeliest classes, and whether they should be believed."""

    top: tuple[Guess, ...]  # five, or as many as there are classes; the likeliest first
    classes: int
    trained: bool  # False: the weights are random, and the network knows nothing
    unsure_below: float | None  # the largest probability under which nothing was recognized
    names: tuple[str, ...] = ()  # of all classes, where they are few
    tested: str = ""  # what share of which pictures it gets right; empty where nobody measured

    @property
    def unsure(self) -> bool:
        """Whether the photo shows none of the classes, by the rule of these weights."""
        return self.unsure_below is not None and self.top[0].probability < self.unsure_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a network says of one part of a photo, and of the same part mirrored."""

    place: str  # "top left"
    plain: Guess
    mirrored: Guess


@dataclass(frozen=True, slots=True, kw_only=True)
class TenParts:
    """What it says of ten parts of a photo, and of their mean."""

    together: Prediction
    parts: tuple[Part, ...]  # five, each also mirrored; the last one is the middle
