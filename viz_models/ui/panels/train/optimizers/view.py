"""What the lesson on optimizers looks at: its controls, and the numbers that its prose names."""

from dataclasses import dataclass
from typing import cast

import streamlit as st

from viz_models.digits import digits, percent
from viz_models.figures.train.optimizers import NAMES, SCHEDULES
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records.train.optimizers import (
    OPTIMIZERS,
    Basins,
    DescendSpec,
    OptimizerKey,
    SurfaceName,
    Sweep,
    Terrain,
    Walks,
)
from viz_models.ui.instruments.walk import at_start, at_step
from viz_models.ui.kit import state
from viz_models.ui.kit.controls import chips, control_row, select, slider
from viz_models.ui.results.train import optimizers as results

SURFACES: dict[SurfaceName, str] = {
    "valleys": N_("valleys"),
    "weight": N_("one real weight"),
    "bowl": N_("bowl"),
    "ravine": N_("ravine"),
    "saddle": N_("saddle"),
    "rosenbrock": N_("Rosenbrock"),
    "two": N_("two minima"),
    "weights": N_("two real weights"),
}
RATES = (
    0.0,
    *(float(f"{v}e{d}") for d in (-3, -2, -1, 0) for v in (1, 1.5, 2.2, 3.3, 4.7, 6.8)),
    10.0,
)
STEPS = (30, 100, 300, 1000)
STEPS_AT_FIRST, STEP_AT_FIRST = 300, 40
STARTS = {"saddle": N_("Start on the saddle"), "maximum": N_("Start on the maximum")}
OPENED: OptimizerKey = "adam"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page looks at."""

    walks: Walks
    terrain: Terrain
    basins: Basins
    sweep: Sweep
    usual: tuple[float, ...]  # where a walk begins unless a start is chosen
    formula: str
    step: int
    opened: OptimizerKey

    @property
    def spec(self) -> DescendSpec:
        """Return what was asked."""
        return self.walks.spec


def controls() -> View:
    """Draw surface, rate, steps and schedule; return the walks."""
    words = {str(name): said for name, said in SURFACES.items()}
    surface = cast(SurfaceName, chips(_("Surface"), words, key="surface", default="valleys"))
    at = results.surface(surface)
    with control_row():
        rate = slider(_("Rate"), RATES, "rate", 240, value=0.15)
        steps = slider(_("Steps"), STEPS, "steps", 110, value=STEPS_AT_FIRST)
        named = {words: name for name, words in SCHEDULES.items()}
        schedule = select(_("Schedule"), named, "schedule", 125)
        _starts(surface)
    start = at_start(at.start, at.low, at.high)
    spec = DescendSpec(surface=surface, start=start, rate=rate, steps=steps, schedule=schedule)
    who = state.choice("who", OPENED, OPTIMIZERS.__contains__)
    return View(
        walks=results.walks(spec),
        terrain=results.terrain(surface),
        basins=results.basins(spec),
        sweep=results.sweeps().of(surface),
        usual=at.start,
        formula=at.formula,
        step=at_step(STEP_AT_FIRST, steps),
        opened=cast(OptimizerKey, who),
    )


def _starts(surface: SurfaceName) -> None:
    """Draw a button for each place that is no minimum: nobody should move there."""
    high = [p for p in results.terrain(surface).places if p.kind != "minimum"]
    for i, place in enumerate(high[:1]):
        at = ",".join(repr(v) for v in place.at)
        st.button(
            _(STARTS[place.kind]),
            icon=":material/landscape:",
            key=f"top_{i}",
            on_click=state.choose,
            args=("start", at),
        )


def answer(view: View) -> str:
    """Return the section of the prose that is true for these walks."""
    if view.spec.rate == 0:
        return "nobody moves"
    if not any(w.gradients[0].any() for w in view.walks.walks):
        return "gradient zero"
    if len(view.terrain.minima) == 1:
        return "one minimum"
    return "several minima"


def facts(view: View) -> dict[str, str]:
    """Return the numbers that the prose names."""
    walks = view.walks.walks
    lowest = [_(NAMES[w.optimizer]) for w in walks if w.label == 0]
    shares = {o: view.basins.share(o, 0) for o in OPTIMIZERS}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    net = results.network()
    count = view.basins.labels.shape[1]
    return {
        "start": ", ".join(digits(v, 3) for v in view.spec.start),
        "here": listed(lowest) if lowest else _("none of the seven"),
        "best": _(NAMES[best]),
        "best_share": percent(shares[best]),
        "worst": _(NAMES[worst]),
        "worst_share": percent(shares[worst]),
        "starts": f"{count:,}",
        "rate": digits(view.spec.rate, 3),
        "steps": str(view.spec.steps),
        "formula": view.formula,
        "gradient": digits(float(abs(walks[0].gradients[0]).max()), 2),
        "weights": str(len(net.weights)),
        "alone": str(sum(v > 1 for v in net.valleys_alone)),
        "pairs": str(len(net.pairs)),
        "pairs_two": str(sum(v > 1 for *_, v in net.pairs)),
        "accuracy": percent(net.accuracy),
    } | _best_rates(view)


def _best_rates(view: View) -> dict[str, str]:
    parts = []
    for name in OPTIMIZERS:
        share = view.sweep.share(name, 0)
        at = int(share.argmax())
        parts.append(
            _("{name} {share} at {rate}").format(
                name=_(NAMES[name]),
                share=percent(float(share[at])),
                rate=digits(view.sweep.rates[at], 3),
            )
        )
    means = {o: float(view.sweep.share(o, 0).mean()) for o in OPTIMIZERS}
    return {
        "best_rates": "; ".join(parts),
        "means": "; ".join(f"{_(NAMES[o])} {percent(v)}" for o, v in means.items()),
        "runs": f"{view.sweep.labels.size:,}",
        "rates": str(len(view.sweep.rates)),
        "all_starts": f"{view.sweep.labels.shape[2]:,}",
    }


def listed(names: list[str]) -> str:
    """Return names as people list them: "SGD, Adam and AdamW"."""
    if len(names) == len(OPTIMIZERS):
        return _("all seven")
    if len(names) == 1:
        return names[0]
    return _("{others} and {last}").format(others=", ".join(names[:-1]), last=names[-1])
