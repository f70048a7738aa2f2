"""A measure with its value, or with the reason why it has none; small counts stay in the office.

Laws: a value is rounded once, to the decimals of its measure; a share of which the part or the rest are fewer persons or
slips than the threshold of protection is not told.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from qonys.concepts.quality import QUALITY_MEASURES
from qonys.datasets.quality import Measured
from qonys.errors import UndefinedIndicatorError
from qonys.methods.quality.indicators import rate

NOTHING = "nothing_counted"
"""There is nothing of which a share could be taken."""
SMALL = "small_count"
"""So few are behind it that they could be found out."""


def measured(measure: str, formula: Callable[[], float], of: dict[str, str] | None = None) -> Measured:
    """A value, rounded; with a reason where the formula has none."""
    try:
        return valued(measure, formula(), of)
    except UndefinedIndicatorError:
        return without_value(measure, NOTHING, of)


def valued(measure: str, value: float, of: dict[str, str] | None = None) -> Measured:
    """A value that is known, rounded."""
    shown = _rounded(value, QUALITY_MEASURES[measure].decimals)
    return Measured(measure, shown, of or {}, negligible=bool(value) and not shown)


def share(measure: str, part: int, whole: int, threshold: int, of: dict[str, str] | None = None) -> Measured:
    """A part of a whole in percent, unless the part or the rest is small.

    Args:
        measure: a measure in percent.
        part: persons or slips.
        whole: of which they are part.
        threshold: k; from 1 to k - 1 of them must not be found out.
        of: what it is of.
    """
    if any(0 < count < threshold for count in (part, whole - part)):
        return without_value(measure, SMALL, of)
    return measured(measure, lambda: rate(part, whole), of)


def without_value(measure: str, why: str, of: dict[str, str] | None = None) -> Measured:
    """A measure that cannot be computed, and why."""
    return Measured(measure, None, of or {}, why)


def _rounded(value: float, decimals: int) -> float | int:
    shown = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return float(shown) + 0.0 if decimals else int(shown)
