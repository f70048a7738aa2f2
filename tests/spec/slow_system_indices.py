"""Slow, clear versions of the indices of a migration system: loops over cells, and a regression by least squares."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def cells(flows: Values) -> list[float]:
    """All flows between two areas, one by one."""
    n = len(flows)
    return [float(flows[i, j]) for i, j in product(range(n), repeat=2) if i != j]


def differences(values: Iterable[float]) -> float:
    """Sum of |x − y| over all ordered pairs."""
    listed = list(values)
    return sum(abs(x - y) for x in listed for y in listed)


def slow_gini_total(flows: Values) -> float:
    listed = cells(flows)
    return differences(listed) / (2 * (len(listed) - 1) * sum(listed))


def slow_gini_rows(flows: Values) -> float:
    n, listed = len(flows), cells(flows)
    by_row = sum(differences(flows[i, j] for j in range(n) if j != i) for i in range(n))
    return by_row / (2 * len(listed) * sum(listed))


def slow_gini_out_field(flows: Values, origin: int) -> float:
    field = [flows[origin, j] for j in range(len(flows)) if j != origin]
    return differences(field) / (2 * (len(flows) - 2) * sum(field))


def slow_theil(flows: Values) -> float:
    listed = cells(flows)
    shares = [cell / sum(listed) for cell in listed]
    return sum(share * np.log(share * len(shares)) for share in shares if share > 0)


def slow_quasi_independence(flows: Values, sweeps: int = 5_000) -> Values:
    """Rows and columns of a matrix of ones with an empty diagonal, scaled in turn."""
    wanted = flows * (1 - np.eye(len(flows)))
    fitted = 1 - np.eye(len(flows))
    for _ in range(sweeps):
        for axis in (1, 0):
            found = fitted.sum(axis=axis, keepdims=True)
            fitted = fitted * np.where(
                found > 0, wanted.sum(axis=axis, keepdims=True) / np.where(found > 0, found, 1), 0
            )
    return fitted


def slow_gravity(flows: Values, distances: Values, possible: NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Exponent and standard error of a generalised linear model: iteratively reweighted least squares, all dummies."""
    n = len(flows)
    possible = np.ones((n, n), dtype=bool) if possible is None else possible
    wanted = flows * (1 - np.eye(n))
    pairs = [
        (i, j)
        for i, j in product(range(n), repeat=2)
        if i != j and possible[i, j] and wanted[i].sum() > 0 and wanted[:, j].sum() > 0
    ]
    design = np.zeros((len(pairs), 2 * n + 1))
    for row, (i, j) in enumerate(pairs):
        design[row, [i, n + j]], design[row, -1] = 1, np.log(distances[i, j])
    design = design[:, design.any(axis=0)]
    response = np.array([wanted[pair] for pair in pairs])
    mean = response + 0.5
    for _ in range(300):
        working, root = np.log(mean) + (response - mean) / mean, np.sqrt(mean)
        coefficients = np.linalg.lstsq(design * root[:, None], working * root, rcond=1e-12)[0]
        previous, mean = mean, np.exp(design @ coefficients)
        if np.abs(mean - previous).max() <= 1e-12 * response.sum():
            break
    information = np.linalg.pinv(design.T @ (design * mean[:, None]), rcond=1e-12)
    return float(coefficients[-1]), float(information[-1, -1] ** 0.5)


def slow_median(values: Values, weights: Values) -> float:
    """The least value that at least half of the persons, laid out one by one, do not exceed."""
    persons = sorted(value for value, weight in zip(values, weights, strict=True) for _ in range(int(weight)))
    return float(persons[(len(persons) + 1) // 2 - 1])


def slow_merged(matrix: Values, labels: NDArray[np.int64]) -> Values:
    """Sums over pairs of zones, cell by cell, with a diagonal of zeros."""
    sums = np.zeros((labels.max() + 1, labels.max() + 1))
    for i, j in product(range(len(matrix)), repeat=2):
        if labels[i] != labels[j]:
            sums[labels[i], labels[j]] += matrix[i, j]
    return sums


def in_one_piece(zone: Iterable[int], neighbours: NDArray[np.bool_]) -> bool:
    """Whether one can walk from any area of the zone to any other without leaving it."""
    left = set(zone)
    walked = [left.pop()]
    while walked:
        here = walked.pop()
        reached = {area for area in left if neighbours[here, area] or neighbours[area, here]}
        left -= reached
        walked.extend(reached)
    return not left
