"""What all question cards share."""

from viz_models.language import N_
from viz_models.records import ConvSpec, MlpSpec, Verdict
from viz_models.records.train.experiments import Arm, ExperimentSpec, OptimizerSpec, RunSpec

SEEDS = (0, 1, 2, 3, 4)  # five pairs, the fewest that allow a verdict
NOISE = N_("no difference beyond the seed noise")
MOMENTUM = OptimizerSpec(name="momentum", lr=0.03)
MLP = MlpSpec(in_channels=1, size=8, depth=1, width=64, init="he")
# He et al. 2016, section 4.2, arXiv:1512.03385: shortcuts without weights, so that plain and
# residual networks have the same parameters; two convolutions a block, a stem and a head
RESIDUAL = ConvSpec(
    in_channels=1,
    size=8,
    widths=(8, 16),
    stem_width=8,
    block="basic",
    norm="batch",
    activate="sum",
    shortcut="pad",
)


def experiment(card: str, arms: dict[str, RunSpec]) -> ExperimentSpec:
    """Every arm with the same seeds."""
    named = tuple(Arm(label=name, run=run) for name, run in arms.items())
    return ExperimentSpec(card=card, arms=named, seeds=SEEDS)


def choices(higher: str, lower: str) -> dict[Verdict, str]:
    """Return what people can predict of a difference."""
    return {"higher": higher, "lower": lower, "not larger than the seed noise": NOISE}
