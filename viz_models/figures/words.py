"""Words from outside in the text of a figure, which Plotly reads as markup."""


def plain(text: str) -> str:
    """Keep a word such as <eos> from being read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def token(text: str) -> str:
    """Return a word that a network reads or writes, for an axis or a note.

    Inside of the tag it is no text of the catalog, so "do" stays "do" in every language.
    """
    return f"<span>{plain(text)}</span>"
