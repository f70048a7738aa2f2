"""Seasonal adjustment with X-13ARIMA-SEATS, refused where it would mean nothing.

Laws: O = S · C · A and A = T · R · I for the observed series O, its seasonal S, calendar C, adjusted A, trend T,
transitory R and irregular I, with sums in place of products where the adjustment is additive; a series that is refused comes back as it
was observed, with the reason; a net is the difference of its adjusted parts and is tested for seasonality of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from qonys.methods.series.diagnostics import Diagnostics, diagnostics, gave_up, table
from qonys.methods.series.monthly import MONTHS_A_YEAR, MonthlySeries, Values
from qonys.methods.series.seasonality import SeasonalityTest, qs_test
from qonys.methods.series.specification import Method, Specification, Transformation, specification_text

Run: TypeAlias = Callable[[str], Mapping[str, str]]
"""Carries out a specification and returns what the program wrote: texts by file ending, and what it said under `diagnostics.CONSOLE`."""


class Reason(StrEnum):
    """Why a series was not adjusted."""

    MISSING_MONTHS = "missing months"
    TOO_SHORT = "too short"
    NOT_POSITIVE = "zero or negative"
    CONSTANT = "constant"
    NOT_ESTIMATED = "not estimated"
    NOT_SEASONAL = "not seasonal"
    NOT_DECOMPOSED = "not decomposed"
    NOT_IDENTIFIABLE = "seasonality not identifiable"


@dataclass(frozen=True, slots=True, eq=False)
class Refused:
    """A series that is left as it was observed.

    Args:
        series: the observed series.
        reason: why, as a code.
        why: why, in a sentence.
        next_step: what can be done.
        diagnostics: those of the run, where there was one.
    """

    series: MonthlySeries
    reason: Reason
    why: str
    next_step: str
    diagnostics: Diagnostics | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """Forecasts of the months after a series, with the model's 95 % interval.

    Args:
        point: shape (months ahead,), unit of the series.
        lower: lower ends of the intervals.
        upper: upper ends of the intervals.
    """

    point: Values
    lower: Values
    upper: Values


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """A seasonally adjusted series and its parts.

    Args:
        series: the observed series, n months.
        seasonal: shape (n,), factors or summands (table D10 or S10).
        calendar: shape (n,), factors or summands of trading days and holidays; 1 or 0 where there are none.
        adjusted: shape (n,), the series without its seasonal and calendar parts (D11 or S11).
        trend: shape (n,), with shifts of level (D12 or S12).
        transitory: shape (n,), short cycles that SEATS finds in some models, factors or summands (S14); 1 or 0 where
            there are none, as with X-11.
        irregular: shape (n,), factors or summands, with outlying months (D13 or S13).
        ahead: forecasts of the observed series.
        diagnostics: how far all of it can be trusted.
        residual_seasonality: the adjusted series is still seasonal at the level of the specification.
    """

    series: MonthlySeries
    seasonal: Values
    calendar: Values
    adjusted: Values
    trend: Values
    transitory: Values
    irregular: Values
    ahead: Ahead
    diagnostics: Diagnostics
    residual_seasonality: bool


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedNet:
    """A net as the difference of two adjusted series.

    Args:
        series: the observed net.
        adjusted: the adjusted first part minus the adjusted second; a part that is not seasonal stands as observed.
        before: QS of the observed net.
        after: QS of the adjusted net.
        residual_seasonality: the adjusted net is still seasonal at the level asked for.
    """

    series: MonthlySeries
    adjusted: Values
    before: SeasonalityTest
    after: SeasonalityTest
    residual_seasonality: bool


def seasonal_adjustment(series: MonthlySeries, specification: Specification, run: Run) -> Adjusted | Refused:
    """A series without its seasonal and calendar parts, or the reason why it is left alone.

    It is refused before the run where a month is missing, where it has fewer years than asked for or no variation, and
    where a value has no logarithm although one was asked for; after it, where the program gave up, where QS finds no
    seasonality in the observed series, where SEATS cannot split the model, and where the combined test of X-11 finds
    no seasonality that is identifiable.

    Args:
        series: monthly values.
        specification: how to adjust it.
        run: carries out the specification (`engine.seasonal.x13_run`).

    Raises:
        StatisticianError: a regressor or a known outlier does not fit the series.

    Source: U.S. Census Bureau, X-13ARIMA-SEATS Reference Manual; Eurostat (2015), ESS guidelines on seasonal
    adjustment.
    """
    if (refused := _refused_before(series, specification)) is not None:
        return refused
    texts = run(specification_text(series, specification))
    if (told := gave_up(texts)) is not None:
        next_step = "Try a fixed model, fewer outliers, or leave the series as it is."
        return Refused(series, Reason.NOT_ESTIMATED, f"X-13ARIMA-SEATS gave up: {told}", next_step)
    found = diagnostics(texts)
    return _refused_after(series, specification, found) or _adjusted(series, specification, texts, found)


def net_adjustment(
    arrivals: Adjusted | Refused, departures: Adjusted | Refused, *, significance: float = 0.01
) -> AdjustedNet | Refused:
    """The adjusted net as the difference of its adjusted parts (indirect adjustment).

    Adjusting the net itself would break the identity net = arrivals − departures in the adjusted figures. Whether
    seasonality is left in the difference is tested on it, with one difference.

    Args:
        arrivals: adjusted, or refused as not seasonal.
        departures: of the same months.
        significance: level of the test.

    Returns:
        The first part that was refused for another reason than having no seasonality, where there is one.

    Raises:
        StatisticianError: the months differ.
    """
    net = arrivals.series.less(departures.series)
    for part in (arrivals, departures):
        if isinstance(part, Refused) and part.reason is not Reason.NOT_SEASONAL:
            return Refused(net, part.reason, f"A part of the net was refused: {part.why}", part.next_step)
    adjusted = _as_adjusted(arrivals) - _as_adjusted(departures)
    after = qs_test(adjusted)
    return AdjustedNet(net, adjusted, qs_test(net.values), after, after.is_significant(significance))


def _as_adjusted(part: Adjusted | Refused) -> Values:
    return part.series.values if isinstance(part, Refused) else part.adjusted


def _refused_before(series: MonthlySeries, specification: Specification) -> Refused | None:
    values, months = series.values, len(series.values)
    if np.any(np.isnan(values)):
        at = series.start.later(int(np.flatnonzero(np.isnan(values))[0]))
        why = f"{int(np.isnan(values).sum())} months are missing, the first is {at.year}-{at.month:02d}."
        return Refused(series, Reason.MISSING_MONTHS, why, "Adjust the longest stretch without a gap.")
    if months < MONTHS_A_YEAR * specification.least_years:
        why = f"{months} months are fewer than the {specification.least_years} years asked for."
        return Refused(series, Reason.TOO_SHORT, why, "Wait, or prepend the history of the series.")
    if np.ptp(values) == 0:
        return Refused(series, Reason.CONSTANT, "All months have the same value.", "There is nothing to adjust.")
    if specification.transformation is Transformation.LOG and np.min(values) <= 0:
        why = f"{int((values <= 0).sum())} months are zero or negative and have no logarithm."
        return Refused(series, Reason.NOT_POSITIVE, why, "Adjust without a transformation, or merge small series.")
    return None


def _refused_after(series: MonthlySeries, specification: Specification, found: Diagnostics) -> Refused | None:
    if not found.is_seasonal(specification.significance):
        why = f"QS finds no seasonality at the level {specification.significance:g}: {_said_test(found.qs_before)}."
        return Refused(series, Reason.NOT_SEASONAL, why, "Publish the series as observed.", found)
    if not found.decomposed:
        why = f"SEATS cannot split the model {found.model} into components: {' '.join(found.warnings) or 'no reason given'}"
        return Refused(series, Reason.NOT_DECOMPOSED, why, "Adjust with X-11, or ask for another model.", found)
    if found.identifiable == "no":
        why = "The combined test finds no identifiable seasonality: it moves too much to be told from the irregular."
        return Refused(series, Reason.NOT_IDENTIFIABLE, why, "Publish the series as observed, or a longer one.", found)
    return None


def _said_test(test: SeasonalityTest | None) -> str:
    return "no test" if test is None else f"QS {test.statistic:.2f}, probability {test.probability:.3f}"


def _adjusted(
    series: MonthlySeries, specification: Specification, texts: Mapping[str, str], found: Diagnostics
) -> Adjusted:
    letter = "d" if specification.method is Method.X11 else "s"
    months = len(series.values)
    seasonal, adjusted, trend, irregular, combined = (
        table(texts, f"{letter}{number}")[:months, 0] for number in (10, 11, 12, 13, 16)
    )
    nothing = np.full(months, 1.0 if found.multiplicative else 0.0)
    ahead = table(texts, "fct")[: specification.months_ahead]
    return Adjusted(
        series=series,
        seasonal=seasonal,
        calendar=combined / seasonal if found.multiplicative else combined - seasonal,
        adjusted=adjusted,
        trend=trend,
        transitory=table(texts, "s14")[:months, 0] if "s14" in texts else nothing,
        irregular=irregular,
        ahead=Ahead(*ahead.T),
        diagnostics=found,
        residual_seasonality=found.has_residual_seasonality(specification.significance),
    )
