"""Which network of somebody else is opened, and what it is given."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

Reads = Literal["", "text", "numbers", "photo"]  # what of the reader's own a network can be given
VARIABLE = "FORWARD_PASS_OPEN"  # of the environment: what `forward-pass open` tells the app


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpec:
    """A network that is not one of this project's own. With no source it is the example."""

    source: str = ""  # "my_file.py:MyNet", "package:factory", "timm:NAME", "hf:bert", "net.pt2"
    inputs: tuple[str, ...] = ()  # "3,224,224", "ids:8", "name=16:int", "[3,17,5]", "x.npy"
    batch: int = 1  # size of the axis that is put in front of each shape
    sentence: str = ""  # a text for a network that reads words; whole numbers without a tokenizer
    photo: str = ""  # a sample or a file, in the place of a picture of random numbers
    tokenizer: str = ""  # a folder or a tokenizer.json, where the network's own folder has none
    checkpoint: str = ""  # a file of weights
    loss: str = ""  # whose gradients are taken: "sum", "mean", "cross_entropy:3"
    against: str = ""  # what it is compared with: a source, weights, "train" or "bfloat16"
    against_checkpoint: str = ""  # weights of that, where it is a source
    folder: str = ""  # where a package is looked for, after all that is installed
    seed: int = 0  # of the inputs, and of weights that are not loaded

    def text(self) -> str:
        """Return the spec as one line, which `read` understands."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "OpenSpec":
        """Return the spec that a line says."""
        given = json.loads(text)
        return cls(**given | {"inputs": tuple(given["inputs"])})
