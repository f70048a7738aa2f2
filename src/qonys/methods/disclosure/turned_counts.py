"""Which small counts go against their key, and which margins are given up, where changes of the other counts do not suffice.

Laws: margins are given up last, small counts turned before that, and the other counts changed before that, each at the least
cost. What is chosen costs at most a thousandth more than the least, margins that are given up not reckoned, unless the search ended
early, which is said. It ends early at its last node, and before it begins where margins cross so much that the linear programme
leaves more than `MOST_UNSURE` numbers not whole: those nearest to it are taken then. Where not all may be searched, since margins are
many, only numbers around those that are not whole are, if these are few, and no bound on the cost is known.

For each margin b · turns + changes + missed = residual. Since the changes of a margin have room for some persons only, so many of its
small counts must turn: ⌈(residual - room) / b⌉ of them, a margin that is given up apart. These limits bring the linear programme
near the least cost. Only where its answer is not whole, margins that are nearly out of room are searched as whole numbers,
while the others take part by their prices; margins that do not fit then join the search. The cost of each such search is a
bound from below, so a choice near it is proven.

Source: the limits are those of Gomory, R. E. (1958), Outline of an algorithm for integer solutions to linear programs, Bulletin of
the American Mathematical Society 64; bounds by prices are those of Lagrange's multipliers. How both are joined is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from qonys.methods.disclosure.whole_numbers import (
    MOST_UNSURE,
    NEAR,
    Programme,
    Relaxed,
    least_whole_numbers,
    relaxed,
    searched,
)

Numbers: TypeAlias = NDArray[np.int64]
Amounts: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

MISS = 1e6
"""What a margin that is off by 1 costs: it is given up last."""
_SCARCE = 4.0
"""Turns that a margin is away from its limit when it is searched as whole numbers from the start."""
_RINGS, _MOST_AROUND = 2, 8_000
"""How far around numbers that are not whole is searched where not all are, and over how many numbers at most."""
_FEW_UNSURE = 100
"""Only so many numbers that are not whole are searched around: of 170 and more, the root of the search took up to a minute."""
_PARTS = 3
"""Searches over a part of the margins, before all are searched at once."""


@dataclass(frozen=True, slots=True)
class Means:
    """What may be done so that margins fit.

    Args:
        changes: what a change of one person does to each margin, shape (margins, changes).
        change_cost: of one person, shape (changes,).
        room: persons that each change may have, shape (changes,).
        turns: what a turned count does to each margin, in bases: 1, 0 or -1, shape (margins, small counts).
        turn_cost: shape (small counts,).
        residual: what each margin lacks, shape (margins,).
        base: persons by which a turned count changes.
    """

    changes: csr_array
    change_cost: Amounts
    room: Amounts
    turns: csr_array
    turn_cost: Amounts
    residual: Numbers
    base: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is done.

    Args:
        changes: persons, shape (changes,).
        turned: 1 for each count that turns, shape (small counts,).
        ended_early: whether the search stopped before it knew that no choice keeps more margins.
        unsure: how many numbers the linear programme left not whole.
    """

    changes: Numbers
    turned: Numbers
    ended_early: bool = False
    unsure: int = 0


def least_choice(means: Means, *, search: bool = True) -> Chosen:
    """What is done at the least cost; there is always an answer, as margins may be given up.

    Args:
        means: what may be done.
        search: whether, where the linear programme's numbers are not whole, all are searched; else only those around these.
    """
    whole = _Whole(means)
    found = relaxed(whole.programme)
    changes, turned = len(means.change_cost), len(means.turn_cost)
    if found is None:
        return Chosen(np.zeros(changes, np.int64), np.zeros(turned, np.int64), ended_early=True)
    of_search = _Search(means, whole, found)
    numbers = found.whole
    if numbers is None:
        numbers = of_search.numbers() if search else of_search.around()
    # Where even numbers that need not be whole miss a margin, no whole ones keep all: that is proven.
    proven = found.numbers[changes + turned :].sum() > NEAR
    return Chosen(
        numbers[:changes], numbers[changes : changes + turned], of_search.ended_early and not proven, found.unsure
    )


