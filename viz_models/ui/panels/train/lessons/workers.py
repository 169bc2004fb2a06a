"""A batch split over workers: each one's gradient, their combination, and the whole batch's."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.train import workers as figures
from viz_models.language import gettext as _
from viz_models.records import Line
from viz_models.records.train.workers import DdpCase, DdpRun, Split, SplitCase, SplitSpec
from viz_models.ui.instruments.ledger import ledger
from viz_models.ui.instruments.sheet import sheet
from viz_models.ui.instruments.tiles import Tiles, tiles
from viz_models.ui.kit import lesson, owner, take_away, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import control_row, select, slider
from viz_models.ui.kit.jobs import Job
from viz_models.ui.kit.look import figure_look, is_dark, luts
from viz_models.ui.results.train import workers as results

CASES: dict[str, SplitCase] = {name: case for case, name in figures.NAMES.items()}
WORKERS, BATCHES = (2, 4, 8), (16, 32, 64, 128)
MOST_SHOWN = 32  # digits of a worker
ROUNDING = 1e-4  # a relative difference below which only rounding is meant
TICK = 0.5  # s between two looks at the processes
_JOB, _KEPT = "forward_pass.workers", "forward_pass.workers.kept"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the reader chose, and what was measured for it."""

    split: Split
    case: SplitCase

    def gap(self, case: SplitCase) -> float:
        """Return the median of |g - G| / |G| over the seeds."""
        return float(np.median(self.split.gap(case).gap))


def controls() -> View:
    """Draw the choices: how many workers, how large the batch, and what is done to it."""
    with control_row():
        workers = slider(_("Workers"), WORKERS, "workers", 130, value=4)
        size = slider(_("Batch"), BATCHES, "batch", 170, value=64)
        case = select(_("Case"), CASES, "case", 250)
    return View(results.split(SplitSpec(workers=workers, batch_size=size)), case)


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the texts of the page name."""
    spec = view.split.spec
    named = {case.replace(" ", "_"): _said(view.gap(case)) for case in figures.NAMES}
    same = float(np.median(view.split.gap("equal").same))
    return named | {
        "workers": str(spec.workers),
        "batch": str(spec.batch_size),
        "part": str(spec.batch_size // spec.workers),
        "same": percent(same),
        "seeds": str(spec.seeds),
        "cosine": f"{float(np.median(view.split.gap('unequal').cosine)):.2f}",
    }


def _said(gap: float) -> str:
    """Return a relative difference: small ones as a number, large ones in percent."""
    return digits(gap, 2) if gap < ROUNDING else percent(gap)


def draw_gradients(view: View, text: Mapping[str, str]) -> None:
    """Draw the parts of the batch and their gradients, the combination, and the whole's."""
    shown = view.split.view(view.case)
    with st.container(border=True, height="stretch"):
        st.markdown(
            _("**{names}: the batch, worker by worker**").format(names=_(figures.NAMES[view.case]))
        )
        tiles(_parts(view), key="parts", luts=luts(is_dark()))
        st.markdown(_("**The gradient of the last layer’s weight, 10×32, on one scale**"))
        limit = float(np.abs(np.concatenate([shown.gradients, shown.whole[None]])).max())
        tiles(_gradients(view, limit), key="gradients", luts=luts(is_dark()))
        difference = shown.combined - shown.whole
        tiles(_ends(view, limit, difference), key="ends", luts=luts(is_dark()))
        st.caption(text["Legend"].format(largest=digits(float(np.abs(difference).max()), 2)))


def _parts(view: View) -> list[Tiles]:
    shown = view.split.view(view.case)
    starts = np.cumsum([0, *shown.shards[:-1]])
    across = 16 if len(shown.shards) == 2 else 8
    return [
        Tiles(
            name=_("worker {i}").format(i=i + 1),
            title=_("worker {i}: {size}").format(i=i + 1, size=size),
            values=shown.images[start : start + min(size, MOST_SHOWN)],
            limits=(0.0, 1.0),
            columns=min(across, size),
            size=15,
            exact=False,
        )
        for i, (start, size) in enumerate(zip(starts, shown.shards, strict=True))
    ]


def _gradients(view: View, limit: float) -> list[Tiles]:
    shown = view.split.view(view.case)
    last, size = len(shown.weights) - 1, {2: 270, 4: 128}.get(len(shown.weights), 126)
    return [
        _tile(
            f"worker {i + 1}",
            _("worker {i} × {weight}").format(i=i + 1, weight=digits(weight, 3)),
            values,
            limit,
            after="+" if i < last else "",
            size=size,
        )
        for i, (weight, values) in enumerate(zip(shown.weights, shown.gradients, strict=True))
    ]


def _ends(view: View, limit: float, difference: np.ndarray) -> list[Tiles]:
    shown = view.split.view(view.case)
    own = float(np.abs(difference).max()) or 1.0
    return [
        _tile("combined", _("combined"), shown.combined, limit, after="−"),
        _tile("whole", _("whole batch"), shown.whole, limit, after="="),
        _tile("difference", _("difference, on a scale of its own"), difference, own),
    ]


