"""Spatial focus: how unequal the flows of a system are, by Gini indices over all cells, rows, columns and fields.

Laws: only cells off the diagonal are compared; each index is a sum of absolute differences of pairs of cells, found
by sorting in O(n² log n). A field is all flows out of one origin, or all flows into one destination.

Source of the family: Plane, D. A. and Mulligan, G. F. (1997), Measuring spatial focusing in a migration system,
Demography 34(2); the corrected total and the weighting of fields: Bell, M. et al. (2002), Cross-national comparison
of internal migration: issues and measures, Journal of the Royal Statistical Society A 165(3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems.flows import Values, arrivals, departures, flow_matrix, migrants, off_diagonal, ratio


def gini_total(flows: ArrayLike, *, corrected: bool = True) -> float:
    """Inequality of all flows between pairs of areas.

    Σ|x − y| over ordered pairs of the k = n(n − 1) cells off the diagonal, over 2(k − 1)M; 2kM if not corrected.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        corrected: divide such that one flow alone gives 1; the original index then gives 1 − 1/k.

    Returns:
        From 0, all flows equal, to 1.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    >>> gini_total([[0, 8, 0], [0, 0, 0], [0, 0, 0]]), gini_total([[9, 2, 2], [2, 9, 2], [2, 2, 9]])
    (1.0, 0.0)
    """
    matrix = flow_matrix(flows)
    total = migrants(matrix, "Gini index")
    cells = off_diagonal(matrix).ravel()
    return float(_differences(cells)) / (2.0 * (len(cells) - int(corrected)) * total)


def gini_rows(flows: ArrayLike) -> float:
    """The part of the uncorrected total that lies between destinations of one origin.

    ΣᵢΣⱼₕ|Mᵢⱼ − Mᵢₕ| over 2n(n − 1)M with j, h ≠ i.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    matrix = flow_matrix(flows)
    return float(_differences(off_diagonal(matrix)).sum()) / _all_pairs(matrix)


def gini_columns(flows: ArrayLike) -> float:
    """The part of the uncorrected total that lies between origins of one destination.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    return gini_rows(_transposed(flows))


def gini_exchange(flows: ArrayLike) -> float:
    """The part of the uncorrected total that lies between a flow and its counter-flow: ΣΣ|Mᵢⱼ − Mⱼᵢ| / (2n(n − 1)M).

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    >>> gini_exchange([[0, 30], [10, 0]])
    0.25
    """
    matrix = flow_matrix(flows)
    return float(np.abs(matrix - matrix.T).sum()) / _all_pairs(matrix)


def standardised_gini_rows(flows: ArrayLike) -> float:
    """Share of the rows in the uncorrected total, in percent.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, all flows are equal, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    return _share_of_total(gini_rows(flows), flows)


def standardised_gini_columns(flows: ArrayLike) -> float:
    """Share of the columns in the uncorrected total, in percent.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, all flows are equal, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    return _share_of_total(gini_columns(flows), flows)


def standardised_gini_exchange(flows: ArrayLike) -> float:
    """Share of flows against their counter-flows in the uncorrected total, in percent.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, all flows are equal, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    return _share_of_total(gini_exchange(flows), flows)


def gini_out_fields(flows: ArrayLike) -> Values:
    """Inequality of the flows out of each origin: Σⱼₕ|Mᵢⱼ − Mᵢₕ| / (2(n − 2)Oᵢ), from 0 to 1.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Returns:
        Shape (n,); nan where nobody left.

    Raises:
        UndefinedIndicatorError: there are fewer than three areas, so a field has one flow and nothing to compare.
        StatisticianError: a flow is missing or negative.

    >>> gini_out_fields([[0, 5, 0], [4, 0, 4], [0, 0, 0]])
    array([ 1.,  0., nan])
    """
    matrix = flow_matrix(flows)
    if len(matrix) < 3:
        raise UndefinedIndicatorError(
            "With two areas every field is one flow, so its Gini index has no value.",
            next_step="Use flows of a finer level of areas.",
        )
    return ratio(_differences(off_diagonal(matrix)), 2.0 * (len(matrix) - 2) * departures(matrix))


