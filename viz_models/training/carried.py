"""Our own code in a script that must not import it: the named functions and all that they use."""

import ast
import inspect
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType

from viz_models import language

OWN = "viz_models"
# A script speaks English; these stand for the door through which words pass here.
ENGLISH = {
    "gettext": "def _(text):\n    return text",
    "ngettext": "def ngettext(one, many, count):\n    return one if count == 1 else many",
    "N_": "def N_(text):\n    return text",
    "numbered": "def numbered(text):\n    return text",
}


@dataclass(slots=True)
class Carried:
    """What a script takes over word for word."""

    imports: set[str] = field(default_factory=set)  # lines
    pieces: dict[str, str] = field(default_factory=dict)  # name -> its source, in order of use

    def add(self, module: ModuleType, name: str) -> None:
        """Take a function, a class or a constant of a module, after everything that it uses.

        Raises:
            ValueError: If two different things of one name would be in the same script.
        """
        home, name = _home(module, name)
        if home is language and name in ENGLISH:
            self.pieces[name] = ENGLISH[name]
            return
        text = _source(home, name)
        if name in self.pieces:
            if self.pieces[name] != text:
                raise ValueError(f"two things are called {name!r}: rename one of them")
            return
        self.pieces[name] = text  # before what it uses, so that a circle ends
        for where, used in _used(home, name):
            if where is None:
                self.imports.add(used)
            else:
                self.add(where, used)
        self.pieces[name] = self.pieces.pop(name)  # and after it

    def parts(self) -> list[str]:
        """Return the pieces in an order in which Python can read them; constants stand together."""
        found: list[str] = []
        for text in self.pieces.values():
            if found and not _is_block(text) and not _is_block(found[-1]):
                found[-1] += f"\n{text}"
            else:
                found.append(text)
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The names at the top of a module, by where they come from."""

    definitions: dict[str, ast.stmt]
    ours: dict[str, tuple[ModuleType, str]]  # of another module of this project
    modules: dict[str, ModuleType]  # such modules, by the name that they have here
    imports: dict[str, str]  # the line that imports it


@cache
def _known(module: ModuleType) -> _Known:
    known = _Known({}, {}, {}, {})
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            known.definitions[node.name] = node
        elif isinstance(node, ast.Assign):
            for name in (
                n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)
            ):
                known.definitions[name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            known.definitions[node.target.id] = node
        elif isinstance(node, ast.ImportFrom):
            _note_import(known, node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                known.imports[alias.asname or alias.name.split(".")[0]] = f"import {_as(alias)}"
    return known


def _note_import(known: _Known, node: ast.ImportFrom) -> None:
    for alias in node.names:
        here = alias.asname or alias.name
        if not (node.module or "").startswith(OWN):
            known.imports[here] = f"from {node.module} import {_as(alias)}"
            continue
        parent = import_module(node.module or "")
        found = getattr(parent, alias.name, None)
        if isinstance(found, ModuleType) and found.__name__.startswith(OWN):
            known.modules[here] = found
        else:
            known.ours[here] = (parent, alias.name)


def _as(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _home(module: ModuleType, name: str) -> tuple[ModuleType, str]:
    """Return the module that defines it, where this one passes it on."""
    known = _known(module)
    if name in known.definitions:
        return module, name
    if name in known.ours:
        return _home(*known.ours[name])
    found = getattr(module, name)  # a record, from the list of all records
    return sys.modules[found.__module__], found.__name__


def _source(module: ModuleType, name: str) -> str:
    """Its text, decorators too; what it takes from a module of ours is called by its bare name."""
    node = _known(module).definitions[name]
    lines = inspect.getsource(module).splitlines()
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    text = "\n".join(lines[first - 1 : node.end_lineno])
    for here in _known(module).modules:
        text = re.sub(rf"(?<![\w.]){here}\.(?=[A-Za-z_])", "", text)
    return re.sub(r"  # (noqa|type:).*", "", text)


def _used(module: ModuleType, name: str) -> list[tuple[ModuleType | None, str]]:
    """Return (module, name) of what a definition uses; (None, line) of an import that it needs."""
    known = _known(module)
    found: dict[tuple[ModuleType | None, str], None] = {}  # a set that keeps its order
    local = _local(known.definitions[name])
    for node in ast.walk(known.definitions[name]):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in known.modules:
                found[known.modules[node.value.id], node.attr] = None
        elif isinstance(node, ast.Name) and node.id not in local:
            if node.id in known.definitions:
                found[module, node.id] = None
            elif node.id in known.ours:
                found[known.ours[node.id]] = None
            elif node.id in known.imports:
                found[None, known.imports[node.id]] = None
    return list(found)


def _local(node: ast.stmt) -> set[str]:
    """Names that a definition gives itself: arguments, variables, its own name."""
    given = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return given | {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _is_block(text: str) -> bool:
    return text.startswith(("def ", "class ", "@"))
