"""Net migration that follows from populations at two dates and from what happened or was to be expected between.

Laws: what is missing stays missing (nan in, nan out); a survival ratio of 0 has no reverse estimate; nothing is
rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, known_amounts


@dataclass(frozen=True, slots=True, eq=False)
class NetBySurvival:
    """Net migrants of cohorts, in persons, shape of the populations.

    Args:
        forward: counted at the end of the period: P₁ − S · P₀.
        reverse: counted at its start: P₁ / S − P₀.
        average: mean of both, for migrants who came and went evenly over the period.
    """

    forward: Matrix
    reverse: Matrix
    average: Matrix


def net_from_vital_statistics(
    population_start: ArrayLike, population_end: ArrayLike, births: ArrayLike, deaths: ArrayLike
) -> Matrix:
    """Population change less natural increase, in persons: P₁ − P₀ − (births − deaths).

    Args:
        population_start: P₀, of any shape.
        population_end: P₁, of the same shape and area.
        births: in the period, of the same shape.
        deaths: in the period, of the same shape.

    Raises:
        StatisticianError: shapes differ, or a value is negative.

    Source: United Nations (1970), Manual VI: Methods of measuring internal migration, Population Studies 47.

    >>> net_from_vital_statistics([515_483], [483_882], [126_886], [51_449])
    array([-107038.])
    """
    start, end, born, died = _of_one_shape(
        ("population at the start", population_start),
        ("population at the end", population_end),
        ("births", births),
        ("deaths", deaths),
    )
    net: Matrix = end - start - (born - died)
    return net


def net_from_survival(
    population_start: ArrayLike, population_end: ArrayLike, survival_ratios: ArrayLike
) -> NetBySurvival:
    """Net migrants of each cohort: those at the end less those who were to survive from the start.

    Args:
        population_start: P₀, persons of each cohort at the first date.
        population_end: P₁, persons of the same cohorts, aged by the length of the period.
        survival_ratios: S, share of each cohort that survives the period, from a life table or from the censuses of a
            closed population (`census_survival_ratios`), whose ratios may exceed 1.

    Returns:
        nan for cohorts with a missing value, and in the reverse and average estimates where the ratio is 0.

    Raises:
        StatisticianError: shapes differ, or a value is negative.

    Source: United Nations (1970), Manual VI: Methods of measuring internal migration, Population Studies 47.

    >>> net = net_from_survival([77_135], [132_870], [0.9087])
    >>> net.forward.round(), net.reverse.round(), net.average.round()
    (array([62777.]), array([69085.]), array([65931.]))
    """
    start, end, survival = _of_one_shape(
        ("population at the start", population_start),
        ("population at the end", population_end),
        ("survival ratios", survival_ratios),
    )
    forward = end - survival * start
    reverse = np.divide(end, survival, out=np.full_like(end, np.nan), where=survival > 0) - start
    return NetBySurvival(forward, reverse, (forward + reverse) / 2)


def census_survival_ratios(population_start: ArrayLike, population_end: ArrayLike) -> Matrix:
    """Survival ratios of a population without migration, such as a whole country's: P₁ / P₀ of each cohort.

    Errors of coverage and of stated age that areas share with the country cancel where these ratios are used.

    Returns:
        nan where a cohort was empty at the start.

    Raises:
        StatisticianError: shapes differ, or a value is negative.

    >>> census_survival_ratios([200, 0], [180, 5])
    array([0.9, nan])
    """
    start, end = _of_one_shape(("population at the start", population_start), ("population at the end", population_end))
    return np.divide(end, start, out=np.full_like(end, np.nan), where=start > 0)


def net_of_children(children: ArrayLike, mothers: ArrayLike, net_of_mothers: ArrayLike, exposure: ArrayLike) -> Matrix:
    """Net migration of children born in the period, who have no population at its start, from that of their mothers.

    exposure · (children / women) · net migrants among the women. The exposure is the share of their mothers'
    migration that the children took part in: over ten years 0.25 for those now 0–4, 0.75 for those now 5–9.

    Args:
        children: persons of each age group of children at the end, shape (k,).
        mothers: women at the ages of their mothers at the end, shape (k,).
        net_of_mothers: net migrants among these women, shape (k,).
        exposure: between 0 and 1, shape (k,).

    Returns:
        nan where there are no women.

    Raises:
        StatisticianError: shapes differ, a population is negative, or an exposure is not between 0 and 1.

    Source: United Nations (1992), Preparing migration data for subnational population projections.

    >>> net_of_children([85_870], [358_359], [-3_929], [0.25]).round()
    array([-235.])
    """
    born, women, share = _of_one_shape(("children", children), ("mothers", mothers), ("exposure", exposure))
    net = np.array(net_of_mothers, dtype=float)
    if net.shape != born.shape or np.any(share > 1):
        raise StatisticianError("Each group of children needs one net of its mothers and an exposure between 0 and 1.")
    ratio = np.divide(born, women, out=np.full_like(born, np.nan), where=women > 0)
    children_net: Matrix = share * ratio * net
    return children_net


def _of_one_shape(*named: tuple[str, ArrayLike]) -> list[Matrix]:
    """The values as arrays of one shape, not negative where they are known."""
    shape = np.shape(named[0][1])
    return [known_amounts(name, values, shape) for name, values in named]
