"""How distance thins flows out: the doubly constrained gravity model with a power of the distance.

Model: Mᵢⱼ is Poisson with mean μᵢⱼ = exp(αᵢ + βⱼ + γ·ln dᵢⱼ) off the diagonal and off further structural zeros. Its
likelihood is concave, and its maximum has the margins of the flows: μ is doubly constrained.

Laws: no margin of the fitted flows differs from that of the flows; γ does not change with the unit of the distances.

The effects are profiled out: for a γ they follow from the margins by iterative proportional fitting, a few sweeps of
matrix–vector products from where they were. Newton's step of γ takes along the change of the effects (n equations,
solved by products of the same kind), so that hardly any sweep is needed after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.flows import Flags, Values, arrivals, departures, distance_matrix, flow_matrix, migrants

_MOST_STEPS = 100
_SWEEPS = 3
_MOST_HALVINGS = 40
_LARGEST_STEP = 3.0
"""Of the exponent, in standard deviations of ln d: the fit at the start is no guide beyond."""
_SMALLEST_STEP = 1e-8
"""Each step squares the error, so that after one as small as this only rounding is left."""
_MARGINS = 1e-12
"""Largest error of a margin, relative to all migrants, when the steps end."""
_RESIDUAL = 1e-13
"""Of the conjugate gradients, relative to where they begin."""
_LEAST_INFORMATION = 1e-10
"""Variation of ln d within rows and columns, relative to all of it, below which it is rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class GravityModel:
    """The fitted model, for the areas in the order of the flows.

    Args:
        exponent: γ, change of ln flow per unit of ln distance; negative where distance hinders.
        standard_error: of the exponent, if flows are Poisson; see `dispersion`.
        origin: αᵢ, shape (n,); −inf where nobody left.
        destination: βⱼ, shape (n,), their mean 0 over areas where somebody arrived; −inf where nobody did.
        fitted: μᵢⱼ, persons, shape (n, n).
        deviance: 2 · Σ(M·ln(M/μ) − (M − μ)).
        pearson: Σ(M − μ)²/μ.
        degrees_of_freedom: cells that may be positive less free parameters, without areas that nobody left or reached.
    """

    exponent: float
    standard_error: float
    origin: Values
    destination: Values
    fitted: Values
    deviance: float
    pearson: float
    degrees_of_freedom: int

    @property
    def dispersion(self) -> float:
        """Pearson's statistic per degree of freedom, 1 for Poisson flows; nan where no degree of freedom is left.

        Flows of persons mostly scatter more: the standard error is then to be multiplied by its square root.
        """
        return self.pearson / self.degrees_of_freedom if self.degrees_of_freedom > 0 else float("nan")


def gravity_model(flows: ArrayLike, distances: ArrayLike, *, impossible: ArrayLike | None = None) -> GravityModel:
    """The doubly constrained Poisson gravity model with a power of the distance, by maximum likelihood.

    Equal to the generalised linear model flow ~ origin + destination + ln distance with Poisson errors and a log link.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        distances: in any unit, positive off the diagonal, shape (n, n); both directions may differ.
        impossible: True where no flow can be (structural zeros besides the diagonal), shape (n, n).

    Raises:
        UndefinedIndicatorError: nobody moved; the exponent cannot be told from the sizes of areas, as with fewer
            than four areas whose distances are alike in both directions, or with equal distances; the possible pairs
            fall into parts without a pair between them; a distance is 0, as that of a region and a city with one centre;
            or the likelihood has no maximum, as where all moves have one end in common.
        StatisticianError: a figure is missing or negative, an impossible pair has a flow, or the shapes differ.

    Source: Wilson, A. G. (1971), A family of spatial interaction models, and associated developments, Environment and
    Planning 3(1); Flowerdew, R. and Aitkin, M. (1982), A method of fitting the gravity model based on the Poisson
    distribution, Journal of Regional Science 22(2).

    >>> near_and_far = [[0, 1, 2, 4], [1, 0, 1, 2], [2, 1, 0, 1], [4, 2, 1, 0]]
    >>> flows = [[0, 80, 20, 5], [80, 0, 80, 20], [20, 80, 0, 80], [5, 20, 80, 0]]
    >>> round(gravity_model(flows, near_and_far).exponent, 3)
    -2.0
    """
    matrix = flow_matrix(flows)
    migrants(matrix, "exponent of distance")
    possible = _possible(matrix, impossible)
    logarithms = _log_distances(distances, possible)
    leaving, reached = departures(matrix) > 0, arrivals(matrix) > 0
    active = np.ix_(leaving, reached)
    _fail_if_in_parts(possible[active])
    fit = _Fit(matrix[active], possible[active], logarithms[active])
    fit.climb()
    fitted = np.zeros_like(matrix)
    fitted[active] = fit.fitted
    origin, destination = (np.full(len(matrix), -np.inf) for _ in range(2))
    level = fit.destination.mean()
    origin[leaving], destination[reached] = fit.origin + level, fit.destination - level
    cells, areas = int(possible[active].sum()), int(leaving.sum() + reached.sum())
    deviance, pearson = _misfit(matrix[active], fit.fitted)
    return GravityModel(
        fit.exponent, fit.information**-0.5, origin, destination, fitted, deviance, pearson, cells - areas
    )