def _tile(
    name: str, title: str, values: np.ndarray, limit: float, *, after: str = "", size: int = 188
) -> Tiles:
    return Tiles(
        name=name,
        title=title,
        values=values[None],
        scheme="diverging",
        limits=(-limit, limit),
        size=size,
        after=after,
        axes=(_("digit"), _("unit")),
    )


def draw_gaps(view: View) -> None:
    """Draw how far every case is from the whole batch, and the numbers of the chosen one."""
    gap = view.split.gap(view.case)
    cosine, same = float(np.median(gap.cosine)), float(np.median(gap.same))
    lines = [
        Line(label=_("difference, median"), value=_said(view.gap(view.case)), role="chosen"),
        Line(label=_("smallest"), value=_said(float(gap.gap.min()))),
        Line(label=_("largest"), value=_said(float(gap.gap.max()))),
        Line(label=_("cosine of the angle between both"), value=f"{cosine:.4f}"),
        Line(label=_("equal bit for bit, of those not 0"), value=percent(same)),
    ]
    with st.container(border=True, height="stretch"):
        st.markdown(_("**All cases, {seeds} seeds**").format(seeds=view.split.spec.seeds))
        show(kept(figures.gaps, view.split, view.case, **figure_look()), "gaps")
        ledger(
            lines,
            key="gap_numbers",
            title=_(figures.NAMES[view.case]),
            note=_("over all parameters"),
            badge=lesson.badge(view.split.provenance),
            terms=words.glossary(),
        )


# ------------------------------------------------------------------ DistributedDataParallel


def draw_ddp(text: Mapping[str, str]) -> None:
    """Draw what torch's DDP made of it: recorded, or run here in two processes."""
    job: Job[str, DdpRun] | None = st.session_state.get(_JOB)
    here = job.results.get("ddp") if job else None
    found = here or results.recorded()
    _draw_table(found)
    st.markdown(text["SyncBatchNorm"].format(said=words.plain(found.sync_batch_norm)))
    if owner.hosted():
        st.caption(text["Hosted"])
        return
    if job and job.running:
        st.fragment(_follow, run_every=TICK)()
        return
    kept: list[DdpCase] = [] if here else st.session_state.get(_KEPT, [])
    with control_row():
        label = _("Go on") if kept else _("Measure it here")
        if st.button(label, icon=":material/play_arrow:", key="ddp_run"):
            st.session_state[_KEPT] = kept
            st.session_state[_JOB] = results.job(kept)
            st.rerun()
        said = _("{seconds:.0f} s for both processes.").format(seconds=found.seconds)
        if job and not here:
            stopped = _("Stopped after {done} of {total} cases.").format(
                done=len(kept), total=len(found.cases)
            )
            said = f"{words.plain(job.trouble)}." if job.trouble else stopped
        st.caption(said, width="content")


def _follow() -> None:
    """Draw how far both processes are, and a way out; draw the page again when they end."""
    job: Job[str, DdpRun] = st.session_state[_JOB]
    share = job.look()
    if not job.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, _("Two processes import torch, meet, and compute …"), width="stretch")
        st.button(_("Stop"), icon=":material/stop:", key="ddp_stop", on_click=job.stop)


def _draw_table(found: DdpRun) -> None:
    rows = [(_(figures.NAMES[c.case]), _cells(c)) for c in found.cases]
    sheet(
        (_("to the whole batch"), _("to the mean of both parts by hand")),
        rows,
        key="ddp",
        title=_("DistributedDataParallel, 2 processes with gloo, a batch of {batch_size}").format(
            batch_size=found.batch_size
        ),
        note=_("median, smallest and largest of {count} seeds; largest difference").format(
            count=len(found.cases[0].gap)
        ),
        badge=lesson.badge(found.provenance),
    )


def _cells(case: DdpCase) -> list[tuple[str, str]]:
    low, high = (_said(v) for v in (min(case.gap), max(case.gap)))
    by_hand = _("equal bit for bit") if case.by_hand == 0 else digits(case.by_hand, 2)
    return [
        (_said(float(np.median(case.gap))), _("{low} to {high}").format(low=low, high=high)),
        (by_hand, ""),
    ]


def code(view: View) -> str:
    """Return a script that measures the same cases."""
    spec = view.split.spec
    return take_away.filled(
        "train/workers", workers=spec.workers, batch=spec.batch_size, seeds=spec.seeds
    )


def table(view: View) -> str:
    """Return every case and seed as CSV, one a row."""
    rows = [
        [g.case, seed, float(g.gap[seed]), float(g.cosine[seed]), float(g.same[seed])]
        for g in view.split.gaps
        for seed in range(len(g.gap))
    ]
    head = ("case", "seed", _("relative difference"), "cosine", _("share equal bit for bit"))
    return take_away.csv_text(head, rows)
