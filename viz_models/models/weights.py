"""The trained weights in pretrained/: what the manifest says of each file, and its tensors."""

import hashlib
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from torch import Tensor

from viz_models import places

FOLDER = places.PRETRAINED


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsCard:
    """One entry of pretrained/manifest.toml."""

    file: str
    sha256: str
    source: str
    licence: str
    command: str  # makes the file again
    recipe: str
    seed: int
    date: str  # ISO
    device: str
    versions: str
    tested_on: str  # what `accuracy` is a share of
    accuracy: float  # 0..1, of the file as it is shipped
    unsure_below: float | None = None  # largest probability under which nothing was recognized
    unsure_rule: str | None = None  # what `unsure_below` was chosen by
    unsure_below_ten: float | None = None  # by the same rule, of the mean over ten parts of a photo
    photos: str | None = (
        None  # which photos `photos_accuracy` is a share of; check-weights --photos
    )
    photos_accuracy: float | None = None  # 0..1, of photos as people take them


def cards(folder: Path = FOLDER) -> dict[str, WeightsCard]:
    """Every entry of the manifest by its name."""
    with (folder / "manifest.toml").open("rb") as file:
        return {name: WeightsCard(**entry) for name, entry in tomllib.load(file).items()}


@cache
def load(name: str, folder: Path = FOLDER) -> dict[str, Tensor]:
    """Return the tensors of one network, by parameter; shared, so not to be written to.

    Args:
        name: An entry of the manifest, such as "translate".
        folder: Where manifest and files are.

    Raises:
        ValueError: If there is no such entry, or the file is not the one that was recorded.
        OSError: If the file is missing.
    """
    from safetensors.torch import load as tensors

    known = cards(folder)
    if name not in known:
        raise ValueError(f"no weights are called {name!r}; choose {', '.join(known)}")
    content = (folder / known[name].file).read_bytes()
    if hashlib.sha256(content).hexdigest() != known[name].sha256:
        raise ValueError(
            f"pretrained/{known[name].file} is not the recorded file; restore it, or train anew: "
            f"{known[name].command}"
        )
    loaded: dict[str, Tensor] = tensors(content)
    return loaded


def save(name: str, tensors: dict[str, Tensor], folder: Path = FOLDER, **entry: object) -> Path:
    """Write one network and its entry in the manifest; the other entries stay.

    Args:
        name: Of the entry; the file is called so too.
        tensors: By parameter.
        folder: Where manifest and files are.
        entry: The fields of WeightsCard but `file` and `sha256`.
    """
    from safetensors.torch import save as packed

    content: bytes = packed({key: t.detach().contiguous() for key, t in tensors.items()})
    path = folder / f"{name}.safetensors"
    sha256 = hashlib.sha256(content).hexdigest()
    card = WeightsCard(file=path.name, sha256=sha256, **entry)  # type: ignore[arg-type]
    path.write_bytes(content)
    _write(name, card, folder)
    return path


def note(name: str, folder: Path = FOLDER, **changes: object) -> None:
    """Change what the manifest says of weights that stay as they are.

    Args:
        name: Of the entry.
        folder: Where the manifest is.
        changes: Fields of WeightsCard.
    """
    _write(name, replace(cards(folder)[name], **changes), folder)  # type: ignore[arg-type]


def _write(name: str, card: WeightsCard, folder: Path) -> None:
    manifest = folder / "manifest.toml"
    known = (cards(folder) if manifest.exists() else {}) | {name: card}
    manifest.write_text("\n".join(_entry(n, c) for n, c in known.items()), encoding="utf-8")


def _entry(name: str, card: WeightsCard) -> str:
    said = {key: getattr(card, key) for key in card.__slots__}
    lines = [f"{key} = {_value(value)}" for key, value in said.items() if value is not None]
    return "\n".join([f"[{name}]", *lines, ""])


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
