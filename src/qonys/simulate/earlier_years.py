"""A plan of more years than its own: years before the first, each with the margins of the first, or on a course.

Law: the years of the plan itself stay as they are, and so do their files for the same seed; on a course, the last does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import msgspec

from qonys.concepts.simulation import (
    ExternalCountry,
    ExternalTotal,
    InternalMargin,
    NetMargin,
    SimulatedYear,
    SimulationPlan,
)
from qonys.concepts.working_days import WorkingDays
from qonys.errors import StatisticianError
from qonys.simulate.course import with_course

_MOST_YEARS = 50

Margin = TypeVar("Margin", InternalMargin, NetMargin, ExternalTotal, ExternalCountry)


def with_earlier_years(plan: SimulationPlan, years: int, working: WorkingDays, seed: int) -> SimulationPlan:
    """The plan over so many years, the last one being its own last.

    Where the plan has a course, all years but the last follow it. Else each year that is added has the margins of the
    first year of the plan, *invented*, and is delivered month by month where some year of the plan is.

    Args:
        plan: at least one year.
        years: how many there shall be, those of the plan among them.
        working: whose holidays a course may follow.
        seed: of the chance in a course.

    Raises:
        StatisticianError: fewer than the plan has, or more than fifty.
    """
    own = plan.design.years
    if not len(own) <= years <= _MOST_YEARS:
        raise StatisticianError(
            f"{years} years cannot be simulated: the plan has {len(own)} of its own.",
            next_step=f"Ask for {len(own)} to {_MOST_YEARS}.",
        )
    if plan.design.course is not None and years > len(own):
        return with_course(plan, plan.design.course, years, working, seed)
    first = own[0]
    added = range(own[-1].year - years + 1, first.year)
    monthly = next((entry.monthly for entry in own if entry.monthly is not None), None)
    entries = tuple(
        SimulatedYear(year, date(year + 1, first.received.month, first.received.day), first.months_like, monthly)
        for year in added
    )
    return msgspec.structs.replace(
        plan,
        design=msgspec.structs.replace(plan.design, years=(*entries, *own)),
        internal=(*_earlier(plan.internal, first.year, added), *plan.internal),
        nets=(*_earlier(plan.nets, first.year, added), *plan.nets),
        external=(*_earlier(plan.external, first.year, added), *plan.external),
        countries=(*_earlier(plan.countries, first.year, added), *plan.countries),
    )


def _earlier(margins: Sequence[Margin], first: int, years: range) -> list[Margin]:
    source = "as in the first year of the plan"
    return [
        msgspec.structs.replace(margin, year=year, status="invented", source=source)
        for year in years
        for margin in margins
        if margin.year == first
    ]
