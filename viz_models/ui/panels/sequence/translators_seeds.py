"""What attention gains over several seeds, in words."""

from viz_models.analysis.seed_noise import paired
from viz_models.digits import digits
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.sequence.translators import TranslatorScores
from viz_models.records.train.paired import Paired

Exact = dict[tuple[str, int], float]  # share of exact sentences, by model and seed
VERDICTS = {
    "higher": N_("larger than the noise between seeds, in favor of attention"),
    "lower": N_("larger than the noise between seeds, against attention"),
    "not larger than the seed noise": N_("not larger than the noise between seeds"),
    "too few pairs": N_("no verdict: too few seeds"),
}


def gain(scores: TranslatorScores) -> dict[str, str]:
    """Return what attention gains, paired by seed, with its 95 % interval and what that says.

    Names that begin with "long_" are of the trainings with as many steps as the shipped networks.
    """
    short: Exact = {(r.model, r.seed): r.exact for r in scores.runs}
    long: Exact = {(r.model, r.seed): r.score.exact for r in scores.long_runs}
    return _said(_pairs(short), "") | _said(_pairs(long), "long_")


def _pairs(exact: Exact) -> Paired:
    """Return the gain over the seeds that both networks were trained with."""
    seeds = sorted(seed for model, seed in exact if model == "lstm")
    return paired([exact["lstm_attention", s] - exact["lstm", s] for s in seeds])


def _said(found: Paired, prefix: str) -> dict[str, str]:
    said = {
        "seeds": str(found.n),
        "mean": digits(100 * found.mean, 3),
        "low": digits(100 * found.low, 3),
        "high": digits(100 * found.high, 3),
        "verdict": _(VERDICTS[found.verdict]),
    }
    return {prefix + name: value for name, value in said.items()}
