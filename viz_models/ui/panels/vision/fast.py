"""The lesson on fast networks: predict what a guideline costs, then see what was timed."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from viz_models.digits import digits
from viz_models.figures.vision import fast as figures
from viz_models.language import N_, numbered
from viz_models.language import gettext as _
from viz_models.records.vision.fast import GUIDELINES, Fast, FastSpec, Series, Spread, spread
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away, votes, words
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row
from viz_models.ui.kit.jobs import Job
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.vision import fast as results

Outcome = Literal["less", "same", "more", "twice"]
NAMES = {
    "widths": N_("G1 equal widths"),
    "groups": N_("G2 groups"),
    "fragments": N_("G3 fragments"),
    "elementwise": N_("G4 element-wise"),
}
OUTCOMES: dict[Outcome, str] = {
    "less": N_("less time"),
    "same": N_("about the same time"),
    "more": N_("up to twice the time"),
    "twice": N_("more than twice the time"),
}
SAME = (0.9, 1.1)  # ratios that count as about the same
TWICE = 2.0
_GUESSED = "forward_pass.fast.guessed"  # guideline -> outcome; "" for those who only looked
_JOB = "forward_pass.fast.job"
TICK = 0.5  # s between two looks at a running measurement


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The chosen guideline, the times that show, and what the reader predicted."""

    series: Series
    found: Fast
    guess: str | None  # None before the prediction

    @property
    def ratio(self) -> Spread:
        """Return the time of the worst way over that of the best one."""
        return self.found.ratio(self.series)

    @property
    def outcome(self) -> Outcome:
        """Return which of the predictions came true."""
        return outcome(self.ratio.median)


def outcome(ratio: float) -> Outcome:
    """Return which prediction a ratio of times makes true."""
    if ratio < SAME[0]:
        return "less"
    if ratio <= SAME[1]:
        return "same"
    return "more" if ratio <= TWICE else "twice"


def controls() -> View:
    """Draw the choice of a guideline; return it with what was timed, here or as recorded."""
    with control_row():
        chosen = chips(_("Guideline"), NAMES, key="rule", default="groups")
    series = next(g for g in GUIDELINES if g == chosen)
    job: Job[FastSpec, Fast] | None = st.session_state.get(_JOB)
    here = next(iter(job.results.values()), None) if job else None
    guess = st.session_state.get(_GUESSED, {}).get(series)
    return View(series, here or results.recorded(), guess)


def facts(view: View) -> dict[str, str]:
    """Return what the texts of the page may name."""
    ways, ratio = view.found.of(view.series), view.ratio
    v2, v1 = view.found.of("units")
    unit = view.found.ratio("units")
    return {
        "count": str(len(ways)),
        "macs": digits(ways[0].macs / 1e6, 3),
        "first": numbered(ways[0].name),
        "last": numbered(ways[-1].name),
        "access": digits(ways[-1].access / ways[0].access, 2),
        "machine": words.plain(view.found.machine),
        "rounds": str(len(ways[0].milliseconds)),
        "verdict": _verdict(view, ratio),
        "v1_access": digits(v1.access / v2.access, 2),
        "v1_time": _times(unit),
        "v1_macs": f"{v1.macs:,}",
        "v2_macs": f"{v2.macs:,}",
    }


def _times(ratio: Spread) -> str:
    quartiles = _("quartiles {low} and {high}").format(
        low=digits(ratio.low, 2), high=digits(ratio.high, 2)
    )
    return _("{median} times ({quartiles})").format(
        median=digits(ratio.median, 2), quartiles=quartiles
    )


def _verdict(view: View, ratio: Spread) -> str:
    """Return what was measured, or before the prediction what is compared."""
    ways = view.found.of(view.series)
    if view.guess is None:
        return _("How much time does “{name}” take, compared with “{name_2}”?").format(
            name=numbered(ways[-1].name), name_2=numbered(ways[0].name)
        )
    holds = {
        "less": _("so the guideline does not hold here"),
        "same": _("so the guideline makes no difference here"),
        "more": _("as the guideline says"),
        "twice": _("as the guideline says"),
    }[view.outcome]
    return _("“{name}” takes {times} the time of “{name_2}”, {holds}.").format(
        name=numbered(ways[-1].name),
        times=_times(ratio),
        name_2=numbered(ways[0].name),
        holds=holds,
    )


def draw_ways(view: View) -> None:
    """Draw multiply-adds, numbers moved and time of every way."""
    with st.container(border=True, height="stretch"):
        ways, timed = view.found.of(view.series), view.guess is not None
        show(kept(figures.ways, ways, timed=timed, **figure_look()), "ways", wide=True)
        st.caption(
            _(
                "One example, one thread of {machine}. Bars: median processor time over {rounds} "
                "rounds; whiskers: quartiles. {badge}"
            ).format(
                machine=words.plain(view.found.machine),
                rounds=len(ways[0].milliseconds),
                badge=lesson.badge(view.found.provenance),
            )
        )


