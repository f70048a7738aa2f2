"""The line that lies nearest to measured seconds, each distance being told as a share of what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

FIXED = "fixed"


@dataclass(frozen=True)
class Fit:
    """Seconds as a sum of terms.

    Args:
        seconds: of one unit of each term; ``fixed`` is what every size takes besides. None is below zero.
        fitted: what the line says of each size.
        residuals: by how much of the measured seconds each size lies above or below the line, in percent.
    """

    seconds: Mapping[str, float]
    fitted: tuple[float, ...]
    residuals: tuple[float, ...]

    @property
    def largest(self) -> float:
        """The largest residual in percent, without its sign."""
        return max(abs(residual) for residual in self.residuals)


def linear_fit(measured: Sequence[float], terms: Mapping[str, Sequence[float]]) -> Fit:
    """Least squares of relative residuals, so that a small size counts as much as a large one.

    Args:
        measured: seconds of each size.
        terms: name -> how many units of it each size has.
    """
    of_seconds = np.array(measured)
    units = np.column_stack([np.ones(len(of_seconds)), *(np.array(of_term) for of_term in terms.values())])
    seconds, _ = nnls(units / of_seconds[:, None], np.ones(len(of_seconds)))
    fitted = units @ seconds
    residuals = 100 * (of_seconds / fitted - 1)
    return Fit(
        dict(zip((FIXED, *terms), seconds.tolist(), strict=True)), tuple(fitted.tolist()), tuple(residuals.tolist())
    )