class _Fit:
    """The state of the climb: exponent and effects on centred logarithms of distance, over areas with flows."""

    def __init__(self, flows: Values, possible: Flags, logarithms: Values) -> None:
        self.flows, self.left, self.came = flows, departures(flows), arrivals(flows)
        self.total = float(flows.sum())
        self.possible = possible.astype(float)
        self.centre = float((flows * logarithms).sum()) / self.total
        self.log_distance = (logarithms - self.centre) * self.possible
        self.scale = float(np.sqrt((flows * self.log_distance**2).sum() / self.total))
        self.exponent, self.information = 0.0, 0.0
        self.log_origin, self.log_destination = np.log(self.left), np.log(self.came / self.total)
        self.fitted = self._balanced()

    @property
    def origin(self) -> Values:
        """Effects for distances as given, not centred."""
        return self.log_origin - self.exponent * self.centre

    @property
    def destination(self) -> Values:
        return self.log_destination

    def climb(self) -> None:
        """Newton's steps until the exponent rests and the margins hold.

        Raises:
            UndefinedIndicatorError: the exponent is not identified, or the likelihood has no maximum.
        """
        for _ in range(_MOST_STEPS):
            step, origin, destination = self._newton_step()
            self._move(step, origin, destination)
            if abs(step) * self.scale <= _SMALLEST_STEP and self._error() <= _MARGINS:
                return
        raise UndefinedIndicatorError(
            f"The exponent of distance was not found in {_MOST_STEPS} steps: the likelihood seems to have no maximum.",
            next_step="Merge areas with few flows, or tell the exponent as not available.",
        )

    def _balanced(self) -> Values:
        """Fitted flows after some sweeps over the margins, which update the effects; columns hold exactly."""
        weights = np.exp(self.exponent * self.log_distance) * self.possible
        destination = np.exp(self.log_destination)
        for _ in range(_SWEEPS):
            origin = self.left / (weights @ destination)
            destination = self.came / (origin @ weights)
        self.log_origin, self.log_destination = np.log(origin), np.log(destination)
        fitted: Values = weights * origin[:, None] * destination
        return fitted

    def _newton_step(self) -> tuple[float, Values, Values]:
        """Changes of the exponent and of all effects: one Newton step of the whole likelihood.

        The distances are projected on the effects with the fitted flows as weights; what is left of their variation
        is the information about the exponent.
        """
        weighted = self.fitted * self.log_distance
        missing = self.left - self.fitted.sum(axis=1)
        by_row, by_column = weighted.sum(axis=1), weighted.sum(axis=0)
        explained = _projection(self.fitted, by_row, by_column)
        balanced = _projection(self.fitted, missing, np.zeros_like(by_column))
        spread = float((weighted * self.log_distance).sum())
        self.information = spread - float(by_row @ explained[0] + by_column @ explained[1])
        if self.information <= _LEAST_INFORMATION * spread or not np.isfinite(self.information):
            raise UndefinedIndicatorError(
                "The effect of distance cannot be told from the sizes of the areas: no distances vary within them.",
                next_step="It needs four areas, three if distances differ by direction, unequal distances, and moves besides "
                "those of one area.",
            )
        slope = float(((self.flows - self.fitted) * self.log_distance).sum()) - float(missing @ explained[0])
        step = slope / self.information
        longest = _LARGEST_STEP / self.scale if self.scale > 0 else np.inf
        step = float(np.clip(step, -longest, longest))
        return step, balanced[0] - step * explained[0], balanced[1] - step * explained[1]

    def _move(self, step: float, origin: Values, destination: Values) -> None:
        """Goes the step, or the half, or a quarter … of it, so that the likelihood does not fall."""
        start, height = (self.exponent, self.log_origin, self.log_destination), self._likelihood()
        part = 1.0
        for _ in range(_MOST_HALVINGS):
            self.exponent, self.log_origin = start[0] + part * step, start[1] + part * origin
            self.log_destination = start[2] + part * destination
            self.fitted = self._balanced()
            if self._likelihood() >= height - 1e-12 * abs(height):
                return
            part /= 2

    def _likelihood(self) -> float:
        """Log-likelihood up to a constant; the fitted flows have the total of the flows, by the columns."""
        by_distance = self.exponent * float((self.flows * self.log_distance).sum())
        return float(self.left @ self.log_origin + self.came @ self.log_destination) + by_distance

    def _error(self) -> float:
        return float(np.abs(self.fitted.sum(axis=1) - self.left).max()) / self.total


