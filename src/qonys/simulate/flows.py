"""From margins to flows: how many persons move between which areas and countries in which month.

Laws: whole numbers; every margin of the plan holds exactly, as the first data cut-off shows it; what no margin fixes is
invented by the plan's weights. Areas are numbered as in the plan's places, countries behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from qonys.concepts.layout import Stream
from qonys.concepts.simulation import ExternalCountry, SimulationPlan
from qonys.country.profile import Profile
from qonys.country.simulation_plan import corrected_internal_net
from qonys.errors import ProfileError, StatisticianError
from qonys.methods.estimation.amounts import Counts, Matrix
from qonys.methods.estimation.raking import rake_matrix
from qonys.methods.estimation.rounding import controlled_rounding, whole_shares

Direction: TypeAlias = Literal["arrivals", "departures"]
STREAMS: tuple[Stream, ...] = ("internal", "external_in", "external_out")
INTERNAL, EXTERNAL_IN, EXTERNAL_OUT = range(3)
_EARTH_RADIUS = 6371.0


@dataclass(frozen=True, slots=True)
class Flows:
    """Persons by stream, month, origin and destination in one year, one entry a flow that is not empty.

    Args:
        year: the year.
        countries: codes of the countries, numbered from ``len(places)``.
        stream: number in ``STREAMS``, shape (k,).
        month: 1 to 12, shape (k,).
        origin: number of an area or a country, shape (k,).
        destination: the same.
        persons: shape (k,).
    """

    year: int
    countries: tuple[str, ...]
    stream: Counts
    month: Counts
    origin: Counts
    destination: Counts
    persons: Counts

    def of(self, persons: Counts) -> Flows:
        """The same flows with other counts."""
        kept = persons > 0
        parts = (self.stream, self.month, self.origin, self.destination, persons)
        return Flows(self.year, self.countries, *(part[kept] for part in parts))


def flows_of_year(profile: Profile, plan: SimulationPlan, year: int, rng: np.random.Generator) -> Flows:
    """All flows of a year.

    Raises:
        ProfileError: margins cannot be met, with the file that holds them.
    """
    countries = tuple(dict.fromkeys(row.country for row in plan.countries))
    internal = _internal(plan, year, rng)
    external_in = _external(profile, plan, year, "arrivals", countries, rng)
    external_out = _external(profile, plan, year, "departures", countries, rng)
    return _listed(year, countries, internal, external_in.transpose(0, 2, 1), external_out)


def _listed(year: int, countries: tuple[str, ...], internal: Counts, inward: Counts, outward: Counts) -> Flows:
    """Cubes of month × origin × destination, one below the other, as a list of the cells that are not empty."""
    areas = internal.shape[1]
    shifts = ((0, 0), (areas, 0), (0, areas))
    parts = []
    for stream, (cube, (behind_origin, behind_destination)) in enumerate(
        zip((internal, inward, outward), shifts, strict=True)
    ):
        month, origin, destination = np.nonzero(cube)
        ends = (origin + behind_origin, destination + behind_destination)
        parts.append((np.full(len(month), stream), month + 1, *ends, cube[month, origin, destination]))
    return Flows(year, countries, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _internal(plan: SimulationPlan, year: int, rng: np.random.Generator) -> Counts:
    """Persons by month, origin and destination."""
    margins = _internal_margins(plan, year)
    if margins.shape[1] == 12:
        return np.stack([_origin_destination(plan, year, *margins[:, month]) for month in range(12)])
    annual = _origin_destination(plan, year, *margins[:, 0])
    pattern = _internal_margins(plan, plan.year(year).months_like or year)[0] * _factors(plan, year)[:, None]
    months = (pattern / pattern.sum(axis=0)).T
    cells = annual.ravel()
    parts = whole_shares(cells, np.tile(months, (len(annual), 1)), rng.random(len(cells)))
    return parts.T.reshape(12, *annual.shape)


def _factors(plan: SimulationPlan, year: int) -> Matrix:
    """Shape (12,)."""
    return np.array(plan.year(year).months or np.ones(12), dtype=float)


def _internal_margins(plan: SimulationPlan, year: int) -> Counts:
    """Arrivals and departures by month (or one column for the year) and area: shape (2, 12 or 1, areas)."""
    number = {place.area: index for index, place in enumerate(plan.places)}
    monthly = any(m.year == year and m.month is not None for m in plan.internal)
    margins = np.zeros((2, 12 if monthly else 1, len(number)), dtype=np.int64)
    for margin in plan.internal:
        if margin.year == year and monthly == (margin.month is not None):
            cell = ((margin.month or 1) - 1, number[margin.area])
            margins[0][cell], margins[1][cell] = margin.arrivals, margin.departures
    return margins


def _origin_destination(plan: SimulationPlan, year: int, arrivals: Counts, departures: Counts) -> Counts:
    """Origins × destinations with both margins exact; the diagonal is the plan's share of what it can be at most."""
    within = np.array([place.within for place in plan.places])
    diagonal = np.rint(within * np.minimum(arrivals, departures)).astype(np.int64)
    leaving, coming = departures - diagonal, arrivals - diagonal
    seed = np.outer(leaving, coming) * _proximity(plan)
    try:
        between = controlled_rounding(rake_matrix(seed, leaving, coming).matrix, leaving, coming)
    except StatisticianError as error:
        raise _unmet(f"{year}: the margins of origins × destinations", "internal.csv", error.what) from error
    return between + np.diag(diagonal)


