"""A matrix of flows as a product: its level, the shares of origins and destinations, and what associates them.

Laws: the product of all components is the matrix again; an association of 1 is what the sizes alone would give. The
reference is the total sum: the overall component is a number of persons, the others are shares and ratios.

The diagonal is data where it is told as such (persons who stayed, or moved within an area), and then takes part like
any other cell; or it is structural, and the sizes are those of quasi-independence. Zeros of a structural diagonal are
never taken for associations of 0.

Source: Rogers, A., Willekens, F., Little, J. and Raymer, J. (2002), Describing migration spatial structure, Papers in
Regional Science 81(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.flows import Values, ratio
from qonys.methods.systems.quasi_independence import quasi_independence


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Mᵢⱼ = overall · originᵢ · destinationⱼ · associationᵢⱼ.

    Args:
        overall: persons; with a structural diagonal, those who moved and those whom the sizes alone would have put
            on the diagonal.
        origin: shares, shape (n,), which sum to 1.
        destination: shares, shape (n,), which sum to 1.
        association: flows over what the sizes give, shape (n, n); nan where these give 0, and on a structural diagonal.
    """

    overall: float
    origin: Values
    destination: Values
    association: Values

    def product(self) -> Values:
        """The flows again, shape (n, n); nan where the association is."""
        return self.overall * np.outer(self.origin, self.destination) * self.association


@dataclass(frozen=True, slots=True, eq=False)
class AgeComponents:
    """Mᵢⱼₓ = overall · originᵢ · destinationⱼ · ageₓ · by_placeᵢⱼ · by_originᵢₓ · by_destinationⱼₓ · by_allᵢⱼₓ.

    Args:
        overall: persons, as in `Components`.
        origin: shares, shape (n,).
        destination: shares, shape (n,).
        age: shares, shape (k,).
        by_place: association of origin and destination over all ages, shape (n, n).
        by_origin: association of origin and age: age profile of departures over that of all, shape (n, k).
        by_destination: association of destination and age: age profile of arrivals over that of all, shape (n, k).
        by_all: what is left to origin, destination and age together, shape (n, n, k).
    """

    overall: float
    origin: Values
    destination: Values
    age: Values
    by_place: Values
    by_origin: Values
    by_destination: Values
    by_all: Values

    def product(self) -> Values:
        """The flows again, shape (n, n, k); nan where one of the components is."""
        return self._by_two() * self.by_all

    def _by_two(self) -> Values:
        places = self.overall * np.outer(self.origin, self.destination) * self.by_place
        ages: Values = self.age * self.by_origin[:, None, :] * self.by_destination[None, :, :]
        return places[:, :, None] * ages


def multiplicative_components(flows: ArrayLike, *, structural_diagonal: bool = False) -> Components:
    """Level, sizes and association of a matrix of flows, the total sum as reference.

    Without a structural diagonal T = ΣM, Oᵢ = Mᵢ₊/T, Dⱼ = M₊ⱼ/T and association Mᵢⱼ/(T·Oᵢ·Dⱼ). With one, aᵢ·bⱼ of
    quasi-independence takes the place of T·Oᵢ·Dⱼ.

    Args:
        flows: persons, shape (n, n).
        structural_diagonal: nobody can be on the diagonal; it is not read.

    Raises:
        UndefinedIndicatorError: nobody moved; or, with a structural diagonal, one area is an end of all moves or of
            nearly all, so that no sizes of the others are known.
        StatisticianError: the matrix is not square, or a flow is missing or negative.

    >>> parts = multiplicative_components([[10, 30], [20, 40]])
    >>> parts.overall, parts.origin, parts.association.round(4)[0]
    (100.0, array([0.4, 0.6]), array([0.8333, 1.0714]))
    """
    matrix = _counts(flows, axes=2)
    if not structural_diagonal:
        total = float(matrix.sum())
        origin, destination = matrix.sum(axis=1) / total, matrix.sum(axis=0) / total
        return Components(total, origin, destination, ratio(matrix, total * np.outer(origin, destination)))
    model = quasi_independence(matrix)
    if bool(np.isnan(model.origin).any()):
        raise UndefinedIndicatorError(
            "One area is an end of all moves, so that the sizes of the areas without a diagonal have no value.",
            next_step="Leave it out, or give the diagonal as data.",
        )
    left, came = float(model.origin.sum()), float(model.destination.sum())
    association = ratio(matrix, np.outer(model.origin, model.destination))
    np.fill_diagonal(association, np.nan)
    return Components(left * came, model.origin / left, model.destination / came, association)


def multiplicative_age_components(flows: ArrayLike, *, structural_diagonal: bool = False) -> AgeComponents:
    """Level, sizes, age composition and associations of flows by age, the total sum as reference.

    Args:
        flows: persons by origin, destination and age group, shape (n, n, k).
        structural_diagonal: nobody can have both ends in one area; these cells are not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or no sizes are known, as in `multiplicative_components`.
        StatisticianError: the first two axes differ in length, or a flow is missing or negative.
    """
    cube = _counts(flows, axes=3, structural_diagonal=structural_diagonal)
    places = multiplicative_components(cube.sum(axis=2), structural_diagonal=structural_diagonal)
    age = cube.sum(axis=(0, 1)) / cube.sum()
    departures, arrivals = cube.sum(axis=1), cube.sum(axis=0)
    by_origin = ratio(departures, departures.sum(axis=1, keepdims=True) * age)
    by_destination = ratio(arrivals, arrivals.sum(axis=1, keepdims=True) * age)
    sizes = (places.overall, places.origin, places.destination, age, places.association, by_origin, by_destination)
    by_two = AgeComponents(*sizes, by_all=np.ones_like(cube)).product()
    return AgeComponents(*sizes, by_all=ratio(cube, by_two))


def _counts(flows: ArrayLike, *, axes: int, structural_diagonal: bool = False) -> Values:
    array = np.array(flows, dtype=float)
    if array.ndim != axes or array.shape[0] != array.shape[1]:
        raise StatisticianError(
            f"Flows have {axes} axes here, the first two of one length, not a shape of {array.shape}.",
            next_step="Give every area a row and a column, in the same order.",
        )
    if structural_diagonal:
        array[np.arange(len(array)), np.arange(len(array))] = 0.0
    if not bool(np.isfinite(array).all()) or bool((array < 0).any()):
        raise StatisticianError(
            "A flow is missing, infinite or negative.", next_step="A figure that is not known is no zero: complete it."
        )
    if float(array.sum()) <= 0:
        raise UndefinedIndicatorError(
            "Nobody moved, so the components have no value.", next_step="Tell them as not available."
        )
    return array
