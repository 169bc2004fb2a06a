"""The gradient race: its first lines at once, and the others after the rest of the page."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from viz_models.figures.build import builder_race as figures
from viz_models.figures.build.builder_race_marks import ratio_text
from viz_models.language import N_, ngettext
from viz_models.language import gettext as _
from viz_models.records import Race, RaceLine, RaceSpec, RnnSpec
from viz_models.ui.kit.charts import kept, show
from viz_models.ui.kit.lesson import badge, say
from viz_models.ui.kit.look import figure_look
from viz_models.ui.panels.build.builder_families import INIT
from viz_models.ui.panels.build.builder_stage import View
from viz_models.ui.results.build import builder as results

HEIGHT = 296  # px
EXPLODED = 10  # the factor from which on the page says that a gradient explodes
PATIENCE = 0.3  # s of measuring before the first picture, the reader's own line at least
CELLS = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "open": N_("LSTM, bias 4")}
Task = tuple[str, int]  # name of the network, seed


@dataclass(slots=True, eq=False)
class Running:
    """A race under way: what has been measured, and what is still to come."""

    specs: dict[str, RaceSpec]
    yours: str
    place: DeltaGenerator
    note: DeltaGenerator
    said: DeltaGenerator  # where the answer stands
    rest: list[Task]
    lines: dict[str, list[RaceLine]] = field(default_factory=dict)

    def measure(self) -> None:
        """Measure the next task."""
        name, seed = self.rest.pop(0)
        self.lines.setdefault(name, []).append(results.line(self.specs[name], seed))

    def race(self) -> Race:
        """Return what has been measured so far, in the order of the networks."""
        lines = {name: tuple(self.lines[name]) for name in self.specs if name in self.lines}
        return results.gathered(self.specs, self.yours, lines)


def begin(view: View, said: DeltaGenerator, text: Mapping[str, str]) -> Running | None:
    """Measure for a short time and draw what is there; return the race for `finish`."""
    if not view.small:
        said.caption(text["refused"])
        return None
    specs, yours = results.entries(view.asked.spec, view.loss)
    if view.alone:
        specs = {yours: specs[yours]}
    rest = list(_tasks(specs, yours, view.seeds))
    running = Running(specs, yours, st.empty(), st.empty(), said, rest)
    until = time.monotonic() + PATIENCE
    running.measure()
    while running.rest and time.monotonic() < until:
        running.measure()
    _draw(view, running, text)
    return running


def _tasks(specs: dict[str, RaceSpec], yours: str, seeds: tuple[int, ...]) -> Iterator[Task]:
    names = [yours, *(name for name in specs if name != yours)]
    return ((name, seed) for seed in seeds for name in names)


def finish(view: View, running: Running | None, text: Mapping[str, str]) -> None:
    """Measure and draw the missing lines; the reader's next action stops this."""
    if running is None or not running.rest:
        return
    while running.rest:
        name, seed = running.rest[0]
        running.note.caption(
            _(":material/progress_activity: Measuring {name}, seed {seed} …").format(
                name=_(name), seed=seed
            )
        )
        running.measure()
    _draw(view, running, text)


def _draw(view: View, running: Running, text: Mapping[str, str]) -> None:
    race = running.race()
    running.note.caption(measured_over(race))
    say(running.said, answer(view, race, text))
    figure = kept(
        figures.gradient_race,
        race,
        view.measure,
        only=tuple(race.lines),
        chosen=view.walk.names.index(view.chosen) - 1,
        height=HEIGHT,
        **figure_look(),
    )
    with running.place:
        show(figure, f"race_{len(running.rest)}")


def measured_over(race: Race) -> str:
    """Return over how many seeds and examples a race was measured."""
    probe = race.specs[race.yours]
    seeds = max(len(lines) for lines in race.lines.values())
    over = _("One seed")
    if seeds > 1:
        over = _("Line: geometric mean of {n} seeds; band: lowest to highest seed").format(n=seeds)
    return _("{over} · batch of {batch} · {badge}").format(
        over=over, batch=probe.batch, badge=badge(race.provenance)
    )


def answer(view: View, race: Race, text: Mapping[str, str]) -> str:
    """Return the answer under the headline, from what was measured so far."""
    lost = next((x.overflow for x in race.lines[race.yours] if x.overflow is not None), None)
    if lost is not None:
        return text["overflow"].format(unit=_(race.unit), block=lost)
    depth = len(view.blocks)
    facts = {
        "blocks": _counted(race.unit, depth),
        "init": _(INIT.text(view.asked.spec)),
        "yours": _times(race, race.yours),
        "plain": _times(race, "no skip" if "no skip" in race.lines else "plain"),
        "skip": _times(race, "skip"),
        "loss": _(race.specs[race.yours].loss),
        "unit": _(race.unit),
    }
    facts |= _least(race)
    facts |= {key: _times(race, name) for key, name in CELLS.items()}
    return text[_section(race)].format(**facts)


def _counted(unit: str, count: int) -> str:
    """Return how many blocks, rows or tokens there are."""
    if unit == "row":
        said = ngettext("one row", "{n} rows", count)
    elif unit == "token":
        said = ngettext("one token", "{n} tokens", count)
    else:
        said = ngettext("one block", "{n} blocks", count)
    return said.format(n=count)


def _section(race: Race) -> str:
    """Return the section of the prose that fits the networks that ran, and what they did."""
    network = race.specs[race.yours].network
    if isinstance(network, RnnSpec) and network.bidirectional:
        return "both directions"
    if race.unit != "block":
        return "recurrent" if set(CELLS.values()) <= set(race.lines) else "mine over time"
    if "no skip" in race.lines:
        return "transformer"
    if not {"skip", "plain"} <= set(race.lines):
        return "mine"
    bare = race.ratio("skip", "gradient")
    if not bare >= EXPLODED:
        return "calm"
    if race.yours in ("skip", "plain"):
        return race.yours
    return "other" if race.ratio(race.yours, "gradient") < bare / EXPLODED else "calm"


def _least(race: Race) -> dict[str, str]:
    """Return where the gradient of the reader's own network is smallest, and how small."""
    line = race.band(race.yours, "gradient")[1]
    if not np.isfinite(line).any():
        return {"least": "", "at": ""}
    return {"least": ratio_text(float(np.nanmin(line))), "at": str(int(np.nanargmin(line)))}


def _times(race: Race, name: str) -> str:
    return ratio_text(race.ratio(name, "gradient")) if name in race.lines else ""
