"""What X-13ARIMA-SEATS is asked to do with a series, and the text that asks it.

Laws: the text depends on the series and the specification alone; no word of either reaches the program unchecked;
trading days and Easter stay out unless they are asked for, since a register that opens on working days has closures of
its own, which are handed in as regressors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import MONTHS_A_YEAR, Month, MonthlySeries, Values

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SEATS_MONTHS_AHEAD = 36
"""SEATS extends the series by three years, so regressors must reach that far."""
_VALUES_A_LINE = 4
"""The program reads lines of at most 132 characters."""
_NO_CODE = "missingcode=-9.99e200"
"""No value stands for a missing month: by default the program takes -99999, which a net can be, for one."""
_MODEL = re.compile(r"\(\d \d \d\)(\(\d \d \d\))?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


class Method(StrEnum):
    """How the seasonal component is found: by moving averages (X-11) or from the ARIMA model (SEATS)."""

    X11 = "x11"
    SEATS = "seats"


class Transformation(StrEnum):
    """The scale on which the series is modelled; `AUTO` lets an information criterion choose."""

    AUTO = "auto"
    LOG = "log"
    NONE = "none"


class OutlierKind(StrEnum):
    """An outlying month, a shift of level from a month on, or a change that fades by 30 % a month."""

    ADDITIVE = "ao"
    LEVEL_SHIFT = "ls"
    TEMPORARY_CHANGE = "tc"


class CalendarKind(StrEnum):
    """What a regressor of the calendar stands for; both are taken out of the adjusted series."""

    HOLIDAY = "holiday"
    TRADING_DAY = "td"


@dataclass(frozen=True, slots=True)
class Outlier:
    """A month known to be exceptional, whatever the automatic search finds.

    Args:
        kind: its shape in time.
        month: when it begins.
    """

    kind: OutlierKind
    month: Month


@dataclass(frozen=True, slots=True, eq=False)
class CalendarRegressor:
    """A cause of the calendar, such as the closed weekdays of a month (`days_off.days_off_regressor`).

    Its mean of each month of the year is taken off first: what recurs every year is seasonality, not calendar. The
    program does it over the months that it is handed, unless the regressor is centred.

    Args:
        name: a letter followed by letters, digits and underscores, 32 at most.
        values: shape (n + months ahead,), from the first month of the series to the last forecast; with SEATS at least
            36 months ahead.
        kind: holiday or trading day.
        centred: the values have their means taken off already, so the program shall take none; either all of the
            regressors of a specification are, or none.
    """

    name: str
    values: Values
    kind: CalendarKind = CalendarKind.HOLIDAY
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Specification:
    """How a series is adjusted.

    Args:
        method: X-11 or SEATS.
        transformation: the scale.
        model: an ARIMA model such as ``(0 1 1)(0 1 1)``; None: chosen automatically, which takes seconds where the season
            hardly moves and hundredths of one where the model is given, as it is between two reviews.
        trading_days: whether a criterion may take in the effect of trading days.
        easter: whether a criterion may take in Easter.
        calendar: regressors of the calendar, such as national holidays.
        known_outliers: exceptional months to estimate in any case.
        sought_outliers: kinds to search for; none: no search.
        months_ahead: forecasts, 1 to 36.
        least_years: a shorter series is refused; at least 3, the least that the program takes.
        significance: level of the tests of seasonality.

    Raises:
        StatisticianError: a part is not what the program can take.
    """

    method: Method = Method.X11
    transformation: Transformation = Transformation.AUTO
    model: str | None = None
    trading_days: bool = False
    easter: bool = False
    calendar: tuple[CalendarRegressor, ...] = ()
    known_outliers: tuple[Outlier, ...] = ()
    sought_outliers: tuple[OutlierKind, ...] = tuple(OutlierKind)
    months_ahead: int = MONTHS_A_YEAR
    least_years: int = 5
    significance: float = 0.01

    def __post_init__(self) -> None:
        if self.model is not None and not _MODEL.fullmatch(self.model):
            raise StatisticianError(
                f"{self.model!r} is no ARIMA model.", next_step="Write it as (p d q)(P D Q), e.g. (0 1 1)(0 1 1)."
            )
        if not 1 <= self.months_ahead <= SEATS_MONTHS_AHEAD or self.least_years < 3 or not 0 < self.significance < 1:
            raise StatisticianError(
                f"{self.months_ahead} months ahead, {self.least_years} years at least and a significance of "
                f"{self.significance} cannot be asked for.",
                next_step="Take 1 to 36 months, 3 years or more, and a significance between 0 and 1.",
            )
        names = [regressor.name for regressor in self.calendar]
        if len(set(names)) < len(names) or not all(_NAME.fullmatch(name) for name in names):
            raise StatisticianError(
                f"The regressors of the calendar need names of their own: {', '.join(names)}.",
                next_step="Take a letter followed by letters, digits and underscores.",
            )
        if len({regressor.centred for regressor in self.calendar}) > 1:
            raise StatisticianError(
                f"Of the regressors of the calendar some are centred and some are not: {', '.join(names)}.",
                next_step="Centre all of them, or none.",
            )

    @property
    def months_extended(self) -> int:
        """Months beyond the series that the program models."""
        return SEATS_MONTHS_AHEAD if self.method is Method.SEATS else self.months_ahead


def specification_text(series: MonthlySeries, specification: Specification) -> str:
    """The text of a specification file (.spc).

    Args:
        series: without missing months.
        specification: what to do with it.

    Raises:
        StatisticianError: a month is missing, a regressor does not cover the months it must, or a known outlier lies
            outside the series.

    Source: U.S. Census Bureau, X-13ARIMA-SEATS Reference Manual.
    """
    if not np.all(np.isfinite(series.values)):
        raise StatisticianError(
            "A series with a missing month cannot be handed to X-13ARIMA-SEATS.",
            next_step="Adjust the longest stretch without a gap, or estimate the month first.",
        )
    blocks = [
        f"series{{ start={_month_digits(series.start)} period=12 {_NO_CODE}\ndata=(\n{_lines(series.values)}\n) }}",
        f"transform{{ function={specification.transformation} }}",
        _regression(series, specification),
        f"outlier{{ types=({' '.join(specification.sought_outliers)}) }}" if specification.sought_outliers else "",
        f"arima{{ model={specification.model} }}" if specification.model else "automdl{ }",
        f"forecast{{ maxlead={specification.months_ahead} save=(fct) }}",
        "x11{ seasonalma=msr save=(d10 d11 d12 d13 d16) }"
        if specification.method is Method.X11
        else "seats{ save=(s10 s11 s12 s13 s14 s16) }",
    ]
    return "\n".join(block for block in blocks if block) + "\n"


def _regression(series: MonthlySeries, specification: Specification) -> str:
    tested = [name for name, asked in (("td", specification.trading_days), ("easter", specification.easter)) if asked]
    lines = [f"aictest=({' '.join(tested)})"] if tested else []
    if specification.known_outliers:
        names = "\n".join(_outlier_name(series, outlier) for outlier in specification.known_outliers)
        lines.append(f"variables=(\n{names}\n)")
    if specification.calendar:
        lines += _calendar(series, specification)
    return "regression{\n" + "\n".join(lines) + "\n}" if lines else ""


def _outlier_name(series: MonthlySeries, outlier: Outlier) -> str:
    if not series.start <= outlier.month <= series.end:
        raise StatisticianError(
            f"The known outlier of {outlier.month} lies outside the series, {series.start} to {series.end}.",
            next_step="Leave it out.",
        )
    return f"{outlier.kind}{outlier.month.year:04d}.{MONTH_NAMES[outlier.month.month - 1]}"


def _calendar(series: MonthlySeries, specification: Specification) -> list[str]:
    needed = len(series.values) + specification.months_extended
    for regressor in specification.calendar:
        if len(regressor.values) < needed or not np.all(np.isfinite(regressor.values)):
            raise StatisticianError(
                f"The regressor {regressor.name} has {len(regressor.values)} months; {needed} are needed, without gaps.",
                next_step="Let it reach from the first month of the series to the last that is forecast.",
            )
    columns = np.column_stack([regressor.values[:needed] for regressor in specification.calendar])
    return [
        f"user=(\n{chr(10).join(regressor.name for regressor in specification.calendar)}\n)",
        f"usertype=(\n{chr(10).join(regressor.kind for regressor in specification.calendar)}\n)",
        *([] if specification.calendar[0].centred else ["centeruser=seasonal"]),
        f"start={_month_digits(series.start)} data=(\n{_lines(columns.ravel())}\n)",
    ]


def _month_digits(month: Month) -> str:
    return f"{month.year:04d}.{month.month:02d}"


def _lines(values: Values) -> str:
    texts = [repr(float(value)) for value in values]
    return "\n".join(" ".join(texts[at : at + _VALUES_A_LINE]) for at in range(0, len(texts), _VALUES_A_LINE))
