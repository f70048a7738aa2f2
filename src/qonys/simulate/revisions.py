"""How first figures become final ones: slips that come late, and slips that are cancelled after they were counted.

Laws: the moves that count in the end are the true ones; before the revision those that come late are lacking, and those
that will be cancelled are there besides. Every slip of a revision carries one person; a cancelling slip repeats the one
that it takes back, and says that no migration was registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qonys.concepts.simulation import CANCELLING, Revision
from qonys.errors import ProfileError
from qonys.simulate.flows import STREAMS
from qonys.simulate.slips import REGISTRATIONS, Flags, Numbers, Slips, one_below_another
from qonys.simulate.year import Counters

_CANCELLING = REGISTRATIONS.index(CANCELLING)


@dataclass(frozen=True, slots=True)
class RevisedSlips:
    """The slips of a year in two parts.

    Args:
        first: what is delivered as the year goes, the slips to be cancelled among it.
        revision: what comes after: late slips, then cancelling ones.
    """

    first: Slips
    revision: Slips


def revised_slips(revision: Revision, slips: Slips, counters: Counters, rng: np.random.Generator) -> RevisedSlips:
    """Put the late slips of a year aside, and slips beside it that a revision cancels.

    Args:
        revision: how many of which stream, and since which month of the year.
        slips: the true slips of the year.
        counters: numbers given so far; advanced.
        rng: source of chance.

    Raises:
        ProfileError: too few slips of one person can be late or be copied.
    """
    month = slips.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    able = (slips.children == 0) & (month >= revision.since)
    late: Flags = np.zeros(len(slips), dtype=np.bool_)
    copied: list[Slips] = []
    for number, stream in enumerate(STREAMS):
        fit = np.flatnonzero(able & (slips.stream == number))
        counts = (revision.late.get(stream, 0), revision.cancelled.get(stream, 0))
        chosen = _chosen(fit, sum(counts), stream, revision.year, rng)
        late[chosen[: counts[0]]] = True
        copied.append(slips.take(np.sort(chosen[counts[0] :])))
    void = _of_others(one_below_another(copied), revision.year, counters)
    cancelling = replace(
        void,
        corrects=void.number,
        number=counters.new_slips(revision.year, len(void)),
        registration=np.full(len(void), _CANCELLING, np.int8),
    )
    return RevisedSlips(
        one_below_another([slips.take(~late), void]), one_below_another([slips.take(np.flatnonzero(late)), cancelling])
    )


def _chosen(fit: Numbers, count: int, stream: str, year: int, rng: np.random.Generator) -> Numbers:
    if len(fit) < count:
        raise ProfileError(
            f"{year}: only {len(fit)} slips of one person are {stream}, {count} are to be late or cancelled.",
            where="simulation/plan.yaml",
            next_step="Lower the numbers of `revisions`, or let them begin earlier in the year.",
        )
    return rng.choice(fit, count, replace=False)


def _of_others(slips: Slips, year: int, counters: Counters) -> Slips:
    """The same slips, with numbers and persons of their own."""
    persons = counters.persons.new(slips.birth, slips.woman)
    return replace(slips, number=counters.new_slips(year, len(slips)), person=persons)