def gini_in_fields(flows: ArrayLike) -> Values:
    """Inequality of the flows into each destination: Σᵢₕ|Mᵢⱼ − Mₕⱼ| / (2(n − 2)Dⱼ), from 0 to 1.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Returns:
        Shape (n,); nan where nobody arrived.

    Raises:
        UndefinedIndicatorError: there are fewer than three areas.
        StatisticianError: a flow is missing or negative.
    """
    return gini_out_fields(_transposed(flows))


def migration_weighted_gini_out(flows: ArrayLike) -> float:
    """Mean over origins of Gini indices of out-fields, weighted by arrivals as in the R package: Σᵢ Gᵢ·Dᵢ/M / n.

    Weights sum to 1 and the sum is divided by n again, so that the largest value is near 1/n: never compare systems
    of different numbers of areas by it; `field_gini_out` is for that.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than three areas.
        StatisticianError: a flow is missing or negative.
    """
    matrix = flow_matrix(flows)
    return _weighted(gini_out_fields(matrix), arrivals(matrix), matrix) / len(matrix)


def migration_weighted_gini_in(flows: ArrayLike) -> float:
    """Mean over destinations of Gini indices of in-fields, weighted by departures as in the R package: Σⱼ Gⱼ·Oⱼ/M / n.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than three areas.
        StatisticianError: a flow is missing or negative.
    """
    return migration_weighted_gini_out(_transposed(flows))


def migration_weighted_gini(flows: ArrayLike) -> float:
    """Mean of the migration-weighted Gini indices of out-fields and of in-fields, as in the R package.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than three areas.
        StatisticianError: a flow is missing or negative.
    """
    return (migration_weighted_gini_out(flows) + migration_weighted_gini_in(flows)) / 2


def field_gini_out(flows: ArrayLike) -> float:
    """Mean Gini index of the out-fields, each weighted by its own migrants: Σᵢ Gᵢ·Oᵢ/M, from 0 to 1 for any n.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than three areas.
        StatisticianError: a flow is missing or negative.

    >>> field_gini_out([[0, 5, 0], [4, 0, 4], [0, 0, 0]]) == 5 / 13
    True
    """
    matrix = flow_matrix(flows)
    return _weighted(gini_out_fields(matrix), departures(matrix), matrix)


def field_gini_in(flows: ArrayLike) -> float:
    """Mean Gini index of the in-fields, each weighted by its own migrants: Σⱼ Gⱼ·Dⱼ/M, from 0 to 1 for any n.

    Args:
        flows: persons, shape (n, n), n ≥ 3; the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than three areas.
        StatisticianError: a flow is missing or negative.
    """
    return field_gini_out(_transposed(flows))


def _differences(values: Values) -> Values:
    """Σ|x − y| over ordered pairs along the last axis: 2 · Σ r·(k − r)·(x₍ᵣ₊₁₎ − x₍ᵣ₎) over the k sorted values.

    The gap above the r-th value lies between r · (k − r) pairs. Gaps are never negative, so equal values give exactly 0.
    """
    below = np.arange(1.0, values.shape[-1])
    gaps = np.diff(np.sort(values, axis=-1), axis=-1)
    return np.asarray(2.0 * (gaps * (below * below[::-1])).sum(axis=-1))


def _transposed(flows: ArrayLike) -> Values:
    return np.ascontiguousarray(flow_matrix(flows).T)


def _all_pairs(matrix: Values) -> float:
    return 2.0 * len(matrix) * (len(matrix) - 1) * migrants(matrix, "Gini index")


def _share_of_total(part: float, flows: ArrayLike) -> float:
    total = gini_total(flows, corrected=False)
    if total <= 0:
        raise UndefinedIndicatorError(
            "All flows are equal, so shares in their inequality have no value.", next_step="Tell them as not available."
        )
    return 100.0 * part / total


def _weighted(fields: Values, weights: Values, matrix: Values) -> float:
    """A field without migrants is undefined, but has no inequality to weigh either."""
    return float(np.nansum(fields * weights)) / migrants(matrix, "migration-weighted Gini index")
