"""The course of moves over years before the last of a plan: a season, a growth, shifts of level, days off, and scatter.

Laws: the last year of the plan stays as it is, and so do its files for the same seed; every year before it has the
season and the composition of the last one, and the margins that its months add up to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

import msgspec
import numpy as np

from qonys.concepts.simulation import (
    Course,
    ExternalCountry,
    ExternalTotal,
    InternalMargin,
    SimulatedYear,
    SimulationPlan,
)
from qonys.concepts.working_days import WorkingDays
from qonys.methods.estimation.amounts import Counts, Matrix
from qonys.methods.estimation.rounding import whole_shares

_SOURCE = "course of the plan"
_CHANCE = 3
"""Sets the chance of a course apart from that of the years."""

Amount = TypeVar("Amount", ExternalTotal, ExternalCountry)


def with_course(plan: SimulationPlan, course: Course, years: int, working: WorkingDays, seed: int) -> SimulationPlan:
    """The plan over so many years, all but the last of which follow a course.

    Args:
        plan: whose last year has monthly margins.
        course: how moves went.
        years: how many there shall be.
        working: whose holidays with dates change moves.
        seed: of the scatter.
    """
    design, last = plan.design, plan.design.years[-1]
    span = range(last.year - years + 1, last.year)
    factors = {year: months_of_course(course, year, last.year, working, seed) for year in span}
    usual = _usual_months(plan, last.year)
    external = np.array(design.external_months) / sum(design.external_months)
    entries = [_year(course, last, year, tuple(factors[year].tolist())) for year in span]
    internal = [margin for margin in plan.internal if margin.year == last.year]
    return msgspec.structs.replace(
        plan,
        design=msgspec.structs.replace(
            design,
            years=(*entries, last),
            corrections=tuple(late for late in design.corrections if late.year == last.year),
            revisions=tuple(revision for revision in design.revisions if revision.year == last.year),
        ),
        internal=(*_internal(internal, {year: float(usual @ factors[year]) for year in span}), *internal),
        nets=tuple(margin for margin in plan.nets if margin.year == last.year),
        external=_scaled(plan.external, last.year, {year: float(external @ factors[year]) for year in span}),
        countries=_scaled(plan.countries, last.year, dict.fromkeys(span, 1.0)),
    )


def months_of_course(course: Course, year: int, last: int, working: WorkingDays, seed: int) -> Matrix:
    """Factors of a year's months beside the same months of the last year, shape (12,).

    (1 + growth)^(year − last) · Π shift⁻¹ over the shifts that come later · (1 + day off)^(days off) · exp(scatter · z)
    with z standard normal: a growth, levels, the calendar, and chance, in this order.
    """
    off = [day.month for day, holiday in working.days_off(year).items() if holiday.dates]
    months = np.arange(1, 13)
    level = np.array([_level(course, f"{year}-{month:02}") for month in months])
    days = np.bincount(off, minlength=13)[1:]
    chance = np.random.default_rng([seed, year, 0, _CHANCE]).standard_normal(12)
    growth = (1 + course.growth) ** (year - last)
    factors: Matrix = growth * level * (1 + course.day_off) ** days * np.exp(course.scatter * chance)
    return factors


def _level(course: Course, month: str) -> float:
    return float(np.prod([1 / factor for since, factor in course.shifts.items() if since > month]))


def _year(course: Course, last: SimulatedYear, year: int, months: tuple[float, ...]) -> SimulatedYear:
    monthly = last.monthly if year >= course.monthly_since else None
    if monthly is not None:
        monthly = msgspec.structs.replace(monthly, beyond=True)
    received = date(year + 1, last.received.month, last.received.day)
    return SimulatedYear(year, received, last.year, monthly, months)


def _usual_months(plan: SimulationPlan, last: int) -> Matrix:
    arrivals = np.zeros(12)
    for margin in plan.internal:
        if margin.year == last and margin.month is not None:
            arrivals[margin.month - 1] += margin.arrivals
    usual: Matrix = arrivals / arrivals.sum()
    return usual


def _internal(own: Sequence[InternalMargin], scales: Mapping[int, float]) -> list[InternalMargin]:
    """Annual margins of every area; arrivals and departures add up to the same number."""
    areas = list(dict.fromkeys(margin.area for margin in own))
    arrivals, departures = (
        np.array([sum(getattr(margin, side) for margin in own if margin.area == area) for area in areas])
        for side in ("arrivals", "departures")
    )
    made = []
    for year, scale in scales.items():
        total = round(scale * int(arrivals.sum()))
        sides = zip(areas, _parts(total, arrivals), _parts(total, departures), strict=True)
        made += [InternalMargin(year, area, int(a), int(d), "invented", _SOURCE) for area, a, d in sides]
    return made


def _parts(total: int, weights: Counts) -> Counts:
    parts: Counts = whole_shares(np.array([total]), weights / weights.sum(), np.array([0.5]))[0]
    return parts


def _scaled(amounts: Sequence[Amount], last: int, scales: Mapping[int, float]) -> tuple[Amount, ...]:
    own = tuple(amount for amount in amounts if amount.year == last)
    return tuple(_as_in(amount, year, scale) for year, scale in scales.items() for amount in own) + own


def _as_in(amount: Amount, year: int, scale: float) -> Amount:
    persons = round(scale * amount.persons)
    return msgspec.structs.replace(amount, year=year, persons=persons, status="invented", source=_SOURCE)
