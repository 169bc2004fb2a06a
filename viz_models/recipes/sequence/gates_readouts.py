"""Linear layers that read a state of a trained encoder: kinds of sentences, classes of words."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from viz_models.models import lexicon
from viz_models.models.sequence.translator import RecurrentTranslator
from viz_models.models.vocabulary import EOS, PAD
from viz_models.recipes.translate import batch
from viz_models.records.sequence.gates import Readout, WordScore
from viz_models.training.data.grammar import SentencePair, training_pairs

FITTED_ON = 2000  # sentences
SEED = 78  # of these; other sentences than those that are tested on
LEAST = 5  # times that a word must be tested to be called the hardest
ADJECTIVES = {a.en for a in lexicon.ADJECTIVES}
NOUNS = {"<unk>"} | {name for n in lexicon.NOUNS for name in (n.en, n.en_plural)}
VERBS = {
    *("am", "is", "are", "do", "does"),
    *(w.split()[0] for v in lexicon.TRANSITIVE + lexicon.INTRANSITIVE for w in (v.en, v.en_third)),
}
PRONOUNS = {p[0] for p in lexicon.PRONOUNS} | {p[0] for p in lexicon.OBJECT_PRONOUNS}
DETERMINERS = {"an"} | {name for d in lexicon.DETERMINERS for name in d[:2] if name}
ADVERBS = {"not", "very"} | {a[0] for a in lexicon.ADVERBS}


def readouts(
    model: RecurrentTranslator, pairs: Sequence[SentencePair], fitted_on: int = FITTED_ON
) -> tuple[Readout, Readout]:
    """Fit both layers on states of sentences of their own; test them on `pairs`."""
    fitted = _states(model, tuple(islice(training_pairs(SEED), fitted_on)))
    tested = _states(model, pairs)
    return _fitted(fitted[0], tested[0], None), _fitted(fitted[1], tested[1], tested[2])


def kind(words: Sequence[str]) -> str:
    """Return the kind of a sentence of the grammar."""
    if "?" in words:
        return "a question"
    if "not" in words:
        return "a negation"
    return "a statement" if VERBS & set(words) else "no verb"


def classes(words: Sequence[str]) -> tuple[str, ...]:
    """Return the class of each word of the grammar; "her" is told by the word after it."""
    return tuple(_class(w, after) for w, after in zip(words, (*words[1:], ""), strict=True))


def _class(word: str, after: str) -> str:
    if word == "her":
        return "determiner" if after in ADJECTIVES | NOUNS else "pronoun"
    for name, words in (
        ("noun", NOUNS), ("verb", VERBS), ("adjective", ADJECTIVES), ("pronoun", PRONOUNS),
        ("determiner", DETERMINERS), ("adverb", ADVERBS),
    ):  # fmt: skip
        if word in words:
            return name
    return "other"


Labelled = tuple[np.ndarray, list[str]]  # (N, H) states, and what stands there


@torch.no_grad()
def _states(
    model: RecurrentTranslator, pairs: Sequence[SentencePair]
) -> tuple[Labelled, Labelled, list[str]]:
    """Return last states with kinds, states after words with classes, and these words."""
    source = batch(pairs).source
    found = model.encode(source)
    inside = (source != PAD) & (source != EOS)
    kinds = [kind(p.english) for p in pairs]
    named = [name for p in pairs for name in classes(p.english)]
    words = [w for p in pairs for w in p.english]
    return (found.last.h.numpy(), kinds), (found.states[inside].numpy(), named), words


def _fitted(fitted: Labelled, tested: Labelled, words: list[str] | None) -> Readout:
    layer = LogisticRegression(max_iter=1000).fit(*fitted)
    right = layer.predict(tested[0]) == np.array(tested[1])
    return Readout(
        classes=tuple(map(str, layer.classes_)),
        weight=layer.coef_.astype(np.float32),
        bias=layer.intercept_.astype(np.float32),
        fitted_on=len(fitted[1]),
        right=int(right.sum()),
        guessed=Counter(tested[1]).most_common(1)[0][1],
        of=len(right),
        hardest=_hardest(words, right) if words else None,
    )


def _hardest(words: Sequence[str], right: np.ndarray) -> WordScore:
    """Return the word that is read wrongly most often."""
    all_, good = Counter(words), Counter(w for w, r in zip(words, right, strict=True) if r)
    worst = min((w for w in all_ if all_[w] >= LEAST), key=lambda w: good[w] / all_[w])
    return WordScore(word=worst, right=good[worst], of=all_[worst])
