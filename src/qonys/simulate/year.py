"""One year of true moves as slips: flows, then who moves, where they live at both ends, and how they are described."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qonys.concepts.simulation import SimulationPlan
from qonys.concepts.variable import VARIABLES
from qonys.country.profile import Profile
from qonys.methods.estimation.amounts import Matrix
from qonys.simulate.flows import EXTERNAL_OUT, INTERNAL, Flows
from qonys.simulate.people import births, drawn_attribute, grouped, of_age
from qonys.simulate.person_numbers import PLAIN, PersonNumbers
from qonys.simulate.settling import Settlements, meet_urban_net, settled
from qonys.simulate.slips import Numbers, Slips

_EPOCH = date(1970, 1, 1)


@dataclass(slots=True)
class Counters:
    """What must be unique over the whole register: numbers of persons and of slips."""

    persons: PersonNumbers = field(default_factory=PersonNumbers)
    slips: int = 0

    def new_slips(self, year: int, count: int) -> NDArray[np.int64]:
        """Numbers of slips: the year and a nine-digit serial."""
        first = year * 10**9 + self.slips + 1
        self.slips += count
        return np.arange(first, first + count, dtype=np.int64)


def counters_of(profile: Profile) -> Counters:
    """Counters that give personal numbers of the profile's scheme, if a layout names one."""
    persons = [layout.variables["person"] for layout in profile.layouts.values() if "person" in layout.variables]
    scheme = next((profile.numbers[source.scheme] for source in persons if source.scheme), PLAIN)
    return Counters(PersonNumbers(scheme))


def attribute_codes(profile: Profile, plan: SimulationPlan) -> dict[str, tuple[str, ...]]:
    """The codes for which the numbers of each attribute stand: those of its classification."""
    return {
        name: tuple(code.code for code in profile.classifications[VARIABLES[name].classification or ""].codes)
        for name in plan.design.attributes
    }


def slips_of_flows(
    profile: Profile,
    plan: SimulationPlan,
    flows: Flows,
    settlements: Settlements,
    counters: Counters,
    rng: np.random.Generator,
    *,
    urban_net: int | None,
) -> Slips:
    """The slips of all movers of a year, sorted by flow.

    Args:
        profile: the country.
        plan: its simulation plan.
        flows: how many move from where to where in which month.
        settlements: the ends that the areas offer.
        counters: numbers given so far; they are advanced.
        rng: source of chance.
        urban_net: urban net migration of all flows that must result, in persons; None: as drawn.

    Raises:
        ProfileError: the urban net migration cannot be met.
    """
    design = plan.design
    flow, children = grouped(flows, design.people, rng)
    month, stream = flows.month[flow], flows.stream[flow].astype(np.int8)
    areas = (flows.origin[flow].astype(np.int16), flows.destination[flow].astype(np.int16))
    ends = _ends(settlements, month, areas, children + 1, rng, urban_net)
    day = _days(flows.year, month, rng)
    birth, children_of_year = births(day, children, design.people, rng)
    woman = rng.random(len(day)) < design.people.women
    return Slips(
        number=counters.new_slips(flows.year, len(day)),
        corrects=np.zeros(len(day), np.int64),
        person=counters.persons.new(birth, woman),
        stream=stream,
        day=day,
        birth=birth,
        woman=woman,
        **ends,
        registration=np.zeros(len(day), np.int8),
        first_child=(np.cumsum(children) - children).astype(np.int32),
        children=children.astype(np.int8),
        attributes=_attributes(profile, plan, flows, stream, areas, day - birth, rng),
        children_of_year=children_of_year,
    )


def _ends(
    settlements: Settlements,
    month: Numbers,
    areas: tuple[Numbers, Numbers],
    persons: Numbers,
    rng: np.random.Generator,
    urban_net: int | None,
) -> dict[str, Any]:
    """The columns of ``Slips`` that say where from and where to."""
    sides = settled(settlements, month, *areas, rng)
    if urban_net is not None:
        meet_urban_net(settlements, urban_net, month, areas, sides, persons, rng)
    return {
        "origin": sides[0].end,
        "destination": sides[1].end,
        "origin_area": areas[0],
        "destination_area": areas[1],
        "origin_locality": sides[0].locality,
        "destination_locality": sides[1].locality,
    }


def urban_net_of(profile: Profile, plan: SimulationPlan, year: int) -> int | None:
    """The plan's urban net migration of all flows of a year; None: it has none."""
    home = profile.identity.home
    found = (m.net for m in plan.nets if (m.year, m.area, m.flows, m.locality) == (year, home, "all", "U"))
    return next(found, None)


def _days(year: int, month: Numbers, rng: np.random.Generator) -> NDArray[np.int32]:
    starts = [date(year, m, 1) for m in range(1, 13)] + [date(year + 1, 1, 1)]
    first = np.array([(start - _EPOCH).days for start in starts], np.int32)
    length = np.diff(first)
    return (first[month - 1] + (rng.random(len(month)) * length[month - 1])).astype(np.int32)


def _attributes(
    profile: Profile,
    plan: SimulationPlan,
    flows: Flows,
    stream: Numbers,
    areas: tuple[Numbers, Numbers],
    age_in_days: Numbers,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.int16]]:
    abroad = np.where(stream == EXTERNAL_OUT, areas[1], areas[0]) - len(plan.places)
    partner = np.where(stream == INTERNAL, -1, abroad)
    codes = attribute_codes(profile, plan)
    drawn = {}
    for name, attribute in plan.design.attributes.items():
        of_all = drawn_attribute(attribute, codes[name], stream, partner, flows.countries, rng)
        drawn[name] = of_age(attribute, codes[name], of_all, age_in_days)
    return drawn


def scaled_to(flows: Flows, streams: tuple[int, ...], moves: int) -> Flows:
    """Flows of some streams in the same proportions, with so many moves in all (largest remainders)."""
    wanted = np.isin(flows.stream, streams)
    exact: Matrix = np.where(wanted, flows.persons, 0) * (moves / int(flows.persons[wanted].sum()))
    persons = np.floor(exact).astype(np.int64)
    short = moves - int(persons.sum())
    persons[np.argsort(persons - exact, kind="stable")[:short]] += 1
    return flows.of(persons)