class _Whole:
    """Changes, turns and what margins miss, above and below, as one programme; each limit with its margin."""

    def __init__(self, means: Means) -> None:
        margins = means.changes.shape[0]
        one, none = eye_array(margins, format="csr"), csr_array((margins, margins))
        up, down = csr_array(means.changes.maximum(0)) @ means.room, csr_array((-means.changes).maximum(0)) @ means.room
        ceiling, floor = np.ceil((means.residual - up) / means.base), np.floor((means.residual + down) / means.base)
        least = ceiling > -((-means.turns).maximum(0).sum(axis=1))
        largest = floor < means.turns.maximum(0).sum(axis=1)
        self.margin_of_limit = np.concatenate([np.flatnonzero(least), np.flatnonzero(largest)])
        idle = csr_array(means.changes.shape)
        self.limits = csr_array(
            vstack(
                [
                    csr_array(hstack([idle, -means.turns, -one, none], format="csr"))[np.flatnonzero(least)],
                    csr_array(hstack([idle, means.turns, none, -one], format="csr"))[np.flatnonzero(largest)],
                ],
                format="csr",
            )
        )
        self.at_most: Amounts = np.concatenate([-ceiling[least], floor[largest]])
        # A margin may miss more than it lacks: what other margins need changes it, too.
        farthest = np.abs(means.residual) + up + down + means.base * abs(means.turns).sum(axis=1)
        self.programme = Programme(
            np.concatenate([means.change_cost, means.turn_cost, np.full(2 * margins, MISS)]),
            np.concatenate([means.room, np.ones(len(means.turn_cost)), np.tile(farthest, 2)]),
            csr_array(hstack([means.changes, means.base * means.turns, one, -one], format="csr")),
            means.residual,
            self.limits,
            self.at_most,
        )


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Turns; what else may be done beside them, and the least of it that need not be whole; what both cost, and how much more they may."""

    turned: Numbers
    rest: Programme
    least: Relaxed
    cost: float
    allowed: float


class _Search:
    """Whole numbers near the least cost, where the linear programme's are not whole."""

    def __init__(self, means: Means, whole: _Whole, found: Relaxed) -> None:
        self.changes, self.programme, self.found = len(means.change_cost), whole.programme, found
        self.limits, self.at_most, self.margin_of_limit = whole.limits, whole.at_most, whole.margin_of_limit
        self.is_turn = np.zeros(len(self.programme.cost), bool)
        self.is_turn[self.changes : self.changes + len(means.turn_cost)] = True
        self.judged = np.where(self.programme.cost < MISS, self.programme.cost, 0.0)
        self.ended_early = False

    def numbers(self) -> Numbers:
        """Turns by searches over more and more margins until nothing much better can be; then changes that fit them."""
        if self.found.unsure > MOST_UNSURE:
            return self.nearest(self.found.numbers)
        margins, best = self._scarce(_SCARCE), None
        for part in range(_PARTS + 1):
            turned, bound = self._turns(margins)
            rest = self._rest(turned)
            fitted = relaxed(rest)
            if fitted is None:
                return self.nearest(self.found.numbers)
            cost, changed = fitted.cost + float(self.programme.cost @ turned), fitted.numbers
            allowed = NEAR * float(self.judged @ turned + self.judged[~self.is_turn] @ changed)
            # A later search may come to worse: beside the cost of a miss, its tolerance is a miss.
            if best is None or cost < best.cost:
                best = _Fitted(turned, rest, fitted, cost, allowed)
            if cost <= bound + allowed or margins.all():
                break
            margins = margins | self._joining(margins, fitted, _SCARCE * 2 ** (part + 1)) | (part == _PARTS - 1)
        return self.nearest(self.found.numbers) if best is None else self._fewest_missed(self._completed(best))

    def _completed(self, best: _Fitted) -> Numbers:
        """The turns that were found best, and whole changes that go with them."""
        numbers, whole = best.turned.copy(), least_whole_numbers(best.rest, best.allowed, best.least)
        numbers[~self.is_turn] = self.nearest(best.least.numbers) if whole is None else whole
        return numbers

    def _fewest_missed(self, numbers: Numbers) -> Numbers:
        """These numbers, unless margins miss more than by those that need not be whole: then turns were chosen for changes that
        cannot be had. First the fewest misses are searched, then the least cost beside them: next to a miss, it is a tolerance.
        """
        whole, given_up = self.programme, self.programme.cost >= MISS
        if numbers[given_up].sum() <= np.ceil(self.found.numbers[given_up].sum() - NEAR):
            return numbers
        fewest = searched(replace(whole, cost=given_up.astype(np.float64)), NEAR)
        if fewest.numbers is None:
            return numbers
        limits = csr_array(vstack([self.limits, csr_array(given_up[None].astype(np.int64))], format="csr"))
        at_most = np.append(self.at_most, fewest.numbers[given_up].sum())
        least = searched(replace(whole, cost=self.judged, limits=limits, at_most=at_most), NEAR)
        self.ended_early = fewest.ended_early or least.ended_early
        found = fewest.numbers if least.numbers is None else least.numbers
        return min(numbers, found, key=lambda one: (one[given_up].sum(), self.judged @ one))

    def around(self) -> Numbers:
        """The nearest whole numbers; those that share a margin with one that is not whole, or with such a sharer, are searched.

        Where all turns are whole, nothing is searched: changes of one person are soon mended.
        """
        whole, numbers = self.programme, np.rint(self.found.numbers).astype(np.int64)
        parts, given_up = abs(whole.sums), whole.cost >= MISS
        near = self.found.is_unsure
        few = bool((near & self.is_turn).any()) and self.found.unsure <= _FEW_UNSURE
        for _ in range(_RINGS):
            touched = parts @ near.astype(np.int64) > 0
            near = (parts.T @ touched.astype(np.int64) > 0) & ~given_up
        free = np.flatnonzero(near | given_up)
        if not few or np.count_nonzero(near) > _MOST_AROUND:
            return self.nearest(self.found.numbers)
        numbers[free] = 0
        part = whole.over(free, numbers)
        searched_cost = max(self.found.cost - float(whole.cost @ numbers), 1.0)
        chosen = searched(part, NEAR * float(self.judged @ self.found.numbers) / searched_cost)
        if chosen.numbers is None:
            return self.nearest(self.found.numbers)
        numbers[free] = chosen.numbers
        self.ended_early = bool(numbers[given_up].any())
        return numbers

    def nearest(self, numbers: Amounts) -> Numbers:
        """The nearest whole numbers: they may be had, but margins miss what was rounded."""
        self.ended_early = True
        nearest: Numbers = np.rint(numbers).astype(np.int64)
        return nearest

    def _scarce(self, within: float) -> Flags:
        """Margins that lack no more than so many turns to their limit."""
        flags = np.zeros(len(self.programme.wanted), bool)
        flags[self.margin_of_limit[self.at_most - self.limits @ self.found.numbers < within + NEAR]] = True
        return flags

    def _joining(self, margins: Flags, fitted: Relaxed, within: float) -> Flags:
        """Margins that did not fit, those near their limit before others; all where none is left."""
        strained: Flags = np.abs(fitted.of_sums) > self.judged.max(initial=0.0)
        for joining in (strained & self._scarce(within), strained):
            if np.any(joining & ~margins):
                return joining
        return np.ones(len(margins), bool)

    def _turns(self, margins: Flags) -> tuple[Numbers, float]:
        """Turns of a search over some margins, and a bound from below: the others take part by their prices.

        A search that ended before it found anything leaves every count as its key has it.
        """
        whole, found = self.programme, self.found
        limits, at_most = self.limits, self.at_most
        inside, outside = np.flatnonzero(margins), np.flatnonzero(~margins)
        held = np.flatnonzero(margins[self.margin_of_limit])
        priced = np.flatnonzero(~margins[self.margin_of_limit])
        price = whole.cost - whole.sums[outside].T @ found.of_sums[outside] - limits[priced].T @ found.of_limits[priced]
        paid = found.of_sums[outside] @ whole.wanted[outside] + found.of_limits[priced] @ at_most[priced]
        numbers = np.where(price < 0, whole.most, 0).astype(np.int64)
        sums = csr_array(whole.sums[inside])
        free = np.flatnonzero(abs(sums).sum(axis=0) > 0)
        numbers[free] = 0
        part = Programme(
            price[free],
            whole.most[free],
            csr_array(sums[:, free]),
            whole.wanted[inside],
            csr_array(limits[held][:, free]),
            at_most[held],
        )
        if len(free):
            expected = abs(found.cost - paid - price @ numbers)
            chosen = searched(part, NEAR / 4 * (self.judged @ found.numbers) / max(expected, 1.0))
            self.ended_early |= chosen.ended_early
            if chosen.numbers is None:
                return np.zeros(len(numbers), np.int64), -np.inf
            numbers[free] = chosen.numbers
        bound = float(price @ numbers + paid)
        return np.where(self.is_turn, numbers, 0), bound

    def _rest(self, turned: Numbers) -> Programme:
        """Changes, and margins given up, that go with the turns."""
        whole, rest = self.programme, np.flatnonzero(~self.is_turn)
        wanted = whole.wanted - whole.sums @ turned
        return Programme(whole.cost[rest], whole.most[rest], csr_array(whole.sums[:, rest]), wanted)
