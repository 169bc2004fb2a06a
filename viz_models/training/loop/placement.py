"""Where a run computes: device, number format, memory format, random numbers."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Literal

import psutil
import torch
from torch import nn

from viz_models.language import gettext as _
from viz_models.records import RunSpec

WORTH_BF16 = 10_000_000  # multiply-adds of an example; below, converting costs what bf16 gains
Format = Literal["fp32", "bf16", "fp16"]
FORMATS: dict[Format, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}
_WORDS = re.compile(r"(?P<device>.+?)(, (?P<threads>\d+) threads?)?, (?P<precision>fp32|bf16|fp16)")
WORTH_SIZE, WORTH_WIDTH = 16, 64  # pixels or channels from which channels-last memory gains


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and how a run computes."""

    device: torch.device
    precision: torch.dtype = torch.float32  # of products; weights and sums stay float32
    channels_last: bool = False

    def autocast(self) -> AbstractContextManager[object]:
        """Matrix products in `precision` inside the block."""
        if self.precision == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.precision)

    def scaler(self) -> torch.amp.GradScaler:
        """Return what keeps small gradients above 0 in float16, and does nothing elsewhere.

        It multiplies the loss, and leaves out a step whose gradients became infinite by that:
        Micikevicius et al. 2018, section 3.2, arXiv:1710.03740.
        """
        return torch.amp.GradScaler(self.device.type, enabled=self.precision == torch.float16)

    def moved(self, net: nn.Module) -> nn.Module:
        """Return the network there, in that memory format."""
        if self.channels_last:
            net = net.to(memory_format=torch.channels_last)
        return net.to(self.device)

    def words(self) -> str:
        """Return what people read: "cpu, 1 thread, fp32"."""
        how = name_of(self.precision)
        if self.device.type == "cuda":
            return f"{torch.cuda.get_device_name(self.device)}, {how}"
        threads = torch.get_num_threads()
        plural = "" if threads == 1 else "s"
        return f"{self.device}, {threads} thread{plural}, {how}"

    def memory(self) -> int:
        """Bytes in use: allocated on the GPU, or resident in the process; 0 if unknown."""
        if self.device.type == "cuda":
            return torch.cuda.memory_allocated(self.device)
        if self.device.type == "mps":
            return torch.mps.current_allocated_memory()
        return resident()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Where and how a run computed, as its script has to say it."""

    device: str
    threads: int
    precision: Format  # of products


def name_of(precision: torch.dtype) -> Format:
    """Return what people call a number format of products."""
    return next(name for name, dtype in FORMATS.items() if dtype == precision)


def ran(words: str) -> Ran | None:
    """Return what `Place.words` said of a run, taken apart; None of a run that has not begun."""
    found = _WORDS.fullmatch(words)
    if found is None:
        return None
    device = found["device"]
    return Ran(
        device=device if device in ("cpu", "mps") else "cuda",
        threads=int(found["threads"] or 1),
        precision=next(name for name in FORMATS if name == found["precision"]),
    )


def choose(spec: RunSpec, net: nn.Module, size: int) -> Place:
    """Return where a run computes, and set up this process for it.

    Args:
        spec: Its device and precision count.
        net: Which is to be trained; its layers count.
        size: Height and width of its input.

    Raises:
        ValueError: If there is no such device, or it has no such number format.
    """
    device = device_of(spec)
    if device.type == "cuda":
        torch.cuda.set_device(device)  # graphs are captured on the current one
        torch.backends.cudnn.deterministic = True  # the same seed gives the same curve
    place = plan(spec, net, size, fastest(device))
    if device.type == "cuda" and place.precision == torch.float32:
        _full_precision()
    return place


def plan(spec: RunSpec, net: nn.Module, size: int, quick: torch.dtype) -> Place:
    """Return where and how a run computes, as it asks, or as is fastest where it says "auto".

    Args:
        spec: Its device and precision count.
        net: Which is to be trained; its layers count.
        size: Height and width of its input.
        quick: The format in which the device multiplies fastest.

    Raises:
        ValueError: If there is no such device, or it has no such number format.
    """
    device = device_of(spec)
    if spec.precision == "bf16" and device.type == "cuda" and quick != torch.bfloat16:
        raise ValueError(
            _("this GPU has no bfloat16; choose precision fp16 or fp32")
            if quick == torch.float16
            else _("this GPU has no bfloat16; choose precision fp32")
        )
    if spec.precision == "auto":
        precision = quick
        unscaled = spec.fault == "zero_grad"  # gradients that add up, while the scale changes
        if quick != torch.float32 and (unscaled or not _worth(spec, net, size, device)):
            precision = torch.float32
    else:
        precision = FORMATS[spec.precision]
    return Place(
        device=device, precision=precision, channels_last=gains_by_channels_last(net, size)
    )


def device_of(spec: RunSpec) -> torch.device:
    """Return where a run computes; a team meets through gloo, on the CPU.

    Raises:
        ValueError: If this machine does not have it; the line lists those it has.
    """
    return find(spec.device if spec.workers == 1 else "cpu")


def _full_precision() -> None:
    """Have float32 computed as such: torch lets convolutions round to TF32's 10 bits by itself."""
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _worth(spec: RunSpec, net: nn.Module, size: int, device: torch.device) -> bool:
    if device.type == "cuda":
        return True
    # each weight is used once a pixel at most; to count exactly imports sympy, a quarter second
    if sum(p.numel() for p in net.parameters()) * size**2 < WORTH_BF16:
        return False
    from viz_models.training.loop.costs import cost

    return cost(spec.model, spec.data).macs >= WORTH_BF16


