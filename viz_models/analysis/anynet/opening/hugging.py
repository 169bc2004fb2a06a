"""Networks of Hugging Face's transformers, with weights and tokenizer where a folder has them.

Nothing is fetched: a name is a type of config ("bert"), or a folder or config.json on this machine.
"""

import difflib
import importlib
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.opening import weights
from viz_models.language import gettext as _

_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model")


def made(name: str, *, with_weights: bool) -> tuple[nn.Module, dict[str, Any], Path | None]:
    """Make a network from a type of config, or from a folder that `save_pretrained` wrote.

    Args:
        name: A type, a folder or a config.json.
        with_weights: Whether the weights of the folder are loaded.

    Returns:
        The network, inputs that it can take, and the folder of its tokenizer if there is one.

    Raises:
        ValueError: With one line, if transformers cannot make it.
    """
    transformers: Any = imported("transformers")
    place = Path(name)
    if not place.exists():
        _check_type(transformers, name)
    try:
        if place.exists():
            config = transformers.AutoConfig.from_pretrained(name, local_files_only=True)
        else:
            config = transformers.AutoConfig.for_model(name)
        known: Any = getattr(transformers, (config.architectures or [""])[0] or "AutoModel", None)
        is_net = isinstance(known, type) and issubclass(known, nn.Module)
        module = known(config) if is_net else transformers.AutoModel.from_config(config)
    except Exception as error:
        raise ValueError(
            _("transformers cannot make {name!r}: {said}").format(name=name, said=said(error))
        ) from error
    if with_weights and place.is_dir():
        _fill(module, place)
    return module, _inputs(module, config), place if has_tokenizer(place) else None


def _check_type(transformers: Any, name: str) -> None:  # noqa: ANN401
    """Refuse a type that transformers does not have; name the ones that are spelled alike."""
    known: Any = transformers.CONFIG_MAPPING
    if name not in known:
        alike = difflib.get_close_matches(name, list(known.keys()), 3, 0.5)
        raise ValueError(
            _(
                "transformers has no type {name!r}, and there is no such folder; "
                "did you mean {alike}?"
            ).format(name=name, alike=", ".join(alike))
            if alike
            else _("transformers has no type {name!r}, and there is no such folder").format(
                name=name
            )
        )


def _fill(module: nn.Module, folder: Path) -> None:
    files = sorted(folder.glob("model*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    tensors: dict[str, Tensor] = {}
    for file in files:
        tensors |= weights.read(file)
    if tensors:
        weights.load(module, tensors, files[0].name)


def _inputs(module: nn.Module, config: Any) -> dict[str, Any]:  # noqa: ANN401 (of transformers)
    """Return the inputs that transformers tries a network with, within its vocabulary."""
    if getattr(module, "main_input_name", "") == "pixel_values":  # its dummies are words
        side = getattr(config, "image_size", None) or 224
        height, width = side if isinstance(side, list | tuple) else (side, side)
        return {"pixel_values": torch.randn(1, getattr(config, "num_channels", 3), height, width)}
    known: dict[str, Any] = dict(module.dummy_inputs)  # type: ignore[arg-type]
    most = getattr(config, "vocab_size", None)
    for key, value in known.items():
        if key.endswith("ids") and most:
            known[key] = value % most
    return known


def has_tokenizer(place: Path) -> bool:
    """Return whether a folder holds a tokenizer."""
    return place.is_dir() and any((place / name).is_file() for name in _TOKENIZERS)


def tokenized(text: str, place: Path) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Return a text as a tokenizer reads it: the network's inputs by name, and the tokens.

    Args:
        text: Any text.
        place: The folder of a tokenizer, or a tokenizer.json.

    Raises:
        ValueError: With one line, if there is no such tokenizer, or no token in the text.
    """
    transformers: Any = imported("transformers")
    if not place.exists():
        raise ValueError(_("no such tokenizer: {place}").format(place=place))
    try:
        if place.is_file():
            reader = transformers.PreTrainedTokenizerFast(tokenizer_file=str(place))
        else:
            reader = transformers.AutoTokenizer.from_pretrained(place, local_files_only=True)
        read = dict(reader(text, return_tensors="pt"))
        tokens = tuple(reader.convert_ids_to_tokens(read["input_ids"][0].tolist()))
    except Exception as error:
        raise ValueError(
            _("{file} is no tokenizer that can be read: {said}").format(
                file=place.name, said=said(error)
            )
        ) from error
    if not tokens:
        raise ValueError(_("the text has no token"))
    return {name: value for name, value in read.items() if isinstance(value, Tensor)}, tokens


def imported(name: str) -> Any:  # noqa: ANN401 (a module)
    """Import a library that only some networks need.

    Raises:
        ValueError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ValueError(
            _("{name} is not installed here: pip install {name}").format(name=name)
        ) from error


def said(error: Exception) -> str:
    """Return an error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:240]