def draw_guess(view: View) -> None:
    """Ask for a prediction; afterwards say what came true."""
    ways = view.found.of(view.series)
    with st.container(border=True):
        if view.guess is None:
            st.markdown(
                _(
                    "**Your prediction**: the multiply-adds are equal. "
                    "Compared with “{name}”, “{name_2}” takes …"
                ).format(name=numbered(ways[0].name), name_2=numbered(ways[-1].name))
            )
            for choice, said in OUTCOMES.items():
                _button(view, _(said), choice)
            _button(view, _("Just show it"), "", kind="tertiary")
            return
        came = _(OUTCOMES[view.outcome])
        if view.guess == view.outcome:
            st.markdown(
                _("You predicted: **{came}** :green-badge[:material/check: correct]").format(
                    came=came
                )
            )
        elif view.guess:
            said = _(OUTCOMES[view.guess])  # type: ignore[index]
            st.markdown(
                _("You predicted: **{said}** · The result is different: **{came}**").format(
                    said=said, came=came
                )
            )
        else:
            st.markdown(_("It takes **{came}**.").format(came=came))
        _draw_tally(view.series)


def _draw_tally(series: Series) -> None:
    counted = votes.count(_question(series))
    said = [f"{_(text)}: {counted[c]}" for c, text in OUTCOMES.items() if counted[c]]
    if said:
        st.caption(
            _("All predictions of the last two hours · {said}").format(said=" · ".join(said))
        )


def _button(view: View, said: str, choice: str, kind: str = "secondary") -> None:
    st.button(
        said,
        key=f"guess_{view.series}_{choice}",
        on_click=_guess,
        args=(view.series, choice),
        type=kind,  # type: ignore[arg-type]
        width="stretch" if choice else "content",
    )


def _guess(series: Series, choice: str) -> None:
    st.session_state.setdefault(_GUESSED, {})[series] = choice
    votes.cast(_question(series), choice)


def _question(series: Series) -> str:
    return f"fast_{series}"


def draw_here() -> None:
    """Draw the button that times everything on this machine, with progress and Stop."""
    job: Job[FastSpec, Fast] | None = st.session_state.get(_JOB)
    if job and job.running:
        st.fragment(_follow, run_every=TICK)()
        return
    with control_row():
        if st.button(_("Measure here"), icon=":material/timer:", key="fast_run"):
            st.session_state[_JOB] = results.job(FastSpec())
            st.rerun()
        if job:
            said = _("The times above were measured now, on the machine that runs this page.")
            if not job.results:
                said = f"{words.plain(job.trouble)}." if job.trouble else _("Stopped.")
            st.caption(said, width="content")


def _follow() -> None:
    """Draw how far the measurement is, and a way out; draw the page again when it ends."""
    job: Job[FastSpec, Fast] = st.session_state[_JOB]
    share = job.look()
    if not job.running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, _("All four guidelines and both units, in rounds …"), width="stretch")
        st.button(_("Stop"), icon=":material/stop:", key="fast_stop", on_click=job.stop)


def draw_units(view: View) -> None:
    """Draw both units step by step, and their sums."""
    with st.container(border=True):
        show(kept(figures.units, view.found.units, **figure_look()), "units", wide=True)
        v2, v1 = view.found.of("units")
        rows: list[tuple[str, list[Cell]]] = [
            (_("multiply-adds"), [(f"{way.macs:,}", "") for way in (v1, v2)]),
            (_("numbers moved"), [(f"{way.access:,}", "") for way in (v1, v2)]),
            (_("time"), [_time(way.milliseconds) for way in (v1, v2)]),
        ]
        sheet(
            (v1.name, v2.name),
            rows,
            key="unit_sums",
            title=_("The whole unit"),
            note=_("one example of 28×28; BatchNorm is folded into the convolutions"),
            badge=lesson.badge(view.found.provenance),
        )


def _time(milliseconds: tuple[float, ...]) -> Cell:
    found = spread(milliseconds)
    ends = _("{low} to {high}").format(low=digits(found.low, 3), high=digits(found.high, 3))
    return f"{digits(found.median, 3)} ms", ends


def code() -> str:
    """Return a script that times the same ways in plain torch."""
    return take_away.filled("vision/fast", rounds=FastSpec().rounds)


def table(view: View) -> str:
    """Return a table of every way."""
    head = ("guideline", "way", "multiply_adds", "numbers_moved", "ms_low", "ms_median", "ms_high")
    rows = []
    for way in view.found.ways:
        s = spread(way.milliseconds)
        rows.append([way.series, way.name, way.macs, way.access, s.low, s.median, s.high])
    return take_away.csv_text(head, rows)
