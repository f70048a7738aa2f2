"""Which areas count as neighbours where no borders are known, told from the distances between their centres.

Laws: being neighbours is mutual; every area is reached from every other over neighbours; it depends on nothing but the
distances.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import Flags, Values, distance_matrix


def gabriel_neighbours(distances: ArrayLike) -> Flags:
    """Neighbours in the sense of Gabriel: no third centre lies in the circle whose diameter joins the two.

    i and j are neighbours where no k has d²ᵢₖ + d²ₖⱼ < d²ᵢⱼ. On a sphere the circle is that of the plane to the extent
    that distances are small beside its radius. Memory is O(n²), time O(n³).

    Args:
        distances: between centres, in any unit, the same in both directions, shape (n, n).

    Returns:
        True where two areas are neighbours, False on the diagonal, shape (n, n).

    Raises:
        StatisticianError: a distance is missing or negative, the two directions differ, or the shape is wrong.

    Source: Gabriel, K. R. and Sokal, R. R. (1969), A new statistical approach to geographic variation analysis,
    Systematic Zoology 18(3).

    >>> gabriel_neighbours([[0, 1, 2], [1, 0, 1], [2, 1, 0]]).tolist()
    [[False, True, False], [True, False, True], [False, True, False]]
    """
    squares = np.square(distance_matrix(distances, len(np.atleast_1d(distances))))
    _fail_unless_mutual(squares)
    between = np.zeros(squares.shape, dtype=bool)
    for by_way in squares:
        between |= by_way[:, None] + by_way < squares
    touching: Flags = ~between
    np.fill_diagonal(touching, val=False)
    return touching


def _fail_unless_mutual(squares: Values) -> None:
    if not np.allclose(squares, squares.T):
        raise StatisticianError(
            "Neighbours are told from distances that are the same in both directions; these are not.",
            next_step="Give distances between centres.",
        )
