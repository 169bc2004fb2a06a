"""Count BLEU n-gram by n-gram, and score it in seven ways that are in use.

Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation",
https://aclanthology.org/P02-1040, section 2.3: BLEU = BP * exp(sum_n w_n log p_n).
Smoothing: Chen and Cherry 2014, https://aclanthology.org/W14-3346, as sacrebleu computes it.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence

from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.models.vocabulary import must_be_short
from viz_models.records.provenance import Provenance
from viz_models.records.sequence.bleu import Bleu, BleuSpec, Convention, Ngram, Order

MOST_WORDS = 40  # of one sentence, so that every n-gram fits a screen
FLOOR = 0.1  # sacrebleu's number of matches where there is none
Precisions = Sequence[float]


def words(text: str, name: str = N_("sentence")) -> tuple[str, ...]:
    """Split a text at its spaces.

    Args:
        text: What somebody typed; nothing else is done to it, so "cat." is not "cat".
        name: What the error line calls it.

    Raises:
        ValueError: If it has more than 40 words, or one of them is longer than 40 letters.
    """
    found = tuple(text.split())
    if len(found) > MOST_WORDS:
        raise ValueError(
            _("the {name} has {count} words; at most {most} can be shown").format(
                name=_(name), count=len(found), most=MOST_WORDS
            )
        )
    must_be_short(found)
    return found


def bleu(spec: BleuSpec) -> Bleu:
    """Count every n-gram of a translation and score it.

    Args:
        spec: Reference, translation, and the longest n-gram that is counted.

    Raises:
        ValueError: If the reference has no word, or the order is not 1 to 4.
    """
    if not spec.reference:
        raise ValueError(_("the reference is empty; type at least one word"))
    if not 1 <= spec.max_order <= 4:
        raise ValueError(f"n-grams of 1 to 4 words are counted, not of {spec.max_order}")
    orders = tuple(order(spec, n) for n in range(1, spec.max_order + 1))
    penalty = brevity_penalty(len(spec.reference), len(spec.translation))
    scored = tuple(_convention(key, rule, orders, penalty) for key, rule in CONVENTIONS.items())
    return Bleu(
        spec=spec,
        orders=orders,
        brevity_penalty=penalty,
        conventions=scored,
        provenance=Provenance(kind="measured now"),
    )


def order(spec: BleuSpec, n: int) -> Order:
    """Compare all n-grams of one length with the reference; repeated ones are clipped.

    An n-gram that the translation says more often than the reference counts only as often as the
    reference says it (section 2.1 of the paper: "modified n-gram precision").
    """
    here, there = _ngrams(spec.translation, n), Counter(_ngrams(spec.reference, n))
    totals, so_far = Counter(here), Counter[tuple[str, ...]]()
    found = []
    for start, gram in enumerate(here):
        so_far[gram] += 1
        found.append(
            Ngram(
                words=gram,
                start=start,
                in_translation=totals[gram],
                in_reference=there[gram],
                matched=so_far[gram] <= there[gram],
            )
        )
    return Order(n=n, ngrams=tuple(found))


def _ngrams(sentence: tuple[str, ...], n: int) -> list[tuple[str, ...]]:
    return [sentence[i : i + n] for i in range(len(sentence) - n + 1)]


def brevity_penalty(reference: int, translation: int) -> float:
    """Return exp(1 - r/c) for a translation of c words that is shorter than its reference of r."""
    if translation >= reference:
        return 1.0
    return math.exp(1 - reference / translation) if translation else 0.0


# How a score is made of the orders. Each rule returns p_n as it uses them, and their exponents.
Rule = Callable[[Sequence[Order]], tuple[Precisions, Precisions]]


def _paper(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    return [o.precision for o in orders], [1 / len(orders)] * len(orders)


def _nltk(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    """Put the smallest float in place of a p_n of zero, as nltk does without smoothing."""
    shares = [o.precision or sys.float_info.min for o in orders]
    return shares, [1 / len(orders)] * len(orders)


def _halving_weights(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    return [o.precision for o in orders], [0.5**o.n for o in orders]


def _smoothed(orders: Sequence[Order], of_zero: Callable[[int, Order], float]) -> Precisions:
    zeros, found = 0, []
    for o in orders:
        zeros += o.matched == 0
        found.append(o.precision if o.matched else of_zero(zeros, o))
    return found


def _exponential(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    filled = _filled(orders)
    return _smoothed(filled, lambda k, o: 1 / (2**k * o.total)), _equal(filled)


def _floor(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    filled = _filled(orders)
    return _smoothed(filled, lambda _, o: FLOOR / o.total), _equal(filled)


def _add_one(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    pairs = [(o.matched + (o.n > 1), o.total + (o.n > 1)) for o in orders]
    shares = [m / t if t else 0.0 for m, t in pairs]
    return shares, [1 / len(shares)] * len(shares)


def _unsmoothed(orders: Sequence[Order]) -> tuple[Precisions, Precisions]:
    filled = _filled(orders)
    return [o.precision for o in filled], _equal(filled)


def _filled(orders: Sequence[Order]) -> Sequence[Order]:
    """Leave out lengths that the translation is too short for ("effective order")."""
    return [o for o in orders if o.total]


def _equal(orders: Sequence[Order]) -> Precisions:
    return [1 / len(orders)] * len(orders) if orders else []


CONVENTIONS: dict[str, Rule] = {
    "paper": _paper,
    "nltk": _nltk,
    "none": _unsmoothed,
    "exp": _exponential,
    "floor": _floor,
    "add-k": _add_one,
    "d2l": _halving_weights,
}


def _convention(key: str, rule: Rule, orders: Sequence[Order], penalty: float) -> Convention:
    shares, exponents = rule(orders)
    # sacrebleu and nltk call a translation without a single match 0, however it is smoothed
    found = any(o.matched for o in orders) or key in ("paper", "d2l")
    score = penalty * _product(shares, exponents) if found else 0.0
    halved = tuple(1 - 0.5**e for e in exponents)
    return Convention(key=key, score=score, halved=halved)


def _product(shares: Precisions, exponents: Precisions) -> float:
    return math.prod(s**e for s, e in zip(shares, exponents, strict=True)) if shares else 0.0
