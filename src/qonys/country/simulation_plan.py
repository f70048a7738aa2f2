"""Reads a profile's simulation plan and confronts it with itself and with the profile.

Laws: margins of a year contradict each other nowhere (Σ arrivals = Σ departures in every month; corrections lead from
the internal margins to the published internal net); whatever the plan names, the profile defines.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from qonys.concepts.area import ABROAD_LEVEL
from qonys.concepts.layout import SourceLayout
from qonys.concepts.simulation import (
    CANCELLING,
    FAULTS,
    PARTNER,
    Course,
    ExternalCountry,
    ExternalTotal,
    InternalMargin,
    LateCorrections,
    Monthly,
    NetMargin,
    Place,
    PlanDesign,
    Revision,
    SimulatedYear,
    SimulationPlan,
)
from qonys.concepts.variable import VARIABLES, Kind
from qonys.country.profile import Profile
from qonys.country.reading import read_csv, read_yaml
from qonys.errors import ProfileError

T = TypeVar("T")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
Contradiction = tuple[str, str, str]
"""file, what is wrong, what to do"""


def load_plan(profile: Profile) -> SimulationPlan:
    """Read and check ``simulation/`` of a profile.

    ``plan.yaml``, ``places.csv`` and ``internal.csv`` are needed; ``nets.csv``, ``external.csv`` and ``countries.csv``
    may be absent: what they would fix is then invented.

    Raises:
        ProfileError: a file is absent or wrong, or contradicts another; with file and, where it has one, line.
    """
    folder = profile.folder / "simulation"
    if not (folder / "plan.yaml").is_file():
        raise ProfileError(
            f"The profile {profile.id} has no simulation plan.",
            where=str(folder / "plan.yaml"),
            next_step="Deliver real files instead, or write a plan as in the profile mini.",
        )
    plan = SimulationPlan(
        design=read_yaml(folder / "plan.yaml", PlanDesign),
        places=_rows(folder / "places.csv", Place),
        internal=_rows(folder / "internal.csv", InternalMargin),
        nets=_rows_if_any(folder / "nets.csv", NetMargin),
        external=_rows_if_any(folder / "external.csv", ExternalTotal),
        countries=_rows_if_any(folder / "countries.csv", ExternalCountry),
    )
    for where, what, next_step in _contradictions(profile, plan):
        raise ProfileError(what, where=str(folder / where), next_step=next_step)
    return plan


def _rows(path: Path, kind: type[T]) -> tuple[T, ...]:
    return tuple(row for _, row, _ in read_csv(path, kind))


def _rows_if_any(path: Path, kind: type[T]) -> tuple[T, ...]:
    return _rows(path, kind) if path.is_file() else ()


def _contradictions(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    yield from _years(plan)
    yield from _areas(profile, plan)
    yield from _internal_margins(plan)
    yield from _nets(profile, plan)
    yield from _external_margins(profile, plan)
    yield from _deliveries(profile, plan)
    yield from _composition(profile, plan)


def _years(plan: SimulationPlan) -> Iterator[Contradiction]:
    monthly = {margin.year for margin in plan.internal if margin.month is not None}
    for entry in plan.design.years:
        if entry.received.year <= entry.year:
            yield "plan.yaml", f"{entry.year} is received before it has ended.", "Give a later day."
        if entry.monthly is not None:
            yield from (("plan.yaml", f"{entry.year}: {what}", "") for what in _monthly(entry, entry.monthly))
        if entry.year not in monthly and entry.months_like not in monthly:
            yield (
                "plan.yaml",
                f"{entry.year} has no monthly margins in internal.csv.",
                f"Set `months_like` to a year that has: {', '.join(map(str, sorted(monthly))) or 'none'}.",
            )
    if (course := plan.design.course) is not None:
        yield from (("plan.yaml", f"course: {what}", next_step) for what, next_step in _course(plan, course, monthly))
    if len(plan.design.external_months) != 12 or min(plan.design.external_months, default=0) < 0:
        yield "plan.yaml", "external_months needs twelve weights, none negative.", ""


def _course(plan: SimulationPlan, course: Course, monthly: Collection[int]) -> Iterator[tuple[str, str]]:
    last = plan.design.years[-1].year
    if last not in monthly:
        yield f"{last} has no monthly margins in internal.csv, so the years before have no season.", "Add them."
    if course.growth <= -1 or course.day_off <= -1 or course.scatter < 0:
        yield "growth, day_off and scatter are shares; moves cannot fall below none.", "From above -1; scatter from 0."
    for month, factor in course.shifts.items():
        if not _MONTH.fullmatch(month) or factor <= 0:
            yield f"the shift {month}: {factor} is none.", 'Write it as "2020-04": 0.85, the factor above 0.'


def _monthly(entry: SimulatedYear, monthly: Monthly) -> Iterator[str]:
    if not 1 <= monthly.day <= 28:
        yield f"monthly: the day is {monthly.day}; allowed: 1 to 28."
    elif entry.received < date(entry.year, 12, monthly.day):
        yield f"monthly: its last delivery ({entry.received}) is before that of November."
    if min(monthly.lags, default=-1) < 0 or abs(sum(monthly.lags) - 1) > 1e-9:
        yield "monthly: lags are shares, none negative, and sum to 1."


def _areas(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    level = profile.identity.level
    known = {area.code for area in profile.areas.areas if area.level == level}
    placed = {place.area for place in plan.places}
    for place in plan.places:
        if place.area not in known:
            yield "places.csv", f"{place.area} is no area of the level {level}.", ""
        if not 0 <= place.within < 1:
            yield "places.csv", f"{place.area}: within is {place.within}.", "Allowed: from 0 to below 1."
    for margin in plan.internal:
        if margin.area not in placed:
            yield "internal.csv", f"{margin.area} has margins but no place.", "Add it to places.csv."
    redirected = [r for late in plan.design.corrections for r in late.redirections]
    for code in [code for r in redirected for code in (r.recorded, r.true)]:
        if code not in placed:
            yield "plan.yaml", f"corrections: {code} is not in places.csv.", ""


def _internal_margins(plan: SimulationPlan) -> Iterator[Contradiction]:
    sums: dict[tuple[int, int | None], list[int]] = defaultdict(lambda: [0, 0])
    for margin in plan.internal:
        sums[margin.year, margin.month][0] += margin.arrivals
        sums[margin.year, margin.month][1] += margin.departures
    for (year, month), (arrivals, departures) in sums.items():
        if arrivals != departures:
            period = f"{year}" if month is None else f"{year}-{month:02}"
            yield "internal.csv", f"{period}: {arrivals} arrivals, but {departures} departures.", "They must be equal."
    twice = [key for key, n in Counter((m.year, m.month, m.area) for m in plan.internal).items() if n > 1]
    if twice:
        yield "internal.csv", f"{twice[0]} stands twice.", ""


def corrected_internal_net(plan: SimulationPlan, year: int) -> dict[str, int]:
    """Internal net migration of every area in a year, late corrections included, in persons."""
    net: dict[str, int] = defaultdict(int)
    for margin in plan.internal:
        if margin.year == year:
            net[margin.area] += margin.arrivals - margin.departures
    for late in plan.design.corrections:
        for redirection in late.redirections if late.year == year else ():
            net[redirection.recorded] -= redirection.slips
            net[redirection.true] += redirection.slips
    return dict(net)


def _nets(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    for entry in plan.design.years:
        internal = corrected_internal_net(plan, entry.year)
        of_year = [margin for margin in plan.nets if margin.year == entry.year]
        for margin in of_year:
            if margin.flows == "internal" and internal.get(margin.area) != margin.net:
                yield (
                    "nets.csv",
                    f"{entry.year}, {margin.area}: internal.csv and the corrections give {internal.get(margin.area)}, "
                    f"not {margin.net}.",
                    "Mend the corrections in plan.yaml.",
                )
        by_area = [m.net for m in of_year if m.flows == "all" and not m.locality and m.area != profile.identity.home]
        external = {e.direction: e.persons for e in plan.external if e.year == entry.year and not e.group}
        if by_area and sum(by_area) != external.get("arrivals", 0) - external.get("departures", 0):
            yield (
                "nets.csv",
                f"{entry.year}: the areas sum to {sum(by_area)}, not to the external net.",
                "See external.csv.",
            )
        sides = [m.net for m in of_year if m.flows == "all" and m.locality and m.area == profile.identity.home]
        if len(sides) == 2 and sum(sides) != external.get("arrivals", 0) - external.get("departures", 0):
            yield (
                "nets.csv",
                f"{entry.year}: urban and rural areas sum to {sum(sides)}, not to the external net.",
                "See external.csv.",
            )
        if by_area and len(by_area) != len(plan.places):
            yield "nets.csv", f"{entry.year}: some areas have an all-flow net and some have none.", "All or none."


def _external_margins(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    countries = {a.code for a in profile.areas.areas if a.level == ABROAD_LEVEL} - {profile.identity.home}
    groups = {member.group for member in profile.memberships}
    for row in plan.countries:
        if row.country not in countries:
            yield "countries.csv", f"{row.country} is no country of the profile.", "See classifications/country.csv."
    for total in plan.external:
        if total.group and total.group not in groups:
            yield "external.csv", f"{total.group} is no group of countries with members.", ""
    for entry in plan.design.years:
        for direction in ("arrivals", "departures"):
            totals = [t for t in plan.external if (t.year, t.direction) == (entry.year, direction)]
            if totals and sum(not t.group for t in totals) != 1:
                yield "external.csv", f"{entry.year}, {direction}: the world's total must stand once.", ""
            if totals and not any((c.year, c.direction) == (entry.year, direction) for c in plan.countries):
                yield "countries.csv", f"{entry.year}, {direction}: there is a total, but no country.", "Add them."


def _deliveries(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    design = plan.design
    after: tuple[LateCorrections | Revision, ...] = (*design.corrections, *design.revisions)
    named = [route.layout for route in design.deliveries] + [late.layout for late in after]
    for name in named:
        layout = profile.layouts.get(name)
        if layout is None:
            yield "plan.yaml", f"There is no layout “{name}”.", f"Layouts: {', '.join(profile.layouts)}."
        else:
            yield from _layout(layout)
    if not design.deliveries or design.deliveries[-1].streams or design.deliveries[-1].destinations:
        yield "plan.yaml", "The last delivery must take every slip that is left.", "Leave out streams and destinations."
    yield from _after_the_year(profile, design, after)


def _after_the_year(
    profile: Profile, design: PlanDesign, after: tuple[LateCorrections | Revision, ...]
) -> Iterator[Contradiction]:
    received = {entry.year: entry.received for entry in design.years}
    for late in after:
        layout = profile.layouts.get(late.layout)
        if layout is not None and not {"slip", "corrects"} <= layout.variables.keys():
            yield "plan.yaml", f"corrections: {late.layout} has no slip number that another slip could correct.", ""
        if late.year not in received:
            yield "plan.yaml", f"corrections: {late.year} is not simulated.", ""
        elif late.received <= received[late.year]:
            yield "plan.yaml", f"corrections: those of {late.year} come before its last delivery.", "Give a later day."
    types = {code.code for code in profile.classifications["registration_type"].codes}
    if any(revision.cancelled for revision in design.revisions) and CANCELLING not in types:
        yield (
            "plan.yaml",
            f"revisions: no registration type is {CANCELLING}, which cancels.",
            "Add it to the code list.",
        )
    for year, times in Counter(revision.year for revision in design.revisions).items():
        if times > 1:
            yield "plan.yaml", f"revisions: {year} stands {times} times.", "Write one revision a year."


def _layout(layout: SourceLayout) -> Iterator[Contradiction]:
    where = f"../sources/{layout.id}.yaml"
    if layout.format == "fixed":
        yield where, "A synthetic register is not written in fixed width.", "Choose another layout in plan.yaml."
    if layout.match.count("*") != 1 or any(mark in layout.match for mark in "?[]"):
        yield where, f"A file name cannot be made from {layout.match}.", "It needs exactly one *."
    for name, source in layout.variables.items():
        if source.expr is not None:
            yield where, f"{name} is an expression, which cannot be written backwards.", "Use a column or a constant."


def _composition(profile: Profile, plan: SimulationPlan) -> Iterator[Contradiction]:
    for kind, share in plan.design.faults.items():
        if kind not in FAULTS:
            yield "plan.yaml", f"“{kind}” is no kind of fault.", f"Allowed: {', '.join(FAULTS)}."
        if not 0 <= share < 1:
            yield "plan.yaml", f"faults: {kind} is {share}.", "Allowed: from 0 to below 1."
    for name, attribute in plan.design.attributes.items():
        variable = VARIABLES.get(name)
        if variable is None or variable.kind is not Kind.CODE or variable.classification not in profile.classifications:
            yield "plan.yaml", f"attributes: {name} is no coded variable with a classification.", ""
            continue
        codes = {code.code for code in profile.classifications[variable.classification].codes} | {PARTNER}
        drawn = {code for shares in attribute.shares.values() for code in shares} | {attribute.younger or PARTNER}
        for code in sorted(drawn - codes):
            yield "plan.yaml", f"attributes: {name} has no code {code}.", f"See {variable.classification}.csv."
    people = plan.design.people
    ages = [age for age, _ in people.ages]
    if not ages or ages != sorted(set(ages)) or ages[0] < 14 or people.oldest <= ages[-1]:
        yield (
            "plan.yaml",
            "people: ages rise, begin at 14 or later and end before `oldest`.",
            "A child rides on a slip.",
        )
    if people.parents[0] < 19 or people.parents[1] > people.oldest or people.parents[0] > people.parents[1]:
        yield "plan.yaml", f"people: parents are {people.parents}.", "From 19 to the oldest age."
    if not 0 <= people.accompanied < 1:
        yield "plan.yaml", f"people: accompanied is {people.accompanied}.", "Allowed: from 0 to below 1."
