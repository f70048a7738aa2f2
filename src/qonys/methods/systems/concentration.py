"""Concentration of the flows in few pairs of areas: entropy, Theil index with its decomposition, and Herfindahl.

Laws, with shares P = Mᵢⱼ/M of the k = n(n − 1) cells off the diagonal: Theil index = ln k − entropy; the Theil index
is the sum of its parts between and within blocks of cells; 0 · ln 0 counts as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import Values, flow_matrix, migrants, off_diagonal


@dataclass(frozen=True, slots=True, eq=False)
class TheilDecomposition:
    """The Theil index of the flows, split by groups of areas.

    Args:
        total: Theil index of all flows, nats.
        between: part of it between blocks, a block being the flows from one group to one group.
        within: part of it within blocks: total = between + within.
        groups: the groups in the order of rows and columns of the next, as given.
        within_block: Σ P·ln(P·k_b/P_b) of each block, which sum to `within`, shape (groups, groups).
    """

    total: float
    between: float
    within: float
    groups: tuple[str, ...]
    within_block: Values


def entropy(flows: ArrayLike) -> float:
    """Shannon entropy of the flows between areas, nats: −ΣP·ln P, from 0 to ln(n(n − 1)).

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Shannon, C. E. (1948), A mathematical theory of communication, Bell System Technical Journal 27.

    >>> round(entropy([[0, 1], [1, 0]]), 6)
    0.693147
    """
    shares = _shares(flows)
    return -float(_times_log(shares, shares).sum())


def theil(flows: ArrayLike) -> float:
    """Theil index of the flows between areas, nats: ΣP·ln(P·n(n − 1)), 0 where all are equal.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Theil, H. (1967), Economics and information theory, North-Holland.

    >>> theil([[0, 7], [7, 0]])
    0.0
    """
    shares = _shares(flows)
    return float(_times_log(shares, shares * shares.size).sum())


def herfindahl(flows: ArrayLike) -> float:
    """Herfindahl–Hirschman index of the flows between areas: ΣP², from 1/(n(n − 1)) to 1.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    >>> herfindahl([[0, 3], [1, 0]])
    0.625
    """
    return float(np.square(_shares(flows)).sum())


def theil_decomposition(flows: ArrayLike, groups: Sequence[str]) -> TheilDecomposition:
    """Concentration of the flows between groups of areas, and within the flows from one group to another.

    With block b of k_b cells and share P_b of the migrants, between is ΣP_b·ln(P_b·k/k_b) and within is
    ΣΣP·ln((P/P_b)·k_b). A group of one area has no flow within itself, and that block counts nothing.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        groups: the group of each area, n of them.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative, or groups are more or fewer than areas.

    Source: Theil, H. (1967), Economics and information theory, North-Holland.

    >>> parts = theil_decomposition([[0, 4, 1], [4, 0, 1], [1, 1, 0]], ["north", "north", "south"])
    >>> round(parts.total, 4), round(parts.between, 4), parts.within
    (0.231, 0.231, 0.0)
    """
    matrix = flow_matrix(flows)
    names, member = _group_of_each(groups, len(matrix))
    total = migrants(matrix, "Theil index")
    in_group = (member[:, None] == np.arange(len(names))).astype(float)
    sizes = in_group.sum(axis=0)
    cells = np.outer(sizes, sizes) - np.diag(sizes)
    shares = matrix / total
    blocks = in_group.T @ shares @ in_group
    between = float(_times_log(blocks, blocks * (cells.sum() / np.maximum(cells, 1.0))).sum())
    expected = (blocks / np.maximum(cells, 1.0))[np.ix_(member, member)]
    part = _times_log(shares, shares / np.where(expected > 0, expected, 1.0))
    within_block = in_group.T @ part @ in_group
    return TheilDecomposition(theil(matrix), between, float(within_block.sum()), names, within_block)


def _shares(flows: ArrayLike) -> Values:
    matrix = flow_matrix(flows)
    return off_diagonal(matrix).ravel() / migrants(matrix, "concentration of flows")


def _times_log(weights: Values, values: Values) -> Values:
    """Weights · ln values, 0 where the weight is 0."""
    return weights * np.log(np.where(weights > 0, values, 1.0))


def _group_of_each(groups: Sequence[str], areas: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    given = list(groups)
    if len(given) != areas:
        raise StatisticianError(
            f"{areas} areas have as many groups, not {len(given)}.", next_step="Name the group of every area."
        )
    names = tuple(dict.fromkeys(given))
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place[name] for name in given], dtype=np.intp)
