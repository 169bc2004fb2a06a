"""How numbers are written in formulas: few digits, real minus signs."""

import re
from collections.abc import Iterable


def digits(x: float, significant: int = 4) -> str:
    """A number as people write it: "−0.01234", "1e−5", "150500".

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


def operand(x: float) -> str:
    """A number that can stand after an operator: negative ones get parentheses."""
    text = digits(x)
    return f"({text})" if text.startswith("−") else text


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
