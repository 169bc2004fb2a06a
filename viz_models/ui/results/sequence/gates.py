"""Results for the lesson on gates; torch is imported when one is computed."""

from viz_models.models import vocabulary
from viz_models.recordings.sequence import gates as recordings
from viz_models.recordings.sequence import translators as recorded_translators
from viz_models.records.sequence.gates import (
    Gate,
    GatesOverSentences,
    GatesSpec,
    Held,
    Hold,
    Net,
    Padded,
    Readings,
    Unit,
    Unrolled,
)
from viz_models.records.sequence.gates_elsewhere import Corpus, Elsewhere, Part
from viz_models.records.sequence.translators import TranslatorScores
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def recorded() -> GatesOverSentences:
    """Return what both networks do over many sentences, from the recording."""
    return recordings.load()


@cached(turn=False)
def trainings() -> TranslatorScores:
    """Return trainings of both networks with several seeds, from the lesson on translators."""
    return recorded_translators.load()


@cached()
def unrolled(spec: GatesSpec) -> Unrolled:
    """Return every gate and state of a sentence."""
    from viz_models.analysis.sequence import gates

    return gates.unrolled(spec)


@cached()
def unit(spec: GatesSpec, number: int, word: int) -> Unit:
    """Return one unit at one word with all its sums."""
    from viz_models.analysis.sequence import gates

    return gates.unit(spec, number, word)


@cached()
def held(spec: GatesSpec, gate: Gate, hold: Hold) -> Held:
    """Return the translation with a gate held, and without."""
    from viz_models.analysis.sequence import gates

    means = recorded().of(spec.net).means[gate].tolist()
    return gates.held(spec, gate, hold, means)


@cached()
def readings(spec: GatesSpec) -> Readings:
    """Return three ways to use the states of the network."""
    from viz_models.analysis.sequence import gates_readings

    net = recorded().of(spec.net)
    return gates_readings.readings(spec, net.kinds, net.words)


@cached()
def corpus(net: Net) -> Corpus:
    """Return every gate and state of the recorded sentences."""
    from viz_models.analysis.sequence import gates_elsewhere
    from viz_models.training.data.grammar import test_pairs

    found = recorded()
    assert found.provenance.seed is not None
    pairs = test_pairs(found.sentences, found.provenance.seed)
    return gates_elsewhere.corpus(net, [p.english for p in pairs])


def elsewhere(net: Net, part: Part, unit: int, value: float) -> Elsewhere:
    """Return where else among the recorded sentences a unit has nearly this value."""
    from viz_models.analysis.sequence import gates_elsewhere

    return gates_elsewhere.elsewhere(corpus(net), part, unit, value)


@cached()
def padded(spec: GatesSpec, pads: int) -> Padded:
    """Return a sentence with padding behind it, read rightly and wrongly."""
    from viz_models.analysis.sequence import gates

    return gates.padded(spec, pads)


def ids(text: str) -> tuple[int, ...]:
    """Return a sentence as numbers, its end included; needs no torch."""
    return (*vocabulary.tokenize(text).ids, vocabulary.EOS)


def file(net: Net) -> str:
    """Return the name in pretrained/ of a network's weights."""
    return f"translate_{net}"
