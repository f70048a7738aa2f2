"""Who moves: holders of slips with their children, ages, sexes, numbers and attributes.

Laws: a child is 0 to 13 and rides on the slip of a holder at least 18 years older; a holder is 14 or older.
Everything here is invented by the plan's weights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qonys.concepts.simulation import PARTNER, Attribute, People
from qonys.methods.estimation.amounts import Matrix
from qonys.simulate.flows import INTERNAL, STREAMS, Flows
from qonys.simulate.settling import drawn_by_weight
from qonys.simulate.slips import Children, Numbers

_DAYS_A_YEAR = 365.25
_FOURTEEN_YEARS = 14 * 365 + 3
"""The fewest days that fourteen years can have: one who was born fewer days ago is 13 at most."""


def grouped(flows: Flows, people: People, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Movers of a flow grouped into slips.

    Returns:
        The number of its flow and the number of its children, of each slip; both of shape (slips,).
    """
    total, most = int(flows.persons.sum()), people.most_children + 1
    holder = rng.random(total) >= people.accompanied
    holder[np.cumsum(flows.persons) - flows.persons] = True
    position = np.arange(total, dtype=np.int32)
    since = position - np.maximum.accumulate(np.where(holder, position, 0))
    holders = np.flatnonzero(holder | (since % most == 0))
    flow = np.repeat(np.arange(len(flows.persons), dtype=np.int32), flows.persons)[holders]
    return flow, np.diff(holders, append=total) - 1


def births(
    day: NDArray[np.int32], children: Numbers, people: People, rng: np.random.Generator
) -> tuple[NDArray[np.int32], Children]:
    """Days of birth of the holders, shape (slips,), and of all their children in the order of the slips."""
    first = np.array([age for age, _ in people.ages])
    ages = np.arange(first[0], people.oldest + 1)
    weights = np.array([weight for _, weight in people.ages])[np.searchsorted(first, ages, side="right") - 1]
    grown = (ages >= people.parents[0]) & (ages <= people.parents[1])
    age = ages[drawn_by_weight(weights, len(day), rng)]
    parents = np.flatnonzero(children)
    age[parents] = ages[drawn_by_weight(weights * grown, len(parents), rng)]
    since = (age * _DAYS_A_YEAR).astype(np.int32) + 2 + rng.integers(0, 362, len(day), dtype=np.int32)
    slip = np.repeat(np.arange(len(day)), children)
    oldest = np.minimum(_FOURTEEN_YEARS, (age[slip] - 18) * 365)
    child_since = (rng.random(len(slip)) * oldest).astype(np.int32)
    return day - since, Children(day[slip] - child_since, rng.random(len(slip)) < 0.5)


def drawn_attribute(
    attribute: Attribute,
    codes: tuple[str, ...],
    stream: Numbers,
    partner: Numbers,
    countries: tuple[str, ...],
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Numbers of codes, drawn by the shares of each slip's stream and partner; -1 where no shares are for it.

    Args:
        attribute: the plan's shares.
        codes: codes that the numbers stand for.
        stream: stream of each slip, shape (slips,).
        partner: number in ``countries`` of the country at the other end; -1 for an internal move.
        countries: codes of the countries.
        rng: source of chance.
    """
    result = np.full(len(stream), -1, np.int16)
    for number, name in enumerate(STREAMS):
        of_stream = np.flatnonzero(stream == number)
        for country in (-1,) if number == INTERNAL else range(len(countries)):
            abroad = "" if country < 0 else countries[country]
            slips = of_stream if country < 0 else of_stream[partner[of_stream] == country]
            shares = next((s for key in (f"{name}:{abroad}", name, "all") if (s := attribute.shares.get(key))), None)
            if shares and len(slips):
                weights: Matrix = np.array(list(shares.values()), float)
                numbers = [codes.index(abroad if code == PARTNER else code) for code in shares]
                result[slips] = np.array(numbers, np.int16)[drawn_by_weight(weights, len(slips), rng)]
    return result


def of_age(
    attribute: Attribute, codes: tuple[str, ...], drawn: NDArray[np.int16], age_in_days: Numbers
) -> NDArray[np.int16]:
    """Drawn codes, those who are too young for them having the plan's code of the younger instead, or none."""
    if attribute.from_age is None:
        return drawn
    young = age_in_days < int(attribute.from_age * _DAYS_A_YEAR) + 1
    return np.where(young, codes.index(attribute.younger) if attribute.younger else -1, drawn).astype(np.int16)
