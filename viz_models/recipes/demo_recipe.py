"""How the demo was trained: which pictures it saw, how large, at which rates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the training in which all pictures have one size."""

    size: int  # pixels, height and width
    samples: int  # seen in this phase, repeats counted
    area: tuple[float, float]  # share of a picture that is seen, at least and at most
    lr: tuple[float, float] | None = None  # from, to, in a line; without it the recipe's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that the trained weights depend on."""

    phases: tuple[Phase, ...] = (
        Phase(size=48, samples=450_000, area=(0.2, 1.0)),
        Phase(size=64, samples=272_250, area=(0.2, 1.0)),
        Phase(size=96, samples=27_500, area=(0.25, 1.0)),
        Phase(size=128, samples=11_250, area=(0.3, 1.0)),
        Phase(size=224, samples=3_000, area=(0.4, 1.0)),
        Phase(size=224, samples=7_500, area=(0.4, 1.0), lr=(0.02, 0.0)),
        Phase(size=160, samples=28_500, area=(0.25, 1.0), lr=(0.03, 0.0137)),
        Phase(size=224, samples=7_000, area=(0.5, 1.0), lr=(0.0137, 0.0)),
        # parts as large as they are in a whole picture of 224 pixels, for a third of its price
        Phase(size=128, samples=125_000, area=(0.2, 0.7), lr=(0.04, 0.012)),
        Phase(size=224, samples=18_000, area=(0.5, 1.0), lr=(0.012, 0.0)),
        Phase(size=128, samples=16_250, area=(0.2, 0.7), lr=(0.04, 0.0388)),
        Phase(size=160, samples=17_500, area=(0.4, 0.9), lr=(0.035, 0.0303)),
        Phase(size=128, samples=27_500, area=(0.2, 0.8), lr=(0.03, 0.027)),
        Phase(size=128, samples=68_750, area=(0.2, 0.8), lr=(0.027, 0.0166)),
        Phase(size=128, samples=44_000, area=(0.2, 0.55), lr=(0.0166, 0.01)),
        Phase(size=160, samples=36_000, area=(0.3, 0.75), lr=(0.01, 0.0035)),
        Phase(size=224, samples=15_000, area=(0.6, 1.0), lr=(0.0035, 0.0)),
        # from here on in bfloat16, from the weights of then rounded to float16
        Phase(size=128, samples=400_000, area=(0.15, 0.5), lr=(0.05, 0.012)),
        Phase(size=160, samples=80_000, area=(0.25, 0.7), lr=(0.012, 0.004)),
        Phase(size=224, samples=35_000, area=(0.6, 1.0), lr=(0.004, 0.0)),
        # again from weights rounded to float16
        Phase(size=128, samples=240_000, area=(0.2, 0.6), lr=(0.05, 0.025)),
        Phase(size=160, samples=200_000, area=(0.35, 0.8), lr=(0.025, 0.005)),
        Phase(size=224, samples=60_000, area=(0.65, 1.0), lr=(0.005, 0.0)),
        # and once more
        Phase(size=224, samples=62_500, area=(0.65, 1.0), lr=(0.008, 0.0)),
    )
    batch_size: int = 125
    lr: float = 0.1  # the highest, of the phases that have none of their own
    lowest: float = 0.03  # share of it that is left at their end
    warm_up: float = 0.04  # share of their samples
    momentum: float = 0.9
    weight_decay: float = 5e-4
    smoothing: float = 0.1  # of the labels
    average: float = 0.99  # of the weights: their moving average is what is tested and shipped
    measured: int = 2000  # training pictures that give BatchNorm its mean and variance at the end
    # steps whose weights are kept, to look at
    moments: tuple[int, ...] = (1, 25, 100, 300, 700, 1400, 2300, 3200, 4200, 5200, 6172, 18020)
    seed: int = 0
