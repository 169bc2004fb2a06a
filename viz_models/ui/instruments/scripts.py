"""The code of the instruments. app.py serves it at addresses of its own, so that it travels once.

Streamlit sends inline code with every message: 40 kB for each picture, again at each click.
"""

import gzip
import hashlib
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from viz_models.language import markup

HERE = Path(__file__).parent
NAMES = frozenset(path.stem for path in HERE.glob("*/*.html"))
DRAWINGS = HERE.parents[1] / "figures"
ALSO = {
    "network": (DRAWINGS / "network" / "draw.js",)
}  # code that files which people keep have too
PLOTLY = "plotly"  # what charts are drawn with, as its package has it
SERVED = NAMES | {PLOTLY}
ADDRESS = "/instruments/{version}/{name}.js"  # another version has another address
_served: list[bool] = []


def serve() -> None:
    """From now on somebody answers at ADDRESS, and `inline` only says where the code is."""
    _served[:] = [True]


def whole(name: str) -> str:
    """All of the code of an instrument; what it shares, and its further parts, come first.

    Not kept: Plotly's is 10 MB of text, and each is asked for once or twice.
    """
    if name == PLOTLY:
        return _plotly().read_text(encoding="utf-8")
    parts = [
        markup.WORD,
        HERE / "shared.js",
        *ALSO.get(name, ()),
        *sorted((HERE / name).glob(f"{name}_*.js")),
        HERE / name / f"{name}.js",
    ]
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


def _plotly() -> Path:
    found = find_spec("plotly")  # imported by figures alone
    return Path(str(found and found.origin)).parent / "package_data" / "plotly.min.js"


@cache
def packed(name: str) -> bytes:
    """Return the same, compressed once for all visitors."""
    return gzip.compress(whole(name).encode(), 6)


def beside(name: str) -> str:
    """Return the address of a script, as the code of an instrument sees it."""
    return f"../{version(name)}/{name}.js"


def inline(name: str) -> str:
    """Return what travels with each message: three lines, or everything where nobody serves it.

    Streamlit runs inline code from a blob, which has no address to be relative to; that of
    Streamlit's own script says where the app is, also behind a prefix.
    """
    said = words(name)
    if not _served:
        return f"{whole(name)}\nspeak({json.dumps(said)});\n"
    address = ADDRESS.format(version=version(name), name=name)
    return (
        'const { src } = document.querySelector("script[type=module][src]");\n'
        f'const code = await import(new URL("../..{address}", src));\n'
        + (f"code.speak({json.dumps(said)});\n" if said else "")
        + "export default code.default;\n"
    )


def words(name: str) -> dict[str, str]:
    """Return what the code of an instrument says: English -> the reader's language."""
    return markup.said(whole(name))


@cache
def version(name: str) -> str:
    """Return what its address begins with: other code, other version."""
    return hashlib.sha256(whole(name).encode()).hexdigest()[:12]
