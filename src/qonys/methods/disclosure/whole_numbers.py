"""The whole numbers of least cost that add up to what is wanted: a linear programme first, a search only where it must be.

Laws: all work is counted in pivots and nodes, never in seconds, so that a slower machine finds the same numbers; and all work ends:
where a linear programme leaves too many numbers that are not whole, no search is begun. What is found costs at most the
allowed gap more than the least, unless the search ended at its last node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

Numbers: TypeAlias = NDArray[np.int64]
Amounts: TypeAlias = NDArray[np.float64]

NEAR = 1e-3
"""How far from the least cost, as a fraction of it, a search may end."""
_WHOLE = 1e-6
_SEARCHED = 3
"""Numbers a sum that are searched first."""
MOST_NODES = 500
"""Nodes of a search, not seconds: a slower machine finds the same counts."""
MOST_UNSURE = 400
"""Numbers that a linear programme may leave not whole: where sums cross so much that there are more, no search came to an end."""
_FEW_PIVOTS, MOST_PIVOTS = 2_000, 100_000
"""The simplex method is quicker where it needs few pivots; from there on an interior point finds the same corner sooner."""
_MOST_SUMS, _FEWEST_OF_A_SUM = 1_500, 10
"""Of more sums with fewer numbers each, an interior point takes seconds, to find mostly that not all sums can be kept."""
_SIMPLIFIED = 500
"""Programmes of so many sums are not simplified first: of sums that cross, that took ten times as long as the work itself."""
_HELD = 3
"""Which part of the numbers that are not whole each linear programme of a dive holds."""
_STOPPED = (1, 4)
"""What HiGHS says, by scipy, of work that ended at a limit."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Numbers from 0 to ``most`` of least cost with sums · x = wanted and limits · x ≤ at_most.

    Args:
        cost: what each number costs by the unit, shape (numbers,).
        most: the largest value of each number, shape (numbers,).
        sums: shape (sums, numbers).
        wanted: shape (sums,).
        limits: shape (limits, numbers), or nothing.
        at_most: shape (limits,), or nothing.
    """

    cost: Amounts
    most: Amounts
    sums: csr_array
    wanted: Amounts | Numbers
    limits: csr_array | None = None
    at_most: Amounts | None = None

    def over(self, free: NDArray[np.intp], held: Numbers) -> Programme:
        """The programme over some numbers, the others being held.

        Args:
            free: places of those numbers.
            held: what the others are, 0 for those, shape (numbers,).
        """
        return Programme(
            self.cost[free],
            self.most[free],
            csr_array(self.sums[:, free]),
            self.wanted - self.sums @ held,
            None if self.limits is None else csr_array(self.limits[:, free]),
            None if self.limits is None or self.at_most is None else self.at_most - self.limits @ held,
        )


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The least numbers that need not be whole.

    Args:
        numbers: shape (numbers,).
        cost: what they cost: no whole numbers cost less.
        of_sums: by how much that cost grows with what is wanted, shape (sums,).
        of_limits: by how much it grows with the limits, shape (limits,).
        of_numbers: how much dearer the cost would be by a unit of each number more, or less, shape (numbers,).
    """

    numbers: Amounts
    cost: float
    of_sums: Amounts
    of_limits: Amounts
    of_numbers: Amounts

    @property
    def whole(self) -> Numbers | None:
        """The numbers, where they are whole."""
        nearest: Numbers = np.rint(self.numbers).astype(np.int64)
        return nearest if not self.unsure else None

    @property
    def unsure(self) -> int:
        """How many numbers are not whole."""
        return int(np.count_nonzero(self.is_unsure))

    @property
    def is_unsure(self) -> NDArray[np.bool_]:
        """Which numbers are not whole, shape (numbers,)."""
        flags: NDArray[np.bool_] = np.abs(self.numbers - np.rint(self.numbers)) >= _WHOLE
        return flags


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Args:
        numbers: the numbers, shape (numbers,); None where there are none, or none were found.
        ended_early: whether the search stopped at its last node: better numbers, or any, may exist.
    """

    numbers: Numbers | None
    ended_early: bool


def relaxed(programme: Programme) -> Relaxed | None:
    """The least numbers that need not be whole; None where there are none, or none after the last pivot."""
    solve: Any = linprog
    sums = programme.sums.shape[0]
    for method, pivots in (("highs-ds", _FEW_PIVOTS), ("highs-ipm", MOST_PIVOTS)):
        found = solve(
            programme.cost,
            A_eq=programme.sums,
            b_eq=programme.wanted,
            A_ub=programme.limits,
            b_ub=programme.at_most,
            bounds=np.column_stack([np.zeros(len(programme.cost)), programme.most]),
            method=method,
            options={"maxiter": pivots, "presolve": sums < _SIMPLIFIED},
        )
        if found.status not in _STOPPED or (sums > _MOST_SUMS and len(programme.cost) < _FEWEST_OF_A_SUM * sums):
            break
    if found.x is None or found.status in _STOPPED:
        return None
    of_numbers = np.abs(found.lower.marginals) + np.abs(found.upper.marginals)
    return Relaxed(found.x, float(found.fun), found.eqlin.marginals, found.ineqlin.marginals, of_numbers)


def least_whole_numbers(programme: Programme, gap: float | None = None, found: Relaxed | None = None) -> Numbers | None:
    """The whole numbers of least cost; None where there are none.

    The linear programme bounds the cost from below, and mostly its answer is whole. Where it is not, the numbers that it
    is least sure of (of smallest reduced cost) are searched, and all of them only where that does not come near the bound.
    Nothing is searched where more than `MOST_UNSURE` are not whole.

    Args:
        programme: what is wanted; it has no limits.
        gap: by how much the cost may be above the least; a thousandth of it if nothing is said.
        found: the least numbers that need not be whole, where they are known already.
    """
    if not len(programme.cost):
        return None if np.any(programme.wanted) else np.zeros(0, np.int64)
    found = found or relaxed(programme)
    if found is None or (whole := found.whole) is not None:
        return None if found is None else whole
    if found.unsure > MOST_UNSURE:
        return None
    allowed = NEAR * abs(found.cost) if gap is None else gap
    unsure = np.argsort(found.of_numbers, kind="stable")
    for free in (np.sort(unsure[: _SEARCHED * programme.sums.shape[0]]), np.arange(len(programme.cost))):
        numbers = np.rint(found.numbers).astype(np.int64)
        numbers[free] = 0
        part = programme.over(free, numbers)
        searched_cost = found.cost - float(programme.cost @ numbers)
        chosen = searched(part, allowed / max(searched_cost, _WHOLE)).numbers
        if chosen is not None:
            numbers[free] = chosen
            if len(free) == len(numbers) or programme.cost @ numbers <= found.cost + allowed:
                return numbers
    return None


def dived(programme: Programme, most: int) -> Numbers | None:
    """Whole numbers near the least cost, by linear programmes alone; None where none were found.

    From programme to programme, a part of the numbers that are not whole is held at the nearest whole ones: those nearest
    first. Nothing is taken back, so there are few programmes.

    Args:
        programme: what is wanted; it has no limits.
        most: linear programmes, at most.
    """
    held, free = np.zeros(len(programme.cost), np.int64), np.arange(len(programme.cost))
    for _ in range(most):
        found = relaxed(programme.over(free, held))
        if found is None:
            return None
        nearest = np.rint(found.numbers).astype(np.int64)
        if not found.unsure:
            held[free] = nearest
            return held
        away = np.abs(found.numbers - nearest)
        unsure = np.flatnonzero(away >= _WHOLE)
        holding = unsure[np.argsort(away[unsure], kind="stable")][: -(-len(unsure) // _HELD)]
        held[free[holding]] = nearest[holding]
        free = np.delete(free, holding)
    return None


def searched(programme: Programme, gap: float) -> Found:
    """The whole numbers of least cost, by branch and bound.

    Args:
        programme: what is wanted.
        gap: how far from the least cost, as a fraction of it, the search may end.
    """
    constraints = [LinearConstraint(programme.sums, programme.wanted, programme.wanted)]
    if programme.limits is not None and programme.at_most is not None:
        constraints.append(LinearConstraint(programme.limits, -np.inf, programme.at_most))
    found = milp(
        programme.cost,
        constraints=constraints,
        integrality=np.ones(len(programme.cost), np.int64),
        bounds=Bounds(0, programme.most),
        options={"node_limit": MOST_NODES, "mip_rel_gap": gap},
    )
    numbers = None if found.x is None else np.round(found.x).astype(np.int64)
    return Found(numbers, found.status in _STOPPED)
