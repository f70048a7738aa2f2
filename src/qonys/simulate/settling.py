"""Where a mover lives at either end: district and locality.

Laws: an end is an area that holds through the whole month of the move and has no part below it; the two ends of a move
inside an area are different districts, so no true move looks like one within a settlement; net migration of urban and
rural areas is that of the plan.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qonys.concepts.area import ABROAD_LEVEL
from qonys.concepts.simulation import Settling, SimulationPlan
from qonys.country.profile import Profile
from qonys.errors import ProfileError
from qonys.methods.estimation.amounts import Matrix
from qonys.simulate.slips import ABROAD, LOCALITIES, Flags, Numbers


@dataclass(frozen=True, slots=True)
class Options:
    """Where one can live in an area: end, locality and weights, shape (options,); a mixed district is there twice."""

    end: NDArray[np.int16]
    locality: NDArray[np.int8]
    as_origin: Matrix
    as_destination: Matrix


@dataclass(frozen=True, slots=True)
class Settlements:
    """All ends of a year's moves.

    Args:
        codes: code of each end: districts, then countries, then the unknown area of the plan.
        areas: how many areas of the publication level there are; countries are numbered behind them.
        districts: how many ends lie inside the country.
        spans: by area: months (a flag by month number, shape (13,)) and the options that hold through them.
    """

    codes: tuple[str, ...]
    areas: int
    districts: int
    spans: tuple[tuple[tuple[Flags, Options], ...], ...]

    @property
    def unknown(self) -> int:
        return len(self.codes) - 1

    def span(self, area: int, month: int) -> Options:
        return next(options for months, options in self.spans[area] if months[month])


@dataclass(slots=True)
class Ends:
    """One side of the moves: end and locality of every slip, shape (slips,)."""

    end: NDArray[np.int16]
    locality: NDArray[np.int8]


def settlements_of_year(profile: Profile, plan: SimulationPlan, year: int, countries: tuple[str, ...]) -> Settlements:
    """The ends that the plan's areas offer in each month of a year.

    Raises:
        ProfileError: an area that keeps movers inside has fewer than two districts.
    """
    offered = [[_districts(profile, place.area, year, month) for month in range(1, 13)] for place in plan.places]
    inside = tuple(dict.fromkeys(code for months in offered for month in months for code, _ in month))
    number = {code: index for index, code in enumerate(inside)}
    spans = []
    for place, months in zip(plan.places, offered, strict=True):
        if place.within > 0 and min(len(month) for month in months) < 2:
            raise ProfileError(
                f"{place.area} keeps movers inside, but has fewer than two districts in {year}.",
                where=str(profile.folder / "simulation" / "places.csv"),
                next_step="Set its `within` to 0.",
            )
        spans.append(_spans(months, number, plan.design.settling))
    codes = (*inside, *countries, plan.design.unknown_area)
    return Settlements(codes, len(plan.places), len(inside), tuple(spans))


def _districts(profile: Profile, code: str, year: int, month: int) -> tuple[tuple[str, str], ...]:
    """The areas without parts inside an area through a month, each with its locality (or that of the whole area)."""
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    holding = [
        area
        for area in profile.areas.areas
        if area.level != ABROAD_LEVEL and area.holds_on(first) and area.holds_on(last)
    ]
    parents = {area.parent for area in holding}
    found = []
    for area in holding:
        above = profile.areas.ancestor(area, profile.identity.level, first)
        if area.code not in parents and above is not None and above.code == code:
            found.append((area.code, area.locality or above.locality))
    return tuple(found)


def _spans(
    months: list[tuple[tuple[str, str], ...]], number: dict[str, int], settling: Settling
) -> tuple[tuple[Flags, Options], ...]:
    spans: dict[tuple[tuple[str, str], ...], Flags] = {}
    for index, districts in enumerate(months, start=1):
        spans.setdefault(districts, np.zeros(13, dtype=np.bool_))[index] = True
    return tuple((flags, _options(districts, number, settling)) for districts, flags in spans.items())


def _options(districts: tuple[tuple[str, str], ...], number: dict[str, int], settling: Settling) -> Options:
    rows = []
    for code, known in districts:
        weight = settling.urban_weight if known == "U" else 1.0
        for index, locality in enumerate(LOCALITIES):
            if known == locality:
                rows.append((number[code], index, weight, weight))
            elif not known:
                origins, destinations = settling.urban_origins, settling.urban_destinations
                shares = (origins, destinations) if locality == "U" else (1 - origins, 1 - destinations)
                rows.append((number[code], index, *shares))
    end, place, as_origin, as_destination = zip(*rows, strict=True)
    return Options(
        np.array(end, np.int16), np.array(place, np.int8), np.array(as_origin, float), np.array(as_destination, float)
    )


def settled(
    settlements: Settlements, month: Numbers, origin: Numbers, destination: Numbers, rng: np.random.Generator
) -> tuple[Ends, Ends]:
    """Districts and localities of both ends of every slip, from the numbers of its areas; shape (slips,)."""
    sides = tuple(
        Ends((area - settlements.areas + settlements.districts).astype(np.int16), np.full(len(area), ABROAD, np.int8))
        for area in (origin, destination)
    )
    for area in range(settlements.areas):
        leaving, coming = origin == area, destination == area
        for months, options in settlements.spans[area]:
            then = months[month]
            _draw(sides[0], np.flatnonzero(leaving & ~coming & then), options, options.as_origin, rng)
            _draw(sides[1], np.flatnonzero(coming & ~leaving & then), options, options.as_destination, rng)
            _draw_pairs(sides, np.flatnonzero(coming & leaving & then), options, rng)
    return sides[0], sides[1]


def _draw(side: Ends, slips: Numbers, options: Options, weights: Matrix, rng: np.random.Generator) -> None:
    if len(slips):
        drawn = drawn_by_weight(weights, len(slips), rng)
        side.end[slips], side.locality[slips] = options.end[drawn], options.locality[drawn]


def _draw_pairs(sides: tuple[Ends, ...], slips: Numbers, options: Options, rng: np.random.Generator) -> None:
    if not len(slips):
        return
    weights = np.outer(options.as_origin, options.as_destination) * (options.end[:, None] != options.end)
    drawn = np.divmod(drawn_by_weight(weights.ravel(), len(slips), rng), len(options.end))
    for side, option in zip(sides, drawn, strict=True):
        side.end[slips], side.locality[slips] = options.end[option], options.locality[option]


def drawn_by_weight(weights: Matrix, size: int, rng: np.random.Generator) -> Numbers:
    """Positions drawn with probability proportional to weight, by inverting the cumulated weights."""
    cumulated = np.cumsum(weights)
    drawn: Numbers = np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right")
    return np.minimum(drawn, len(weights) - 1)


def meet_urban_net(
    settlements: Settlements,
    target: int,
    month: Numbers,
    areas: tuple[Numbers, Numbers],
    sides: tuple[Ends, Ends],
    persons: Numbers,
    rng: np.random.Generator,
) -> None:
    """Resettle arrivals between urban and rural districts of their area until urban net migration is the target.

    Changes the destinations in ``sides``. Moves inside one area stay as they are.

    Args:
        settlements: the ends.
        target: urban arrivals less urban departures of all flows, in persons.
        month: month of each slip, shape (slips,).
        areas: numbers of its areas of origin and of destination.
        sides: its ends.
        persons: its holder and children.
        rng: source of chance.

    Raises:
        ProfileError: too few arrivals could be resettled.
    """
    urban = LOCALITIES.index("U")
    origins, destinations = sides
    net = int(persons[destinations.locality == urban].sum()) - int(persons[origins.locality == urban].sum())
    wanted = urban if target > net else 1 - urban
    both = np.array([all(set(o.locality.tolist()) == {0, 1} for _, o in spans) for spans in settlements.spans])
    mixed = np.append(both, False)[np.minimum(areas[1], settlements.areas)]
    able = mixed & (areas[0] != areas[1]) & (destinations.locality == 1 - wanted)
    chosen = _of_persons(np.flatnonzero(able), persons, abs(target - net), rng)
    if chosen is None:
        raise ProfileError(
            f"Urban net migration would be {net}, and too few arrivals can be resettled to make it {target}.",
            where="simulation/nets.csv",
            next_step="Mend urban_origins and urban_destinations in plan.yaml.",
        )
    for area in range(settlements.areas):
        for months, options in settlements.spans[area]:
            slips = chosen[(areas[1][chosen] == area) & months[month[chosen]]]
            _draw(destinations, slips, options, options.as_destination * (options.locality == wanted), rng)


def _of_persons(slips: Numbers, persons: Numbers, wanted: int, rng: np.random.Generator) -> Numbers | None:
    """Some of the slips that together carry exactly so many persons; None: there are too few."""
    order = rng.permutation(slips)
    reached = np.cumsum(persons[order])
    prefix = int(np.searchsorted(reached, wanted, side="right"))
    left = wanted - (int(reached[prefix - 1]) if prefix else 0)
    alone = order[prefix:][persons[order[prefix:]] == 1]
    return None if len(alone) < left else np.concatenate([order[:prefix], alone[:left]])
