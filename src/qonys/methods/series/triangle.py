"""The triangle of late registrations: what became known of a month in the months after it.

Law: an increment of event month i at lag j is known exactly where i + j is not after the cut-off, the last month.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Values

Labels: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Triangle:
    """Counts by group, event month and lag, as far as they are known at the end of the last month.

    Args:
        increments: shape (groups, months, lags), persons: those of an event month that became known so many months
            later, less those that were taken back; nan where the cut-off has not come.
        pools: shape (groups,), groups of the same label share one pattern of delay; by default all do.
        beyond: persons who became known after the last lag and do not count.

    Raises:
        StatisticianError: the shape is another, a known cell is missing or one after the cut-off is filled.
    """

    increments: Values
    pools: Labels = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    beyond: float = 0.0

    def __post_init__(self) -> None:
        increments = np.asarray(self.increments, dtype=float)
        if increments.ndim != 3 or 0 in increments.shape:
            raise StatisticianError(
                f"A triangle has groups, months and lags, not a shape of {increments.shape}.",
                next_step="Add an axis of length one for a single group.",
            )
        object.__setattr__(self, "increments", increments)
        pools = np.asarray(self.pools, dtype=np.int64)
        object.__setattr__(self, "pools", pools if len(pools) else np.zeros(len(increments), dtype=np.int64))
        if len(self.pools) != len(increments):
            raise StatisticianError(f"{len(increments)} groups need as many labels of pools, not {len(self.pools)}.")
        if wrong := int((np.isfinite(increments) != self.known).sum()):
            raise StatisticianError(
                f"{wrong} cells of the triangle are missing before its cut-off or filled after it.",
                next_step="Write 0 where nobody became known, and nan where the month has not come.",
            )

    @property
    def known(self) -> Flags:
        """Shape (months, lags): the cut-off has come."""
        _, months, lags = self.increments.shape
        return _has_come(months, lags)

    @property
    def counted(self) -> Values:
        """Shape (groups, months): persons known so far."""
        return np.asarray(np.where(self.known, self.increments, 0.0).sum(axis=2))

    def as_of(self, months: int) -> Triangle:
        """The triangle as it was known at the end of an earlier month.

        Args:
            months: how many months there were then.

        Raises:
            StatisticianError: there were none, or there are not as many.
        """
        if not 1 <= months <= self.increments.shape[1]:
            raise StatisticianError(f"The triangle has {self.increments.shape[1]} months; {months} cannot be taken.")
        lags = self.increments.shape[2]
        known = _has_come(months, lags)
        return Triangle(np.where(known, self.increments[:, :months], np.nan), self.pools)


def triangle_of_registrations(
    event: Labels,
    known: Labels,
    persons: Values | Labels,
    *,
    months: int,
    lags: int,
    group: Labels | None = None,
    pools: Labels | None = None,
) -> Triangle:
    """A triangle from rows of event month, month of knowledge, and persons.

    >>> rows = np.array([[0, 0, 5], [0, 1, 2], [1, 1, 4]])
    >>> triangle_of_registrations(rows[:, 0], rows[:, 1], rows[:, 2], months=2, lags=2).increments
    array([[[ 5.,  2.],
            [ 4., nan]]])

    Args:
        event: shape (k,), month of the event, counted from 0.
        known: shape (k,), month in which the persons became known, counted from the same month; rows after the last
            month are not yet known and are passed over.
        persons: shape (k,), negative where they were taken back.
        months: how many months there are.
        lags: how many lags count, the month of the event among them; what comes later is told in `Triangle.beyond`.
        group: shape (k,), from 0; by default all are of one.
        pools: shape (groups,), see `Triangle`.

    Raises:
        StatisticianError: a row became known before its month or lies before the first.
    """
    groups = np.zeros(len(event), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    lag = known - event
    if np.any(lag < 0) or np.any(event < 0) or np.any(groups < 0):
        raise StatisticianError(
            f"{int((lag < 0).sum())} rows became known before their month, {int((event < 0).sum())} lie before the first.",
            next_step="See that both months are counted from the same one.",
        )
    number = len(pools) if pools is not None else int(groups.max(initial=0)) + 1
    shape = (number, months, lags)
    now = known < months
    within = now & (lag < lags)
    cells = np.ravel_multi_index((groups[within], event[within], lag[within]), shape)
    counts = np.bincount(cells, np.asarray(persons, dtype=float)[within], minlength=int(np.prod(shape))).reshape(shape)
    beyond = float(np.asarray(persons, dtype=float)[now & (lag >= lags)].sum())
    return Triangle(
        np.where(_has_come(months, lags), counts, np.nan),
        np.zeros(number, dtype=np.int64) if pools is None else pools,
        beyond,
    )


def _has_come(months: int, lags: int) -> Flags:
    """Shape (months, lags): event month i at lag j is not after the last month."""
    return np.asarray(np.add.outer(np.arange(months), np.arange(lags)) < months)
