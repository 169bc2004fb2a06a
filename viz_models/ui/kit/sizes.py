"""How much memory a result holds, for the store that keeps it."""

import dataclasses
from collections.abc import Iterator

import numpy as np

SMALL = 4096  # bytes, for all that is no array


def held_bytes(result: object) -> int:
    """Bytes of all arrays in a result, each memory once.

    A view counts as much as what it keeps alive: a broadcast one little, a slice the whole.

    Args:
        result: An array, or a record or container with arrays anywhere inside.
    """
    held: dict[int, int] = {}  # address -> bytes; torch's memory has no array that owns it
    for owner in map(_owner, _arrays(result)):
        address = owner.__array_interface__["data"][0]
        held[address] = max(owner.nbytes, held.get(address, 0))
    return SMALL + sum(held.values())


def _arrays(result: object) -> Iterator[np.ndarray]:
    if isinstance(result, np.ndarray):
        yield result
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from _arrays(getattr(result, field.name))
    elif isinstance(result, dict):
        yield from _arrays(tuple(result.values()))
    elif isinstance(result, list | tuple):
        for part in result:
            yield from _arrays(part)


def _owner(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
