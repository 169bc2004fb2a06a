"""Every knob of the builder can be read, written and found in the URL again."""

import pytest

from viz_models.models.builder.presets import PRESETS
from viz_models.models.builder.repair import repaired
from viz_models.ui.panels.build.builder_families import FAMILIES, family_of

KNOBS = [(name, knob) for name, family in FAMILIES.items() for knob in family.knobs]


def choices(knob, spec):
    if knob.kind == "toggle":
        return [True, False]
    return list(knob.labels) if knob.labels is not None else list(knob.numbers(spec))


@pytest.mark.parametrize(("name", "knob"), KNOBS, ids=lambda v: getattr(v, "key", v))
def test_what_is_set_is_read_again(name, knob):
    spec = FAMILIES[name].spec
    if not knob.shown(spec):
        return
    for choice in choices(knob, spec):
        assert knob.text(knob.set(spec, choice)) == choice
        assert knob.parsed(str(choice)) == choice


@pytest.mark.parametrize(("name", "knob"), KNOBS, ids=lambda v: getattr(v, "key", v))
def test_every_choice_can_be_repaired_into_a_network(name, knob):
    spec = FAMILIES[name].spec
    for choice in choices(knob, spec):
        fitting, _ = repaired(knob.set(spec, choice))
        assert repaired(fitting) == (fitting, ())


def test_keys_of_a_family_are_distinct():
    for family in FAMILIES.values():
        keys = [knob.key for knob in family.knobs]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", PRESETS)
def test_knobs_that_say_a_preset_leave_it_as_it_is(name):
    spec = PRESETS[name]
    for knob in FAMILIES[family_of(spec)].knobs:
        assert knob.set(spec, knob.text(spec)) == spec


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "<script>", "-5", "0.5", "None"])
def test_nonsense_in_the_url_is_repaired(text):
    for name, knob in KNOBS:
        held = knob.parsed(text)
        spec = FAMILIES[name].spec
        fitting, _ = repaired(spec if held is None else knob.set(spec, held))
        assert repaired(fitting) == (fitting, ())
