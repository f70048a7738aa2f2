"""Moves by distance, as they were counted and as they would be if distance did not matter: the picture of its effect.

Laws: a band without a pair of areas is not shown; bounds are round numbers of kilometres; counted and expected moves have
the same sum, and the same margins of areas.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.analyse.studies.study import Study
from qonys.datasets.analysis import Analysed
from qonys.datasets.output import Dimension, Member
from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems.quasi_independence import quasi_independence

Values: TypeAlias = NDArray[np.float64]
BOUNDS = (0, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10000, 20100)
"""In kilometres; no two places of the Earth are farther apart than the last one."""


def with_distance_bands(study: Study, result: Analysed, year: tuple[str, Values], distances: Values) -> Analysed:
    """A result with its moves by band of distance; the result alone where the model without distance cannot be fitted.

    Args:
        study: the analysis.
        result: the effect of distance.
        year: its code, and the counted flows, shape (areas, areas).
        distances: km, shape (areas, areas).
    """
    code, counted = year
    try:
        expected = quasi_independence(counted).fitted
    except (StatisticianError, UndefinedIndicatorError):
        return result
    apart = ~np.eye(len(distances), dtype=bool)
    band = np.digitize(distances, BOUNDS) - 1
    shown = sorted(set(band[apart].tolist()))
    values: dict[tuple[str, ...], float] = {
        (str(BOUNDS[one]), code, measure): float(flows[apart & (band == one)].sum())
        for one in shown
        for measure, flows in (("observed", counted), ("expected", expected))
    }
    members = tuple(Member(str(BOUNDS[one]), _named(study, BOUNDS[one], BOUNDS[one + 1])) for one in shown)
    rows = Dimension("distance_band", study.setting.words.dimensions["distance_band"], members)
    return study.with_drawn(
        result, [rows], [study.periods([code]), study.measures(("observed", "expected"))], values
    )  # fmt: skip


def _named(study: Study, low: int, high: int) -> dict[str, str]:
    return study.say("analysis.gravity.band", {"low": low, "high": high})
