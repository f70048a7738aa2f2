"""Formulas of quality indicators: rates, time lags, revisions, asymmetries.

Law: where a formula has no value it raises; it never gives 0 for *unknown*.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qonys.errors import UndefinedIndicatorError


def rate(part: float, whole: float) -> float:
    """Part of a whole, in percent: 100 · part / whole.

    Over-coverage (QPI A2), item non-response (A5), imputation (A7) and completeness (R1) are rates of this form.

    Raises:
        UndefinedIndicatorError: the whole is 0.
    """
    if whole == 0:
        raise UndefinedIndicatorError("The whole is 0: a part of it has no rate.")
    return 100 * part / whole


def time_lag(end_of_period: date, published: date) -> int:
    """Days from the end of the reference period to the publication (QPI TP1 of first, TP2 of final results)."""
    return (published - end_of_period).days


def punctuality(announced: date, actual: date | None) -> int:
    """Days from the announced to the actual day of publication (QPI TP3): 0 in time, positive late, negative early.

    Raises:
        UndefinedIndicatorError: nothing was published yet.
    """
    if actual is None:
        raise UndefinedIndicatorError("Nothing was published yet, so it is neither late nor in time.")
    return (actual - announced).days


def mean_revision(first: Sequence[float], later: Sequence[float]) -> float:
    """Mean of later − first, in the unit of the figures (QPI A6, MR): its sign tells a bias.

    Args:
        first: figures of the earlier vintage.
        later: the same figures of the later one, in the same order.

    Raises:
        UndefinedIndicatorError: there is no figure.
    """
    _fail_if_empty(first)
    return sum(b - a for a, b in zip(first, later, strict=True)) / len(first)


def mean_absolute_revision(first: Sequence[float], later: Sequence[float]) -> float:
    """Mean of |later − first|, in the unit of the figures (QPI A6, MAR).

    Raises:
        UndefinedIndicatorError: there is no figure.
    """
    _fail_if_empty(first)
    return sum(abs(b - a) for a, b in zip(first, later, strict=True)) / len(first)


def relative_mean_absolute_revision(first: Sequence[float], later: Sequence[float]) -> float:
    """100 · Σ|later − first| / Σ|later|, in percent (QPI A6, RMAR).

    Raises:
        UndefinedIndicatorError: there is no figure, or all later ones are 0.
    """
    _fail_if_empty(first)
    size = sum(abs(b) for b in later)
    return rate(sum(abs(b - a) for a, b in zip(first, later, strict=True)), size)


def mirror_asymmetry(own: float, mirror: float) -> float:
    """Difference of two counts of one flow, in percent of their mean (QPI CC1, bilateral).

    100 · (own − mirror) / ((own + mirror) / 2): 0 where both say the same, ±200 where one of them counts nobody.

    Args:
        own: the flow as the reporting country counts it.
        mirror: the same flow as the partner counts it.

    Raises:
        UndefinedIndicatorError: both count nobody.
    """
    return rate(own - mirror, (own + mirror) / 2)


def length_since_break(periods: Sequence[str], first_after_break: Sequence[str]) -> int:
    """Number of periods of a series since its last break, the first one after it among them (QPI CC2).

    Args:
        periods: that have a figure, in their order.
        first_after_break: those of them that are the first ones after a break.

    Raises:
        UndefinedIndicatorError: the series has no figure.
    """
    if not periods:
        raise UndefinedIndicatorError("The series has no figure.")
    last = max((place for place, period in enumerate(periods) if period in first_after_break), default=0)
    return len(periods) - last


def _fail_if_empty(figures: Sequence[float]) -> None:
    if not figures:
        raise UndefinedIndicatorError("There is no figure in both vintages.")
