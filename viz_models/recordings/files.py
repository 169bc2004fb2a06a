"""A record as a JSON file and back, as its annotations say: one way for all recordings."""

import base64
import json
import zlib
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")
LARGE = 20_000  # bytes; what is larger is compressed


def save(record: object, path: Path) -> Path:
    """Write a frozen dataclass, each entry of its lists on a line; returns where.

    Raises:
        ValueError: If a number is NaN or infinite outside of an array.
    """
    path.write_text(text(record), encoding="utf-8")
    return path


def text(record: object) -> str:
    """Return what `save` writes of a frozen dataclass.

    Raises:
        ValueError: If a number is NaN or infinite outside of an array.
    """
    parts = [f"{json.dumps(name)}: {_lines(value)}" for name, value in _fields(record).items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def load(kind: type[T], path: Path) -> T:
    """Read what `save` wrote of a dataclass of this kind.

    Raises:
        FileNotFoundError: If nothing was recorded.
        ValueError: If what was recorded is not of this kind any more.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    try:
        return _value(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is of another time ({error}); run `make record`") from error


def _lines(value: object) -> str:
    if isinstance(value, tuple) and any(is_dataclass(v) for v in value):
        return "[\n" + ",\n".join(_text(v) for v in value) + "\n]"
    return _text(value)


def _text(value: object) -> str:
    return json.dumps(_plain(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _fields(record: Any) -> dict[str, Any]:  # noqa: ANN401 (any dataclass)
    return {f.name: getattr(record, f.name) for f in fields(record)}


def _plain(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    if is_dataclass(value):
        return {name: _plain(part) for name, part in _fields(value).items()}
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        raw = np.ascontiguousarray(value).tobytes()
        packed = zlib.compress(raw) if len(raw) > LARGE else b""
        kind, content = ("zlib", packed) if packed else ("bytes", raw)
        text = base64.b64encode(content).decode()
        return {"dtype": value.dtype.str, "shape": list(value.shape), kind: text}
    return value


def _value(kind: Any, data: Any) -> Any:  # noqa: ANN401 (any annotation, any JSON)
    """Return `data` as the annotation `kind` wants it: JSON knows neither tuples nor records."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _value(hints[name], part) for name, part in data.items()})
    if origin in (Union, UnionType):
        if data is None and NoneType in inner:
            return None
        return _value(next(k for k in inner if k is not NoneType), data)
    if origin is tuple:
        kinds = inner[:1] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(_value(k, part) for k, part in zip(kinds, data, strict=True))
    if origin is dict:
        return {name: _value(inner[1], part) for name, part in data.items()}
    if origin is Literal and data not in inner:
        raise ValueError(f"{data!r} is none of {inner}")
    if kind is np.ndarray:
        packed = "zlib" in data
        raw = base64.b64decode(data["zlib" if packed else "bytes"])
        raw = zlib.decompress(raw) if packed else raw
        return np.frombuffer(raw, data["dtype"]).reshape(data["shape"])
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
