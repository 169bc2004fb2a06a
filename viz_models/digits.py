"""How numbers are written, on screen, in scripts and on the command line."""

import re
from collections.abc import Callable, Iterable

from viz_models.language import gettext as _


def digits(x: float, significant: int = 4) -> str:
    """Return a number as people write it: "−0.01234", "1e−5", "150500".

    Args:
        x: Any float; non-finite values become "∞", "−∞" and "nan".
        significant: How many significant digits are kept; trailing zeros are dropped.

    Raises:
        ValueError: If significant is below 1.
    """
    if significant < 1:
        raise ValueError(f"significant digits must be 1 or more, got {significant}")
    text = f"{float(x) + 0.0:.{significant}g}"  # + 0.0 turns −0 into 0
    mantissa, _, exponent = text.partition("e")
    if exponent and 0 <= int(exponent) < 7:
        text = f"{float(text):.0f}"  # 1.505e+05 is harder to read than 150500
    elif exponent:
        text = f"{mantissa}e{int(exponent)}"
    return re.sub(r"^-", "−", text.replace("e-", "e−")).replace("inf", "∞")


def operand(x: float, significant: int = 4) -> str:
    """Return a number that can stand after an operator: negative ones get parentheses."""
    text = digits(x, significant)
    return f"({text})" if text.startswith("−") else text


def enough(
    of: Callable[..., float], *numbers: float, result: int = 3, least: int = 3, most: int = 12
) -> int:
    """Return how many significant digits each number must show for its equation to read true.

    A reader who computes with the digits on screen must find the result on screen. So
    "0.50 × 0.88 = 0.43" needs a third digit: 0.496 × 0.875.

    Args:
        of: The equation's left side, a function of the numbers.
        numbers: What stands in it.
        result: Significant digits that the right side shows.
        least: Digits to begin with.
        most: Digits at which to stop: a result that lies on the edge of rounding needs them all.
    """
    said = digits(of(*numbers), result)
    for significant in range(least, most):
        shown = (float(f"{x:.{significant}g}") for x in numbers)
        if digits(of(*shown), result) == said:
            return significant
    return most


def decimals_of_sum(*terms: float, least: int = 2, most: int = 9) -> int:
    """Return how many decimals the terms and their sum must show so that the line reads true."""
    for n in range(least, most):
        if f"{sum(round(t, n) for t in terms):.{n}f}" == f"{sum(terms):.{n}f}":
            return n
    return most


def signed_sum(terms: Iterable[float]) -> str:
    """Terms joined by their own signs: "0.081 − 0.066 + 0.052"; "0" when there are none."""
    text = ""
    for term in map(digits, terms):
        if not text:
            text = term
        elif term.startswith("−"):
            text += f" − {term[1:]}"
        else:
            text += f" + {term}"
    return text or "0"


def signed(x: float, significant: int = 4) -> str:
    """Return the same with a plus sign where it is positive, for terms of a sum."""
    return f"+{digits(x, significant)}" if x > 0 else digits(x, significant)


def percent(share: float) -> str:
    """Return a share of 1 as "22.4 %"; a tiny one never reads as none."""
    if 0 < share < 0.0005:
        return "< 0.05 %"
    return f"{100 * share:.1f} %"


def points(difference: float) -> str:
    """Return the difference of two shares in percentage points: "+1.2", "−0.4"."""
    return f"{100 * difference:+.1f}".replace("-", "−")


def count(n: float) -> str:
    """Return a large count in short: "118.0 M", "9,408"."""
    for unit, name in ((1e9, "G"), (1e6, "M")):
        if n >= unit:
            return f"{n / unit:.1f} {name}"
    return f"{n:,.0f}"


def memory(n_bytes: float) -> str:
    """Bytes as people read them: "392 KiB", "3.1 MiB"."""
    if n_bytes >= 1 << 20:
        return f"{n_bytes / (1 << 20):.1f} MiB"
    return f"{n_bytes / 1024:.0f} KiB" if n_bytes >= 1024 else f"{n_bytes:.0f} B"


def shape(sizes: tuple[int, ...]) -> str:
    """Return a tensor's shape: "64×56×56"."""
    return "×".join(str(n) for n in sizes)


def exact(x: float, significant: int = 3) -> str:
    """Return a number, where a zero says that nothing was rounded away."""
    return _("0 (exactly)") if x == 0 else digits(x, significant)