def _projection(weights: Values, by_row: Values, by_column: Values) -> tuple[Values, Values]:
    """Row and column effects u, v with Σⱼ wᵢⱼ(uᵢ + vⱼ) = by_row and Σᵢ wᵢⱼ(uᵢ + vⱼ) = by_column.

    Rows are eliminated; the rest is solved by conjugate gradients, which need products with the weights only and few
    of them where the areas are well connected. The common level of v, which is free, is pinned by its weighted mean.
    """
    rows, columns = weights.sum(axis=1), weights.sum(axis=0)
    total = float(rows.sum())

    def product(effects: Values) -> Values:
        pin = columns * (float(columns @ effects) / total)
        return np.asarray(columns * effects - (weights @ effects / rows) @ weights + pin)

    effects = _conjugate_gradients(product, by_column - (by_row / rows) @ weights, columns)
    if effects is None:
        system = np.diag(columns) - weights.T @ (weights / rows[:, None]) + np.outer(columns, columns / total)
        effects = np.linalg.lstsq(system, by_column - (by_row / rows) @ weights)[0]
    return (by_row - weights @ effects) / rows, effects


def _conjugate_gradients(product: Callable[[Values], Values], wanted: Values, diagonal: Values) -> Values | None:
    """Solution of product(x) = wanted, scaled by the diagonal; None where rounding keeps it from being reached."""
    solution, residual = np.zeros_like(wanted), wanted.copy()
    scaled = residual / diagonal
    direction, size = scaled, float(residual @ scaled)
    enough = size * _RESIDUAL**2
    for _ in range(2 * len(wanted)):
        if size <= enough:
            return solution
        image = product(direction)
        curvature = float(direction @ image)
        if not curvature > 0:
            return None
        length = size / curvature
        solution, residual = solution + length * direction, residual - length * image
        scaled = residual / diagonal
        size, previous = float(residual @ scaled), size
        direction = scaled + (size / previous) * direction
    return None


def _possible(matrix: Values, impossible: ArrayLike | None) -> Flags:
    possible: Flags = ~np.eye(len(matrix), dtype=bool)
    if impossible is None:
        return possible
    excluded = np.asarray(impossible, dtype=bool)
    if excluded.shape != matrix.shape:
        raise StatisticianError(
            f"Impossible pairs have the shape of the flows, {matrix.shape}, not {excluded.shape}.",
            next_step="Mark each pair of areas with True or False.",
        )
    if moved := int(np.count_nonzero(matrix[excluded])):
        raise StatisticianError(
            f"{moved} pairs are marked as impossible, but have flows.", next_step="Mend the marks or the flows."
        )
    return np.asarray(possible & ~excluded)


def _log_distances(distances: ArrayLike, possible: Flags) -> Values:
    matrix = distance_matrix(distances, len(possible))
    if none := int(np.count_nonzero(matrix[possible] == 0)):
        raise UndefinedIndicatorError(
            f"{none} pairs of different areas have a distance of 0, which has no logarithm.",
            next_step="Give the distance between the centres of the areas.",
        )
    return np.log(np.where(possible, matrix, 1.0))


def _fail_if_in_parts(possible: Flags) -> None:
    """Origins and destinations must hang together by possible pairs, or their effects have no common level."""
    pairs = possible.astype(float)
    origins = np.zeros(len(pairs))
    origins[0] = 1.0
    known = 0
    while known < (reached := int(origins.sum())):
        known = reached
        destinations = (origins @ pairs > 0).astype(float)
        origins = np.maximum(origins, pairs @ destinations > 0)
    if known < len(pairs) or destinations.sum() < pairs.shape[1]:
        raise UndefinedIndicatorError(
            "The possible pairs of areas fall into parts with no pair between them, so there is no common model.",
            next_step="Fit each part alone.",
        )


def _misfit(flows: Values, fitted: Values) -> tuple[float, float]:
    positive = np.where(fitted > 0, fitted, 1.0)
    logarithm = np.log(np.where(flows > 0, flows, positive) / positive)
    deviance = 2.0 * float((flows * logarithm - (flows - fitted)).sum())
    return max(deviance, 0.0), float(((flows - fitted) ** 2 / positive).sum())
