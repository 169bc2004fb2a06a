"""The words of a small English and French: what the translator knows."""

from typing import Literal, NamedTuple

Kind = Literal["person", "animal", "thing"]
ALL: tuple[Kind, ...] = ("person", "animal", "thing")
ALIVE: tuple[Kind, ...] = ("person", "animal")
NO_PERSON: tuple[Kind, ...] = ("animal", "thing")


class Noun(NamedTuple):
    """A thing that has a name in both languages."""

    en: str
    en_plural: str
    fr: str
    fr_plural: str
    feminine: bool
    kind: Kind = "thing"


class Adjective(NamedTuple):
    """A property; French says some before the noun, most after it."""

    en: str
    fr: tuple[str, str, str, str]  # m, f, m plural, f plural
    before: bool = False
    of: tuple[Kind, ...] = ALL  # what can be so


class Verb(NamedTuple):
    """An action in the present tense."""

    en: str
    en_third: str  # he, she, it
    fr: tuple[str, str, str, str, str]  # je, tu, il, nous, ils
    generic: bool = False  # "i love cats" is about all cats: "les chats", not "des chats"
    of: tuple[Kind, ...] = ALL  # what it can be done to


def _adjective(en: str, fr: str, of: tuple[Kind, ...] = ALL, *, before: bool = False) -> Adjective:
    """Regular endings; "fr" is "masculine" or "masculine feminine"."""
    m, f = (fr.split() * 2)[:2] if " " in fr else (fr, fr if fr.endswith("e") else fr + "e")
    return Adjective(en, (m, f, m if m[-1] in "sx" else m + "s", f + "s"), before, of)


def _verb(
    en: str, third: str, fr: str, of: tuple[Kind, ...] = ALL, *, generic: bool = False
) -> Verb:
    je, tu, il, nous, ils = fr.split()
    return Verb(en, third, (je, tu, il, nous, ils), generic, of)


def _er(stem: str) -> str:
    return f"{stem}e {stem}es {stem}e {stem}ons {stem}ent"


NOUNS = (
    Noun("cat", "cats", "chat", "chats", False, "animal"),
    Noun("dog", "dogs", "chien", "chiens", False, "animal"),
    Noun("bird", "birds", "oiseau", "oiseaux", False, "animal"),
    Noun("horse", "horses", "cheval", "chevaux", False, "animal"),
    Noun("mouse", "mice", "souris", "souris", True, "animal"),
    Noun("cow", "cows", "vache", "vaches", True, "animal"),
    Noun("man", "men", "homme", "hommes", False, "person"),
    Noun("woman", "women", "femme", "femmes", True, "person"),
    Noun("boy", "boys", "garçon", "garçons", False, "person"),
    Noun("girl", "girls", "fille", "filles", True, "person"),
    Noun("child", "children", "enfant", "enfants", False, "person"),
    Noun("friend", "friends", "ami", "amis", False, "person"),
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
    _adjective("young", "jeune", ALIVE, before=True),
    _adjective("black", "noir", NO_PERSON),
    _adjective("white", "blanc blanche", NO_PERSON),
    _adjective("red", "rouge", NO_PERSON),
    _adjective("green", "vert", NO_PERSON),
    _adjective("blue", "bleu", NO_PERSON),
    _adjective("happy", "heureux heureuse", ALIVE),
    _adjective("sad", "triste", ALIVE),
    _adjective("funny", "drôle"),
)
TRANSITIVE = (
    _verb("love", "loves", _er("aim"), generic=True),
    _verb("hate", "hates", _er("détest"), NO_PERSON, generic=True),
    _verb("see", "sees", "vois vois voit voyons voient"),
    _verb("eat", "eats", "mange manges mange mangeons mangent", NO_PERSON),
    _verb("want", "wants", "veux veux veut voulons veulent", NO_PERSON),
    _verb("have", "has", "ai as a avons ont", NO_PERSON),
    _verb("draw", "draws", _er("dessin")),
    _verb("find", "finds", _er("trouv")),
    _verb("buy", "buys", "achète achètes achète achetons achètent", NO_PERSON),
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
# English, its form of "be", French, which of a verb's five French forms, plural, kind
PRONOUNS: tuple[tuple[str, str, str, int, bool, Kind], ...] = (
    ("i", "am", "je", 0, False, "person"),
    ("you", "are", "tu", 1, False, "person"),
    ("he", "is", "il", 2, False, "person"),
    ("she", "is", "elle", 2, False, "person"),
    ("it", "is", "il", 2, False, "animal"),
    ("we", "are", "nous", 3, True, "person"),
    ("they", "are", "ils", 4, True, "animal"),
)
OBJECT_PRONOUNS: tuple[tuple[str, str, Kind], ...] = (
    ("me", "me", "person"),
    ("you", "te", "person"),
    ("him", "le", "person"),
    ("her", "la", "person"),
    ("it", "le", "animal"),
    ("us", "nous", "person"),
    ("them", "les", "animal"),
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
OTHER_FRENCH = ("ne", "pas", "de", "très", "et", "est-ce", "que", "?")


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
