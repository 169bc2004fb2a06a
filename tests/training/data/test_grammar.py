from itertools import islice

import pytest

from viz_models.models.vocabulary import ENGLISH, FRENCH
from viz_models.training.data.grammar import held_out, training_pairs
from viz_models.training.data.grammar import test_pairs as drawn_for_tests

# by a grammar book, not by the generator
KNOWN = {
    "i arrive": "j' arrive",
    "i have books": "j' ai des livres",
    "birds do not arrive": "les oiseaux n' arrivent pas",
    "he loves me": "il m' aime",
    "this child": "cet enfant",
    "my bird": "mon oiseau",
    "children do not draw children": "les enfants ne dessinent pas d' enfants",
    "are they black ?": "est-ce qu' ils sont noirs ?",
    "a mouse": "une souris",
    "girls are happy": "les filles sont heureuses",
    "his horses": "ses chevaux",
    "dogs always arrive": "les chiens arrivent toujours",
    "three children": "trois enfants",
    "dogs see you": "les chiens te voient",
    "a white school": "une école blanche",
    "her white mouse": "sa souris blanche",
    "we have it": "nous l' avons",
    "is he very sad ?": "est-ce qu' il est très triste ?",
    "the big horse": "le grand cheval",
    "they love him": "ils l' aiment",
}


@pytest.fixture(scope="module")
def drawn():
    return list(islice(training_pairs(0), 20_000))


def test_what_a_grammar_book_says(drawn):
    made = {" ".join(p.english): " ".join(p.french) for p in drawn}
    assert {english: made.get(english) for english in KNOWN} == KNOWN


def test_every_word_of_both_vocabularies_is_used(drawn):
    english = {w for p in drawn for w in p.english}
    french = {w for p in drawn for w in p.french}
    assert english == set(ENGLISH) - {"<pad>", "<bos>", "<eos>"}
    assert french == set(FRENCH) - {"<pad>", "<bos>", "<eos>"}


def test_one_sentence_has_one_translation(drawn):
    said = {}
    for pair in drawn:
        assert said.setdefault(pair.english, pair.french) == pair.french


def test_no_vowel_follows_a_word_that_elides(drawn):
    for pair in drawn:
        for word, following in zip(pair.french, pair.french[1:], strict=False):
            if word in {"le", "la", "je", "ne", "de", "me", "te", "que", "ma", "ta", "sa", "ce"}:
                assert following[0] not in "aeiouéè", pair
            if word.endswith("'"):
                assert following[0] in "aeiouéèh", pair


def test_training_never_sees_a_held_out_pairing(drawn):
    assert not any(p.pairings & held_out() for p in drawn)
    # seen from outside: the words of the lessons' own examples never meet
    assert not any(
        {"black", "cat"} <= set(p.english) and "black cat" in " ".join(p.english) for p in drawn
    )
    assert not any("love cats" in " ".join(p.english) for p in drawn)
    assert any("love dogs" in " ".join(p.english) for p in drawn)


def test_every_test_sentence_has_a_held_out_pairing():
    pairs = drawn_for_tests(300, 5)
    assert len({p.english for p in pairs}) == 300
    assert all(p.pairings & held_out() for p in pairs)
    assert not any("<unk>" in p.english for p in pairs)


def test_the_same_seed_draws_the_same():
    first, again, other = (tuple(islice(training_pairs(s), 50)) for s in (3, 3, 4))
    assert first == again != other
