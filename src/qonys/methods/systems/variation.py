"""Spatial focus by coefficients of variation: of all flows, of the field of each area, and aggregated over areas.

Law: cells off the diagonal only, and the standard deviation is that of the whole population of cells (divided by
their number), so that the diagonal's zeros never count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.methods.systems.flows import Values, arrivals, departures, flow_matrix, migrants, off_diagonal, ratio


def flow_variation(flows: ArrayLike) -> float:
    """Coefficient of variation of all flows between areas: standard deviation over mean of the n(n − 1) cells.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    >>> flow_variation([[0, 30], [10, 0]])
    0.5
    """
    matrix = flow_matrix(flows)
    migrants(matrix, "coefficient of variation")
    cells = off_diagonal(matrix)
    return float(cells.std() / cells.mean())


def out_field_variation(flows: ArrayLike) -> Values:
    """Coefficient of variation of the flows out of each origin, shape (n,); nan where nobody left.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    fields = off_diagonal(flow_matrix(flows))
    return ratio(fields.std(axis=1), fields.mean(axis=1))


def in_field_variation(flows: ArrayLike) -> Values:
    """Coefficient of variation of the flows into each destination, shape (n,); nan where nobody arrived.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    return out_field_variation(flow_matrix(flows).T)


def aggregate_variation_out(flows: ArrayLike) -> float:
    """Coefficients of variation of the out-fields, weighted by their migrants: Σᵢ (Oᵢ/M)·CVᵢ.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    matrix = flow_matrix(flows)
    total = migrants(matrix, "aggregate coefficient of variation")
    return float(np.nansum(out_field_variation(matrix) * departures(matrix))) / total


def aggregate_variation_in(flows: ArrayLike) -> float:
    """Coefficients of variation of the in-fields, weighted by their migrants: Σⱼ (Dⱼ/M)·CVⱼ.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.
    """
    matrix = flow_matrix(flows)
    total = migrants(matrix, "aggregate coefficient of variation")
    return float(np.nansum(in_field_variation(matrix) * arrivals(matrix))) / total


def aggregate_variation(flows: ArrayLike) -> float:
    """Aggregate coefficient of variation of a system: that of the out-fields plus that of the in-fields.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Rogers, A. and Raymer, J. (1998), The spatial focus of US interstate migration flows, International
    Journal of Population Geography 4(1), for coefficients of variation as the measure of focus.
    """
    return aggregate_variation_out(flows) + aggregate_variation_in(flows)
