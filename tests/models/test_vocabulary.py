import subprocess
import sys

import pytest

from viz_models.models import vocabulary
from viz_models.models.vocabulary import ENGLISH, FRENCH, MAX_TOKENS, UNK, tokenize


def test_words_become_numbers_and_back():
    read = tokenize("I love  CATS!")
    assert read.tokens == ("i", "love", "cats")
    assert [ENGLISH[i] for i in read.ids] == ["i", "love", "cats"]
    assert read.unknown == ()


def test_short_forms_are_written_out():
    assert tokenize("He's happy, I don't run; they’re sad").tokens == (
        *("he", "is", "happy", "i", "do", "not", "run", "they", "are", "sad"),
    )


def test_unknown_words_are_marked_once_each():
    read = tokenize("the zebra sees the zebra?")
    assert read.unknown == ("zebra",)
    assert [i == UNK for i in read.ids] == [False, True, False, False, True, False]


@pytest.mark.parametrize("text", ["", "  ", "!?".replace("?", "."), "..."])
def test_no_word_is_refused(text):
    with pytest.raises(ValueError, match="no word"):
        tokenize(text)


@pytest.mark.parametrize("mark", ["<pad>", "<bos>", "<eos>"])
def test_a_mark_is_no_word(mark):
    with pytest.raises(ValueError, match=f"the text contains {mark}, which is no word"):
        tokenize(f"i love {mark}")
    assert tokenize("i love <unk>").ids[-1] == UNK


def test_the_limit_is_named():
    assert len(tokenize("cat " * MAX_TOKENS).ids) == MAX_TOKENS
    with pytest.raises(ValueError, match=f"{MAX_TOKENS + 1} words; the limit is {MAX_TOKENS}"):
        tokenize("cat " * (MAX_TOKENS + 1))


def test_a_word_without_end_is_refused():
    assert tokenize("a" * vocabulary.MAX_LETTERS).tokens == ("a" * vocabulary.MAX_LETTERS,)
    with pytest.raises(ValueError, match=r"^“aaaaaaaa…” has 3000 letters; the limit is 40 a word$"):
        tokenize("i love " + "a" * 3000)


def test_french_ends_at_its_end():
    ids = vocabulary.french_ids(("j'", "aime", "les", "chats"))
    assert vocabulary.french_tokens((*ids, vocabulary.EOS, vocabulary.PAD)) == (
        *("j'", "aime", "les", "chats"),
    )
    assert UNK not in ids


def test_no_word_stands_twice():
    assert len(set(ENGLISH)) == len(ENGLISH)
    assert len(set(FRENCH)) == len(FRENCH)


def test_a_page_can_split_a_sentence_before_torch_is_there():
    code = "import sys, viz_models.models.vocabulary; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
