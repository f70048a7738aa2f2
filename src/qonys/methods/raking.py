"""Raking a matrix to its margins, and rounding it so that the margins stay exact.

Laws: a cell that is zero in the seed is zero in the result; the result of the rounding has exactly the given margins,
and each of its cells is the matrix's cell rounded down or up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from qonys.errors import StatisticianError

Matrix: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int64]

_WHOLE = 1e-6
"""A cell this near to a whole number is that number: raking stops at a tolerance, not at the limit."""


@dataclass(frozen=True, slots=True)
class Raked:
    """A raked matrix and how well it got there.

    Args:
        matrix: the fitted matrix, shape of the seed.
        iterations: how often rows and columns were scaled.
        largest_error: largest distance of a row or column total from its margin, in the unit of the margins.
        converged: the largest error is within the tolerance.
    """

    matrix: Matrix
    iterations: int
    largest_error: float
    converged: bool


def rake(
    seed: Matrix | Counts,
    row_totals: Matrix | Counts,
    column_totals: Matrix | Counts,
    *,
    tolerance: float = 1e-9,
    most_iterations: int = 2_000,
) -> Raked:
    """The matrix with these margins that keeps the cross-product ratios of a seed (iterative proportional fitting).

    Rows and columns are scaled in turn, xᵢⱼ ← xᵢⱼ · Rᵢ / Σⱼ xᵢⱼ and xᵢⱼ ← xᵢⱼ · Cⱼ / Σᵢ xᵢⱼ, until both margins hold.

    Args:
        seed: non-negative weights, shape (m, n); a zero is structural.
        row_totals: wanted row sums, shape (m,).
        column_totals: wanted column sums, shape (n,), with the same total.
        tolerance: allowed error, relative to the grand total.
        most_iterations: when to stop where the limit is approached without being reached.

    Raises:
        StatisticianError: shapes, signs or totals contradict each other, or no matrix with these zeros has the margins.

    Source: Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known, Annals of Mathematical Statistics 11(4).
    """
    rows, columns = np.asarray(row_totals, dtype=float), np.asarray(column_totals, dtype=float)
    matrix = np.array(seed, dtype=float)
    _fail_if_contradictory(matrix, rows, columns)
    allowed = tolerance * max(float(rows.sum()), 1.0)
    error, iteration = _largest_error(matrix, rows, columns), 0
    while error > allowed and iteration < most_iterations:
        matrix *= _factors(rows, matrix.sum(axis=1))[:, None]
        matrix *= _factors(columns, matrix.sum(axis=0))[None, :]
        error, iteration = _largest_error(matrix, rows, columns), iteration + 1
    if error > allowed:
        _fail_if_infeasible(np.asarray(seed) > 0, rows, columns)
    return Raked(matrix, iteration, error, error <= allowed)


def controlled_rounding(matrix: Matrix, row_totals: Counts, column_totals: Counts) -> Counts:
    """A matrix rounded to whole numbers, each cell down or up, with exactly these margins.

    With fractions fᵢⱼ, the rounding x ∈ {0, 1} maximises Σ fᵢⱼ xᵢⱼ subject to the row and column sums that are still
    missing. The fractions themselves satisfy these constraints, which are those of a transportation problem; its
    matrix is totally unimodular, so the best vertex of the linear programme is whole.

    Args:
        matrix: non-negative values, shape (m, n), whose margins are the given ones up to rounding error.
        row_totals: whole row sums, shape (m,).
        column_totals: whole column sums, shape (n,).

    Raises:
        StatisticianError: the margins are not those of the matrix, so rounding alone cannot meet them.
    """
    rows, columns = np.asarray(row_totals, dtype=np.int64), np.asarray(column_totals, dtype=np.int64)
    _fail_if_contradictory(matrix, rows.astype(float), columns.astype(float))
    floor = np.floor(matrix + _WHOLE).astype(np.int64)
    fraction = np.clip(matrix - floor, 0.0, 1.0)
    up = (fraction > _WHOLE).astype(float)
    missing = (rows - floor.sum(axis=1), columns - floor.sum(axis=0))
    for ceiling in (up, (matrix > 0).astype(float)):
        rounded_up = _transport(missing[0], missing[1], ceiling, fraction)
        if rounded_up is not None:
            return floor + rounded_up
    raise StatisticianError(
        "The matrix cannot be rounded to these margins: its own are others.",
        next_step="Rake it to the margins first, and see that raking converged.",
    )


def whole_shares(totals: Counts, shares: Matrix, offsets: Matrix) -> Counts:
    """Whole totals split by shares, each part within one of its exact value and the parts summing to the total.

    Part k of n is ⌊n·Sₖ + u⌋ − ⌊n·Sₖ₋₁ + u⌋ with the cumulated shares S and an offset u in [0, 1): rounding with a
    random start (systematic sampling), so that no part is favoured over many totals.

    Args:
        totals: shape (m,).
        shares: shares of the k parts, shape (k,) or (m, k), each row summing to 1.
        offsets: u of each total, shape (m,).

    Returns:
        Shape (m, k).
    """
    cumulated = np.cumsum(np.broadcast_to(shares, (len(totals), np.shape(shares)[-1])), axis=1)
    cumulated[:, -1] = 1.0
    reached = np.floor(totals[:, None] * cumulated + offsets[:, None]).astype(np.int64)
    return np.diff(reached, axis=1, prepend=0)


def _factors(wanted: Matrix, found: Matrix) -> Matrix:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)


def _largest_error(matrix: Matrix, rows: Matrix, columns: Matrix) -> float:
    by_row, by_column = np.abs(matrix.sum(axis=1) - rows), np.abs(matrix.sum(axis=0) - columns)
    return float(max(by_row.max(initial=0.0), by_column.max(initial=0.0)))


def _fail_if_contradictory(matrix: Matrix, rows: Matrix, columns: Matrix) -> None:
    if matrix.shape != (len(rows), len(columns)):
        raise StatisticianError(f"A matrix of {matrix.shape} cannot have {len(rows)} rows and {len(columns)} columns.")
    for name, values in (("matrix", matrix), ("row totals", rows), ("column totals", columns)):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise StatisticianError(f"The {name} must be finite and not negative.")
    by_rows, by_columns = float(rows.sum()), float(columns.sum())
    if abs(by_rows - by_columns) > 1e-9 * max(by_rows, by_columns, 1.0):
        raise StatisticianError(
            f"The margins contradict each other: rows sum to {by_rows:,.6g}, columns to {by_columns:,.6g}.",
            next_step="Both must be the same total.",
        )


def _fail_if_infeasible(allowed: NDArray[np.bool_], rows: Matrix, columns: Matrix) -> None:
    ceiling = np.where(allowed, max(float(rows.sum()), 1.0), 0.0)
    if _transport(rows, columns, ceiling, np.zeros(allowed.shape)) is None:
        raise StatisticianError(
            "No matrix with zeros in these places has these margins.",
            next_step="Allow more cells (a positive seed) or mend the margins.",
        )


def _transport(rows: Matrix | Counts, columns: Matrix | Counts, ceiling: Matrix, worth: Matrix) -> Counts | None:
    """The vertex of greatest worth with these margins and 0 ≤ x ≤ ceiling; None: there is none."""
    m, n = worth.shape
    cells = np.flatnonzero(ceiling.ravel() > 0)
    result = np.zeros(m * n, dtype=np.int64)
    if len(cells) == 0:
        return result.reshape(m, n) if not rows.any() and not columns.any() else None
    places = np.concatenate([cells // n, m + cells % n])
    ones = (np.ones(2 * len(cells)), (places, np.tile(np.arange(len(cells)), 2)))
    solution = linprog(  # type: ignore[call-overload]  # its stubs know no sparse constraints
        -worth.ravel()[cells],
        A_eq=coo_array(ones, shape=(m + n, len(cells))).tocsr(),
        b_eq=np.concatenate([rows, columns]).astype(float),
        bounds=np.column_stack([np.zeros(len(cells)), ceiling.ravel()[cells]]),
        method="highs-ds",
    )
    if solution.status != 0:
        return None
    result[cells] = np.rint(solution.x).astype(np.int64)
    return result.reshape(m, n)
