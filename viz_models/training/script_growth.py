"""The part of a training script that puts blocks into the network while it trains."""

import ast
import re
from collections.abc import Callable

from viz_models.records import ModelSpec, RunSpec
from viz_models.training.loop import checks
from viz_models.training.script_sections import section

PREFIX = "Grown"
BOTH = ("Net", "make_model")  # one of each network, though they may read the same


def definitions(spec: RunSpec, network: Callable[[ModelSpec], list[str]]) -> list[str]:
    """Return the deeper network, and how its blocks come into the one that trains.

    Args:
        spec: Any run; there is nothing to define where its network stays as it is.
        network: Returns the definitions of a network, one a text.
    """
    grown = checks.grows(spec)
    if grown is None:
        return []
    assert spec.growth is not None
    added = renamed(network(grown), network(spec.model))
    frozen = "        stage.requires_grad_(False)  # the older blocks train no more\n"
    freeze = frozen if spec.growth.freeze else ""
    return [*added, section("grow", seed=spec.seed, blocks=spec.growth.blocks, freeze=freeze)]


def lines(spec: RunSpec, optimizer: str, memory: str) -> str:
    """Return the lines that put blocks in before a step; empty where the network stays."""
    if spec.growth is None:
        return ""
    return section("grows", at=spec.growth.at, optimizer=optimizer, memory=memory) + "\n"


def renamed(of_grown: list[str], of_small: list[str]) -> list[str]:
    """Return what the grown network defines and the small one lacks, under names of its own.

    Args:
        of_grown: Classes and functions, one a text.
        of_small: Those of the network that is trained first.
    """
    named = {_name(text): text for text in of_grown}
    own = {name for name, text in named.items() if name in BOTH or text not in of_small}
    while more := {n for n, text in named.items() if n not in own and _uses(text, own)}:
        own |= more
    pattern = re.compile(rf"\b({'|'.join(own)})\b")
    return [pattern.sub(lambda m: _called(m[0]), named[n]) for n in named if n in own]


def _called(name: str) -> str:
    return f"{PREFIX}{name}" if name[0].isupper() else f"{PREFIX.lower()}_{name}"


def _uses(text: str, names: set[str]) -> bool:
    return any(re.search(rf"\b{name}\b", text) for name in names)


def _name(text: str) -> str:
    """Return what a definition defines."""
    node = ast.parse(text).body[0]
    if isinstance(node, ast.Assign):
        assert isinstance(node.targets[0], ast.Name)
        return node.targets[0].id
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return node.name