def _proximity(plan: SimulationPlan) -> Matrix:
    """1 / distanceᵝ between the centres of areas (great circle, km); 0 from an area to itself."""
    longitude, latitude = np.radians([[place.longitude, place.latitude] for place in plan.places]).T
    cosine = np.sin(latitude) * np.sin(latitude[:, None]) + np.cos(latitude) * np.cos(latitude[:, None]) * np.cos(
        longitude - longitude[:, None]
    )
    distance = _EARTH_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0))
    np.fill_diagonal(distance, np.inf)
    nearness: Matrix = np.maximum(distance, 1.0) ** -plan.design.settling.distance_power
    return nearness


def _external(
    profile: Profile,
    plan: SimulationPlan,
    year: int,
    direction: Direction,
    countries: tuple[str, ...],
    rng: np.random.Generator,
) -> Counts:
    """Persons by month, area and country."""
    by_country = _by_country(profile, plan, year, direction, countries)
    by_area = _by_area(plan, year, direction, int(by_country.sum()))
    raked = rake_matrix(np.outer(by_area, by_country), by_area, by_country)
    cells = controlled_rounding(raked.matrix, by_area, by_country)
    weights = np.array(plan.design.external_months) * _factors(plan, year)
    months = weights / weights.sum()
    parts = whole_shares(cells.ravel(), months, rng.random(cells.size))
    return parts.T.reshape(12, *cells.shape)


def _by_country(
    profile: Profile, plan: SimulationPlan, year: int, direction: Direction, countries: tuple[str, ...]
) -> Counts:
    """Persons by country: facts as they stand, invented figures scaled to what their group or the world leaves."""
    rows = [row for row in plan.countries if (row.year, row.direction) == (year, direction)]
    totals = {t.group: t.persons for t in plan.external if (t.year, t.direction) == (year, direction)}
    grouped = {group: _members(profile, group, year) for group in totals if group}
    persons = {row.country: 0 for row in rows}
    inside_groups: set[str] = set()
    for group, members in grouped.items():
        inside_groups |= members
        persons.update(_scaled([row for row in rows if row.country in members], totals[group], f"{year} {group}"))
    rest = [row for row in rows if row.country not in inside_groups]
    if rows:
        remaining = totals.get("", sum(r.persons for r in rows)) - sum(totals[group] for group in grouped)
        persons.update(_scaled(rest, remaining, f"{year} {direction}"))
    return np.array([persons.get(country, 0) for country in countries], dtype=np.int64)


def _members(profile: Profile, group: str, year: int) -> set[str]:
    """Countries that belong to a group at the end of a year."""
    return {
        member.country
        for member in profile.memberships
        if member.group == group
        and (member.valid_from is None or member.valid_from.year <= year)
        and (member.valid_to is None or member.valid_to.year > year)
    }


def _scaled(rows: list[ExternalCountry], total: int, what: str) -> dict[str, int]:
    facts = {row.country: row.persons for row in rows if row.status != "invented"}
    invented = [row for row in rows if row.status == "invented"]
    left, weights = total - sum(facts.values()), np.array([float(row.persons) for row in invented])
    if left < 0 or (left > 0 and weights.sum() == 0):
        why = f"the facts leave {left} persons for {len(invented)} invented countries."
        raise _unmet(f"The total of {what}", "countries.csv", why)
    if not invented:
        return facts
    parts = whole_shares(np.array([left]), weights / max(weights.sum(), 1e-300), np.array([0.5]))[0]
    return facts | {row.country: int(part) for row, part in zip(invented, parts, strict=True)}


def _by_area(plan: SimulationPlan, year: int, direction: Direction, total: int) -> Counts:
    """Persons by area: departures by the plan's weights above what a negative net forces, arrivals = net + departures.

    The external net of an area is its all-flow net less its internal net after the late corrections.
    """
    weights = np.array([place.abroad for place in plan.places])
    shares = weights / weights.sum()
    net = _external_net(plan, year)
    if net is None:
        alone: Counts = whole_shares(np.array([total]), shares, np.array([0.5]))[0]
        return alone
    departures_in_all = total if direction == "departures" else total - int(net.sum())
    forced = np.maximum(-net, 0)
    left = departures_in_all - int(forced.sum())
    if left < 0:
        raise _unmet(f"{year}: the external net of the areas", "nets.csv", f"it needs {-left} more departures.")
    departures: Counts = forced + whole_shares(np.array([left]), shares, np.array([0.5]))[0]
    counts: Counts = departures if direction == "departures" else departures + net
    return counts


def _external_net(plan: SimulationPlan, year: int) -> Counts | None:
    all_flows = {m.area: m.net for m in plan.nets if m.year == year and m.flows == "all" and not m.locality}
    internal = corrected_internal_net(plan, year)
    if not any(place.area in all_flows for place in plan.places):
        return None
    return np.array([all_flows[p.area] - internal.get(p.area, 0) for p in plan.places], dtype=np.int64)


def _unmet(what: str, file: str, why: str) -> ProfileError:
    return ProfileError(f"{what} cannot be met: {why}", where=f"simulation/{file}")
