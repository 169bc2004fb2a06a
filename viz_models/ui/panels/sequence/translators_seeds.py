"""What attention gains over several seeds, in words."""

from viz_models.analysis.seed_noise import paired
from viz_models.digits import digits
from viz_models.records.sequence.translators import TranslatorScores

VERDICTS = {
    "higher": "larger than the noise between seeds, in favor of attention",
    "lower": "larger than the noise between seeds, against attention",
    "not larger than the seed noise": "not larger than the noise between seeds",
    "too few pairs": "no verdict: too few seeds",
}


def gain(scores: TranslatorScores) -> dict[str, str]:
    """Return what attention gains, paired by seed, with its 95 % interval and what that says."""
    exact = {r.seed: r.exact for r in scores.runs if r.model == "lstm"}
    looking = {r.seed: r.exact for r in scores.runs if r.model == "lstm_attention"}
    found = paired([looking[seed] - exact[seed] for seed in sorted(exact)])
    return {
        "seeds": str(found.n),
        "mean": digits(100 * found.mean, 3),
        "low": digits(100 * found.low, 3),
        "high": digits(100 * found.high, 3),
        "verdict": VERDICTS[found.verdict],
    }
