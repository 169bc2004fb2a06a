"""What a result holds and how much memory that takes, for the store that keeps it."""

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
    for owner in map(_owner, (p for p in parts(result) if isinstance(p, np.ndarray))):
        address = owner.__array_interface__["data"][0]
        held[address] = max(owner.nbytes, held.get(address, 0))
    return SMALL + sum(held.values())


def parts(result: object) -> Iterator[object]:
    """Yield every array, record and container in a result, itself first."""
    if isinstance(result, np.ndarray):
        yield result
        return
    if dataclasses.is_dataclass(result):
        inside = [getattr(result, field.name) for field in dataclasses.fields(result)]
    elif isinstance(result, dict):
        inside = list(result.values())
    elif isinstance(result, list | tuple):
        inside = list(result)
    else:
        return
    yield result
    for part in inside:
        yield from parts(part)


def _owner(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
