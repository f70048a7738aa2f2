"""Late corrections: slips that correct delivered ones, and by doing so lead from the first figures to the last.

Laws: a correction repeats the slip that it corrects, but for its own number and its destination; the corrected slip
carries one person; the locality of the destination stays, so that no urban or rural total moves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qonys.concepts.simulation import LateCorrections, Redirection, SimulationPlan
from qonys.errors import ProfileError
from qonys.simulate.flows import INTERNAL
from qonys.simulate.settling import Settlements, drawn_by_weight
from qonys.simulate.slips import Flags, Numbers, Slips, one_below_another
from qonys.simulate.year import Counters


def correcting_slips(
    plan: SimulationPlan,
    late: LateCorrections,
    slips: Slips,
    able: Flags,
    settlements: Settlements,
    counters: Counters,
    rng: np.random.Generator,
) -> Slips:
    """The slips of one late delivery.

    Args:
        plan: the simulation plan.
        late: which destinations turn out to be others.
        slips: the slips of the year.
        able: which of them can be corrected (their layout gives them a number), shape (slips,).
        settlements: the ends of the year.
        counters: numbers of slips given so far; advanced.
        rng: source of chance.

    Raises:
        ProfileError: too few slips lead where a correction wants to start.
    """
    number = {place.area: index for index, place in enumerate(plan.places)}
    free = able & (slips.stream == INTERNAL) & (slips.children == 0)
    corrected = []
    for redirection in late.redirections:
        recorded, true = number[redirection.recorded], number[redirection.true]
        fit = free & (slips.destination_area == recorded)
        fit &= (slips.origin_area != recorded) & (slips.origin_area != true)
        chosen = _chosen(np.flatnonzero(fit), redirection, rng)
        free[chosen] = False
        corrected.append(_redirected(slips.take(chosen), true, settlements, rng))
    late_slips = one_below_another(corrected)
    return replace(late_slips, corrects=late_slips.number, number=counters.new_slips(late.year, len(late_slips)))


def _chosen(fit: Numbers, redirection: Redirection, rng: np.random.Generator) -> Numbers:
    if len(fit) < redirection.slips:
        raise ProfileError(
            f"Only {len(fit)} slips lead to {redirection.recorded} and could be corrected to {redirection.true}.",
            where="simulation/plan.yaml",
            next_step="Lower the number of corrections.",
        )
    return np.sort(rng.choice(fit, redirection.slips, replace=False))


def _redirected(slips: Slips, area: int, settlements: Settlements, rng: np.random.Generator) -> Slips:
    ends = slips.destination.copy()
    months = slips.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    for index, (month, locality) in enumerate(zip(months, slips.destination_locality, strict=True)):
        options = settlements.span(area, int(month))
        weights = options.as_destination * (options.locality == locality)
        if not weights.any():
            raise ProfileError(
                f"{settlements.codes[ends[index]]} and the area it is corrected to share no locality.",
                where="simulation/plan.yaml",
                next_step="Correct to an area that has both urban and rural districts.",
            )
        ends[index] = options.end[drawn_by_weight(weights, 1, rng)[0]]
    return replace(slips, destination=ends, destination_area=np.full(len(slips), area, np.int16))
