"""Fine-tuning the captioner on new pictures: runs with five seeds, and what they say."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from viz_models.analysis.seed_noise import paired
from viz_models.digits import digits, percent
from viz_models.figures.vision import captions as figures
from viz_models.language import gettext as _
from viz_models.records.train.paired import Paired
from viz_models.records.vision.captions import MODES, TUNED, CaptionRecord, Statistics, Tuned
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.kit import lesson
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import captions as results


def difference(found: CaptionRecord, blocks: Tuned) -> Paired:
    """Return exact captions with BatchNorm in train minus those in eval, paired by seed."""
    pairs = zip(found.of(blocks, "train"), found.of(blocks, "eval"), strict=True)
    return paired([100 * (a.exact - b.exact) for a, b in pairs])


def _mean(found: CaptionRecord, blocks: Tuned, mode: Statistics, name: str) -> float:
    return float(np.mean([getattr(r, name) for r in found.of(blocks, mode)]))


def verdicts(found: CaptionRecord) -> dict[str, str]:
    """Return what the text on fine-tuning may name."""
    arms = [(blocks, mode) for blocks in TUNED for mode in MODES]
    blocks, mode = max(arms, key=lambda arm: _mean(found, arm[0], arm[1], "exact"))
    frozen = difference(found, 0)
    said = {
        "higher": _("more exact captions in train than in eval"),
        "lower": _("fewer exact captions in train than in eval"),
    }.get(frozen.verdict, _("a difference that is not larger than the seed noise"))
    return {
        "untuned": percent(found.untuned),
        "steps": str(found.steps),
        "scenes": str(found.scenes),
        "seeds": str(frozen.n),
        "frozen_moved": percent(_mean(found, 0, "train", "moved")),
        "still": percent(_mean(found, 0, "eval", "moved")),
        "frozen_train": percent(_mean(found, 0, "train", "exact")),
        "frozen_eval": percent(_mean(found, 0, "eval", "exact")),
        "frozen_train_old": percent(_mean(found, 0, "train", "old")),
        "frozen_eval_old": percent(_mean(found, 0, "eval", "old")),
        "frozen": said,
        "interval": _("{mean} points, 95 % interval {low} to {high}").format(
            mean=digits(frozen.mean, 3), low=digits(frozen.low, 3), high=digits(frozen.high, 3)
        ),
        "best": _("blocks trained: {blocks}; {mode}").format(
            blocks=_(figures.ARMS[blocks]), mode=_(figures.NAMES[mode])
        ),
        "best_exact": percent(_mean(found, blocks, mode, "exact")),
        "best_old": percent(_mean(found, blocks, mode, "old")),
    }


def draw_tuning(text: Mapping[str, str]) -> None:
    """Draw the runs of every way to fine-tune, and what moved."""
    found = results.recorded()
    facts = verdicts(found)
    st.markdown(text["Fine-tuning: the numbers"].format(**facts))
    if difference(found, 0).verdict == "higher":
        st.markdown(text["Fine-tuning: train is better"].format(**facts))
    left, right = st.columns([1, 1.25], gap="xsmall")
    with left.container(border=True, height="stretch"):
        show(kept(figures.tuned, found, **figure_look()), "tuned")
        st.caption(text["Dots"])
    rows = []
    for blocks in TUNED:
        d = difference(found, blocks)
        cells = [(f"{found.of(blocks, 'train')[0].trained:,}", "")]
        for mode in MODES:
            exact, old = (percent(_mean(found, blocks, mode, n)) for n in ("exact", "old"))
            cells.append((exact, _("old {share}").format(share=old)))
        mean = _("{mean} points").format(mean=digits(d.mean, 3))
        gap = _("{low} to {high}").format(low=digits(d.low, 3), high=digits(d.high, 3))
        rows.append((_(figures.ARMS[blocks]), [*cells, (mean, gap)]))
    with right.container(border=True, height="stretch"):
        sheet(
            (_("numbers that learn"), _("in train"), _("in eval"), _("train − eval")),
            rows,
            key="tuned_rows",
            title=_("Blocks trained, from the last"),
            note=_(
                "Exact captions of {scenes} faded scenes, means over five seeds; below "
                "them the old pictures. The difference is paired by seed, with its 95 % interval."
            ).format(scenes=found.scenes),
            badge=lesson.badge(found.provenance),
        )
