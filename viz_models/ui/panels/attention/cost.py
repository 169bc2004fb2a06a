"""The lesson on cost: attention beside recurrence and convolution, recorded or measured here."""

from dataclasses import dataclass, fields, replace

import streamlit as st

from viz_models.digits import count, digits, memory
from viz_models.figures.attention import cost as figures
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import CostPoint, CostRun, CostSpec, LayerKind, Slope
from viz_models.ui.instruments.sheet import Cell, sheet
from viz_models.ui.kit import lesson, take_away
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.controls import chips, control_row, select, slider
from viz_models.ui.kit.look import figure_look
from viz_models.ui.results.attention import cost as results

SIZES = CostSpec().sizes
UP_TO = {N_("up to n = 512"): 512, N_("up to n = 1024"): 1024, N_("up to n = 4096"): 4096}
QUICK_PATHS = 256  # tokens; longer ones take seconds
PAPER: dict[LayerKind, tuple[str, str, str]] = {  # operations, sequential, path
    "attention": ("O(n²·d)", "O(1)", "O(1)"),
    "fused": ("O(n²·d)", "O(1)", "O(1)"),
    "windowed": ("O(r·n·d)", "O(1)", "O(n/r)"),
    "recurrence": ("O(n·d²)", "O(n)", "O(n)"),
    "convolution": ("O(k·n·d²)", "O(1)", "O(logₖ n)"),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The choices on the page, and the measurements that are shown."""

    run: CostRun
    n: int

    def at(self, kind: LayerKind) -> CostPoint | None:
        """Return the point of the chosen n, where it was measured."""
        return next((p for p in self.run.of(kind) if p.n == self.n), None)

    def slope(self, kind: LayerKind, what: str) -> Slope | None:
        """Return the fitted slope, where there is one."""
        return next((s for s in self.run.slopes if (s.kind, s.what) == (kind, what)), None)


def controls() -> View:
    """Draw the controls: the number of tokens, and which measurements are shown."""
    here = results.here()
    with control_row():
        n = slider(_("Tokens, n"), SIZES, "n", 320, value=1024)
        run = results.recorded()
        if here is not None:
            shown = {"recorded": N_("recorded"), "here": N_("measured here")}
            if chips(_("Measurements"), shown, key="runs", default="here") == "here":
                run = here
    largest = max(p.n for p in run.points)
    return View(run, min(n, largest))


def facts(view: View) -> dict[str, str]:
    """Return what the answer may name."""
    found = {kind: view.at(kind) for kind in PAPER}
    slope = view.slope("attention", "milliseconds")
    attention, recurrence = found["attention"], found["recurrence"]
    return {
        "n": f"{view.n:,}",
        "attention": f"{attention.chain:,}" if attention else "?",
        "recurrence": f"{recurrence.chain:,}" if recurrence else "?",
        "time": f"{digits(attention.milliseconds, 3)} ms" if attention else "?",
        "memory": memory(attention.peak_bytes) if attention else "?",
        "slope": digits(slope.value, 3) if slope else "?",
    }


def draw_charts(view: View) -> None:
    """Draw time, memory, operations in sequence and path length over n."""
    with st.container(border=True, height="stretch"):
        show(kept(figures.over_length, view.run, view.n, **figure_look()), "over_length", wide=True)


def draw_table(view: View) -> None:
    """Draw the paper's table; below each entry stands what was measured at the chosen n."""
    with st.container(border=True, height="stretch"):
        sheet(
            (_("operations"), _("sequential"), _("path length"), _("time"), _("memory")),
            [(_(figures.NAME[kind]), _cells(view, kind)) for kind in view.run.spec.kinds],
            key="costs",
            title=_("Orders of the paper, and measured at n = {n:,}").format(n=view.n),
            note=layers(view.run),
            badge=lesson.badge(view.run.provenance),
        )


def _cells(view: View, kind: LayerKind) -> list[Cell]:
    point, path = view.at(kind), _path(view, kind)
    if point is None:
        return [(text, "") for text in PAPER[kind][:2]] + [
            (PAPER[kind][2], path),
            ("", ""),
            ("", ""),
        ]
    operations = f"{count(point.multiply_adds)} {_slope(view, kind, 'multiply_adds')}"
    return [
        *zip(PAPER[kind], (operations, f"{point.chain:,}", path), strict=True),
        (f"{digits(point.milliseconds, 3)} ms", _slope(view, kind, "milliseconds")),
        (memory(point.peak_bytes), _slope(view, kind, "peak_bytes")),
    ]


def _slope(view: View, kind: LayerKind, what: str) -> str:
    slope = view.slope(kind, what)
    return f"~n^{slope.value:.2f}" if slope else ""


def _path(view: View, kind: LayerKind) -> str:
    """Return the path at the chosen n, or at the largest n below it that was measured."""
    known = [p for p in view.run.paths if p.kind == kind and p.n <= view.n]
    if not known:
        return ""
    length, n = known[-1].length, known[-1].n
    if n == view.n:
        return f"{length:,}"
    return _("{length:,} at {n:,}").format(length=length, n=n)


def layers(run: CostRun) -> str:
    """Return how large the layers are, and whether all parts were measured."""
    spec = run.spec
    done, asked = results.parts(run)
    stopped = (
        _("; stopped after {done} of {asked} parts").format(done=done, asked=asked)
        if done < asked
        else ""
    )
    return _(
        "d = {width}, kernel k = {kernel}, window r = {window}, batch of 1; "
        "time of one thread, fastest of {repeats} passes{stopped}"
    ).format(
        width=spec.width,
        kernel=spec.kernel,
        window=spec.window,
        repeats=spec.repeats,
        stopped=stopped,
    )


def draw_run_here(text: str) -> None:
    """Draw the button that measures on this machine, with progress and Stop."""
    with st.container(border=True):
        st.markdown(text)
        with control_row():
            most = select(_("Sizes"), UP_TO, "upto", 150, default="up to n = 1024")
            begin = st.button(_("Run here"), icon=":material/timer:", key="run_here")
            stop = st.empty()
        bar = st.empty()
    if not begin:
        return
    spec = replace(
        CostSpec(),
        sizes=tuple(n for n in SIZES if n <= most),
        path_sizes=tuple(n for n in SIZES if n <= QUICK_PATHS),
        repeats=5,
    )
    stop.button(
        _("Stop"), icon=":material/stop:", key="stop"
    )  # any click ends this run of the page
    for share, part in results.measured(spec):
        bar.progress(share, f"{_(figures.NAME[part.kind])}, n = {part.n}")
    st.rerun()


def code(view: View) -> str:
    """Return a script that times the same layers."""
    spec = view.run.spec
    return take_away.filled(
        "attention/cost",
        sizes=spec.sizes,
        width=spec.width,
        kernel=spec.kernel,
        window=spec.window,
    )


def table(view: View) -> str:
    """Return a table of every point of the run."""
    columns = [f.name for f in fields(CostPoint)]
    rows = ([getattr(p, name) for name in columns] for p in view.run.points)
    return take_away.csv_text(columns, rows)