def find(name: str) -> torch.device:
    """Return the device of that name; "auto" is cuda, then mps, then cpu.

    Raises:
        ValueError: If this machine does not have it; the line lists those it has.
    """
    there = available()
    if name == "auto":
        return torch.device(there[0])
    if name == "cuda" and "cuda:0" in there:
        name = "cuda:0"
    if name not in there:
        raise ValueError(
            _("no device {name!r} here; choose auto, {there}").format(
                name=name, there=", ".join(there)
            )
        )
    return torch.device(name)


def available() -> tuple[str, ...]:
    """Return the devices of this machine, the fastest first."""
    found = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def fastest(device: torch.device) -> torch.dtype:
    """Return the format in which a device multiplies fastest, as its hardware says.

    CUDA has tensor cores for bfloat16 since Ampere (8.0), for float16 since Volta (7.0); CPUs
    with AMX have bfloat16. To ask a GPU makes a context there.
    """
    if device.type == "cuda":
        capability = torch.cuda.get_device_capability(device)
        if capability >= (8, 0):
            return torch.bfloat16
        return torch.float16 if capability >= (7, 0) else torch.float32
    if device.type == "cpu" and torch.cpu.get_capabilities().get("amx_bf16"):
        return torch.bfloat16
    return torch.float32


def gains_by_channels_last(net: nn.Module, size: int) -> bool:
    """Whether it convolves maps that are large or many; patches of a Transformer do not overlap."""
    widths = [
        m.out_channels
        for m in net.modules()
        if isinstance(m, nn.Conv2d) and m.kernel_size != m.stride
    ]
    return bool(widths) and (size >= WORTH_SIZE or max(widths) >= WORTH_WIDTH)


@contextmanager
def random_numbers(seed: int, device: torch.device) -> Iterator[None]:
    """Torch's global generators as after `torch.manual_seed(seed)`, and afterwards as before.

    What draws inside (dropout, augmentation) depends on the seed alone, so a run that is resumed
    needs no generator's state; `torch.random.fork_rng` does the same seventy times slower.
    """
    before = torch.get_rng_state()
    torch.default_generator.manual_seed(seed)
    try:
        with _of_gpu(seed, device):
            yield
    finally:
        torch.set_rng_state(before)


@contextmanager
def _of_gpu(seed: int, device: torch.device) -> Iterator[None]:
    """Yield the same for the generator of a GPU, if it is one."""
    if device.type == "cuda":
        there = torch.cuda.get_rng_state(device)
        torch.cuda.default_generators[device.index].manual_seed(seed)
        try:
            yield
        finally:
            torch.cuda.set_rng_state(there, device)
    elif device.type == "mps":
        there = torch.mps.get_rng_state()
        torch.mps.manual_seed(seed)
        try:
            yield
        finally:
            torch.mps.set_rng_state(there)
    else:
        yield


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(_own_process(os.getpid()).memory_info().rss)


@cache
def _own_process(pid: int) -> psutil.Process:
    """Return this process, found once: making the object anew would take longer than asking it."""
    return psutil.Process(pid)
