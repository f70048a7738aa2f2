"""Many matrices raked from one seed at once, kept as the factors that make them.

Matrix k has the cells aₖᵢ · sᵢⱼ · bₖⱼ. The factors need the memory of the margins, not that of the matrices, and every
step of the raking is two products of matrices.

Laws: a zero of the seed is zero in every matrix; a matrix with empty margins is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts
from qonys.methods.estimation.raking import rake_matrix

_SAME = 1e-6
"""Row and column totals of one matrix that differ by less than this share are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Biproportional:
    """Raked matrices of one seed, and how well they got there.

    Args:
        seed: shape (m, n).
        rows: factors a of the rows, shape (k, m).
        columns: factors b of the columns, shape (k, n).
        iterations: how often rows and columns were scaled, shape (k,).
        errors: largest distance of a total from its margin in each matrix, shape (k,).
        converged: the error of each matrix is within the tolerance, shape (k,).
    """

    seed: Matrix
    rows: Matrix
    columns: Matrix
    iterations: NDArray[np.int64]
    errors: Matrix
    converged: NDArray[np.bool_]

    def matrix(self, number: int) -> Matrix:
        """The matrix of this number, shape (m, n)."""
        made: Matrix = self.rows[number][:, None] * self.seed * self.columns[number]
        return made

    def total(self) -> Matrix:
        """The sum of all matrices, shape (m, n)."""
        made: Matrix = self.seed * (self.rows.T @ self.columns)
        return made


def biproportional(
    seed: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
    *,
    tolerance: float = 1e-10,
    most_iterations: int = 2_000,
) -> Biproportional:
    """For each pair of margins the matrix that has them and keeps the cross-product ratios of the seed.

    Args:
        seed: non-negative weights, shape (m, n); a zero is structural.
        row_totals: wanted row sums of k matrices, shape (k, m).
        column_totals: wanted column sums, shape (k, n), for each matrix with the same total as its rows.
        tolerance: allowed error, relative to the total of each matrix.
        most_iterations: when to stop where a limit is approached without being reached.

    Raises:
        StatisticianError: shapes or signs are wrong, rows and columns of a matrix have different totals, or weights
            of the seed are too unequal to compute with.
        InfeasibleError: a matrix with these zeros cannot have its margins.

    >>> raked = biproportional([[1, 1], [1, 1]], [[2, 4], [1, 0]], [[3, 3], [0, 1]])
    >>> raked.total()
    array([[1., 2.],
           [2., 2.]])
    """
    weights = amounts("seed", seed)
    rows, columns = amounts("row totals", row_totals), amounts("column totals", column_totals)
    columns = _of_equal_total(weights, rows, columns)
    allowed = tolerance * rows.sum(axis=1)
    a, b, iterations, errors = _factors(weights, rows, columns, allowed, most_iterations)
    for number in np.flatnonzero(errors > allowed):
        rake_matrix(weights, rows[number], columns[number], most_iterations=1)  # refuses what cannot be met
        if errors[number] == np.inf:
            raise StatisticianError(
                "The weights of the seed are too unequal to be scaled to the margins.",
                where=f"matrix {number}",
                next_step="Raise the smallest weights, or make them structural zeros.",
            )
    return Biproportional(weights, a, b, iterations, errors, errors <= allowed)


def _factors(
    seed: Matrix, rows: Matrix, columns: Matrix, allowed: Matrix, most_iterations: int
) -> tuple[Matrix, Matrix, NDArray[np.int64], Matrix]:
    """Factors of rows and columns, iterations, and errors; an error is infinite where factors outgrew all numbers."""
    a, b = np.zeros_like(rows), np.zeros_like(columns)
    iterations, errors = np.zeros(len(rows), dtype=np.int64), rows.sum(axis=1)
    active = np.flatnonzero(errors > 0)
    reach = np.tile(seed.sum(axis=1), (len(active), 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, most_iterations + 1):
            if len(active) == 0:
                break
            a[active] = _ratio(rows[active], reach)
            found = a[active] @ seed
            b[active] = _ratio(columns[active], found)
            reach = b[active] @ seed.T
            # Columns were scaled last, so they are met, except those that no row reaches.
            error = np.abs(a[active] * reach - rows[active]).max(axis=1, initial=0.0)
            error += np.where(found > 0, 0.0, columns[active]).max(axis=1, initial=0.0)
            outgrown = ~(np.isfinite(error) & np.isfinite(b[active]).all(axis=1))
            errors[active], iterations[active] = np.where(outgrown, np.inf, error), step
            left = (error > allowed[active]) & ~outgrown
            active, reach = active[left], reach[left]
    return a, b, iterations, errors


def _ratio(wanted: Matrix, found: Matrix) -> Matrix:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)


def _of_equal_total(seed: Matrix, rows: Matrix, columns: Matrix) -> Matrix:
    """The column totals, each matrix's scaled to the total of its rows, from which they differ by rounding only."""
    if seed.ndim != 2 or rows.ndim != 2 or columns.shape != (len(rows), seed.shape[1]) or rows.shape[1] != len(seed):
        raise StatisticianError(
            f"A seed of {seed.shape} cannot have row totals of {rows.shape} and column totals of {columns.shape}.",
            next_step="Give one row of totals for each matrix.",
        )
    by_rows, by_columns = rows.sum(axis=1), columns.sum(axis=1)
    apart = np.abs(by_rows - by_columns) > _SAME * np.maximum(by_rows, by_columns)
    if np.any(apart):
        number = int(apart.argmax())
        raise StatisticianError(
            f"The margins contradict each other: rows sum to {by_rows[number]:,.6g}, "
            f"columns to {by_columns[number]:,.6g}.",
            where=f"matrix {number}",
            next_step="Both must be the same total.",
        )
    return columns * _ratio(by_rows, by_columns)[:, None]
