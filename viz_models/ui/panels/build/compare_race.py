"""The gradients of both networks: one seed at once, the others after the rest of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.figures.build import compare as figures
from viz_models.figures.build.builder_race_marks import ratio_text
from viz_models.language import gettext as _
from viz_models.records import Race, RaceLine, RaceSpec
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.build.builder_race import measured_over
from viz_models.ui.panels.build.compare import View
from viz_models.ui.results.build import builder as results
from viz_models.ui.results.build import compare as door

HEIGHT = 230  # px


@dataclass(slots=True, eq=False)
class Running:
    """A race under way: what is measured, and where it is drawn."""

    specs: dict[str, RaceSpec]  # of both
    names: tuple[str, ...]  # who runs
    place: DeltaGenerator
    note: DeltaGenerator
    lines: dict[str, list[RaceLine]] = field(default_factory=dict)

    def measure(self, seed: int) -> None:
        """Measure one more seed of each network."""
        for name in self.names:
            self.lines.setdefault(name, []).append(results.line(self.specs[name], seed))

    def race(self) -> Race:
        """Return what has been measured so far."""
        lines = {name: tuple(found) for name, found in self.lines.items()}
        return results.gathered(self.specs, next(iter(self.specs)), lines)


def begin(view: View) -> Running | None:
    """Measure the first seed and draw it; return the race for `finish`."""
    if not view.running:
        st.caption(_("Both networks are too large to be built here, so there is no gradient race."))
        return None
    st.markdown(_("**Gradient race**"))
    one, two = door.pair(view.a.spec, view.b.spec, view.loss)
    specs = {view.a.letter: one, view.b.letter: two}
    names = tuple(side.letter for side in view.running)
    running = Running(specs, names, st.empty(), st.empty())
    running.measure(view.seeds[0])
    _draw(view, running)
    return running


def finish(view: View, running: Running | None) -> None:
    """Measure and draw the missing seeds; the reader's next action stops this."""
    if running is None or len(view.seeds) == 1:
        return
    for seed in view.seeds[1:]:
        running.note.caption(
            _(":material/progress_activity: Measuring seed {seed} …").format(seed=seed)
        )
        running.measure(seed)
    _draw(view, running)


def _draw(view: View, running: Running) -> None:
    race = running.race()
    figure = kept(figures.gradient_pair, race, view.measure, height=HEIGHT, **figure_look())
    with running.place:
        show(figure, f"pair_{len(next(iter(running.lines.values())))}")
    running.note.caption(measured_over(race))


def answer(view: View, running: Running | None, text: Mapping[str, str]) -> str:
    """Return the answer under the headline, from what was measured so far."""
    parts = [_costs(view, text)]
    if running is not None:
        race = running.race()
        said = [
            text["gradient"].format(
                name=side.letter if view.a.title == view.b.title else _(side.title),
                ratio=ratio_text(race.ratio(side.letter, "gradient"))
                or _("out of float32's range"),
            )
            for side in view.running
        ]
        parts.append(text["way back"].format(lines=", ".join(said)))
    return " ".join(parts)


def _costs(view: View, text: Mapping[str, str]) -> str:
    costs = {c.label: c for c in view.found.costs}
    parameters, macs = costs["parameters"], costs["multiply-adds"]
    if parameters.a == parameters.b and macs.a == macs.b:
        return text["same price"].format(count=f"{parameters.a:,}")
    return text["other price"].format(
        parameters=f"{parameters.ratio:.3g}", macs=f"{macs.ratio:.3g}"
    )
