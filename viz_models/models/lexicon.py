"""The words of a small English and French: what the translator knows."""

from typing import NamedTuple


class Noun(NamedTuple):
    """A thing that has a name in both languages."""

    en: str
    en_plural: str
    fr: str
    fr_plural: str
    feminine: bool
    alive: bool = False


class Adjective(NamedTuple):
    """A property; French says some before the noun, most after it."""

    en: str
    fr: tuple[str, str, str, str]  # m, f, m plural, f plural
    before: bool = False


class Verb(NamedTuple):
    """An action in the present tense."""

    en: str
    en_third: str  # he, she, it
    fr: tuple[str, str, str, str, str]  # je, tu, il, nous, ils
    generic: bool = False  # "i love cats" is about all cats: "les chats", not "des chats"


def _adjective(en: str, fr: str, *, before: bool = False) -> Adjective:
    """Regular endings; "fr" is "masculine" or "masculine feminine"."""
    m, f = (fr.split() * 2)[:2] if " " in fr else (fr, fr if fr.endswith("e") else fr + "e")
    return Adjective(en, (m, f, m if m[-1] in "sx" else m + "s", f + "s"), before)


def _verb(en: str, third: str, fr: str, *, generic: bool = False) -> Verb:
    je, tu, il, nous, ils = fr.split()
    return Verb(en, third, (je, tu, il, nous, ils), generic)


def _er(stem: str) -> str:
    return f"{stem}e {stem}es {stem}e {stem}ons {stem}ent"


NOUNS = (
    Noun("cat", "cats", "chat", "chats", False, True),
    Noun("dog", "dogs", "chien", "chiens", False, True),
    Noun("bird", "birds", "oiseau", "oiseaux", False, True),
    Noun("horse", "horses", "cheval", "chevaux", False, True),
    Noun("mouse", "mice", "souris", "souris", True, True),
    Noun("cow", "cows", "vache", "vaches", True, True),
    Noun("man", "men", "homme", "hommes", False, True),
    Noun("woman", "women", "femme", "femmes", True, True),
    Noun("boy", "boys", "garçon", "garçons", False, True),
    Noun("girl", "girls", "fille", "filles", True, True),
    Noun("child", "children", "enfant", "enfants", False, True),
    Noun("friend", "friends", "ami", "amis", False, True),
    Noun("house", "houses", "maison", "maisons", True),
    Noun("school", "schools", "école", "écoles", True),
    Noun("car", "cars", "voiture", "voitures", True),
    Noun("tree", "trees", "arbre", "arbres", False),
    Noun("flower", "flowers", "fleur", "fleurs", True),
    Noun("apple", "apples", "pomme", "pommes", True),
    Noun("book", "books", "livre", "livres", False),
    Noun("table", "tables", "table", "tables", True),
)
ADJECTIVES = (
    _adjective("big", "grand", before=True),
    _adjective("small", "petit", before=True),
    _adjective("pretty", "joli", before=True),
    _adjective("young", "jeune", before=True),
    _adjective("black", "noir"),
    _adjective("white", "blanc blanche"),
    _adjective("red", "rouge"),
    _adjective("green", "vert"),
    _adjective("blue", "bleu"),
    _adjective("happy", "heureux heureuse"),
    _adjective("sad", "triste"),
    _adjective("funny", "drôle"),
)
TRANSITIVE = (
    _verb("love", "loves", _er("aim"), generic=True),
    _verb("hate", "hates", _er("détest"), generic=True),
    _verb("see", "sees", "vois vois voit voyons voient"),
    _verb("eat", "eats", "mange manges mange mangeons mangent"),
    _verb("want", "wants", "veux veux veut voulons veulent"),
    _verb("have", "has", "ai as a avons ont"),
    _verb("draw", "draws", _er("dessin")),
    _verb("find", "finds", _er("trouv")),
    _verb("buy", "buys", "achète achètes achète achetons achètent"),
    _verb("look for", "looks for", _er("cherch")),
    _verb("listen to", "listens to", _er("écout")),
)
INTRANSITIVE = (
    _verb("sleep", "sleeps", "dors dors dort dormons dorment"),
    _verb("run", "runs", "cours cours court courons courent"),
    _verb("sing", "sings", _er("chant")),
    _verb("arrive", "arrives", _er("arriv")),
    _verb("play", "plays", _er("jou")),
)
BE = Verb("be", "is", ("suis", "es", "est", "sommes", "sont"))
# English, its form of "be", French, which of a verb's five French forms, plural
PRONOUNS = (
    ("i", "am", "je", 0, False),
    ("you", "are", "tu", 1, False),
    ("he", "is", "il", 2, False),
    ("she", "is", "elle", 2, False),
    ("it", "is", "il", 2, False),
    ("we", "are", "nous", 3, True),
    ("they", "are", "ils", 4, True),
)
OBJECT_PRONOUNS = (
    ("me", "me"),
    ("you", "te"),
    ("him", "le"),
    ("her", "la"),
    ("it", "le"),
    ("us", "nous"),
    ("them", "les"),
)
# English singular and plural, then French: masculine, feminine, plural; "" has no such form
DETERMINERS = (
    ("the", "the", "le", "la", "les"),
    ("a", "", "un", "une", "des"),
    ("my", "my", "mon", "ma", "mes"),
    ("your", "your", "ton", "ta", "tes"),
    ("his", "his", "son", "sa", "ses"),
    ("her", "her", "son", "sa", "ses"),
    ("this", "these", "ce", "cette", "ces"),
    ("", "two", "", "", "deux"),
    ("", "three", "", "", "trois"),
)
ADVERBS = (("often", "souvent"), ("always", "toujours"))
ELIDED = {w: f"{w[:-1]}'" for w in ("le", "la", "je", "ne", "de", "me", "te", "que")}
BEFORE_VOWEL = ELIDED | {"ma": "mon", "ta": "ton", "sa": "son", "ce": "cet"}
OTHER_ENGLISH = ("an", "not", "do", "does", "very", "and", "?")
OTHER_FRENCH = ("pas", "de", "très", "et", "est-ce", "que", "?")


def english() -> tuple[str, ...]:
    """Every English word, in alphabetical order."""
    words = {w for n in NOUNS for w in (n.en, n.en_plural)} | {a.en for a in ADJECTIVES}
    words |= {w for v in TRANSITIVE + INTRANSITIVE for w in f"{v.en} {v.en_third}".split()}
    words |= {w for p in PRONOUNS for w in p[:2]} | {p[0] for p in OBJECT_PRONOUNS}
    words |= {w for d in DETERMINERS for w in d[:2]} | {a[0] for a in ADVERBS}
    return tuple(sorted(words.union(OTHER_ENGLISH) - {""}))


def french() -> tuple[str, ...]:
    """Every French token, in alphabetical order; "j'" is one of its own."""
    words = {w for n in NOUNS for w in (n.fr, n.fr_plural)} | {w for a in ADJECTIVES for w in a.fr}
    words |= {w for v in (*TRANSITIVE, *INTRANSITIVE, BE) for w in v.fr}
    words |= {p[2] for p in PRONOUNS} | {p[1] for p in OBJECT_PRONOUNS}
    words |= {w for d in DETERMINERS for w in d[2:]} | {a[1] for a in ADVERBS}
    return tuple(sorted(words.union(BEFORE_VOWEL.values(), OTHER_FRENCH) - {""}))
