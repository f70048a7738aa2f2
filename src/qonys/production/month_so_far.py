"""A month is released of all that was owed of its year so far, or not at all.

Law: as of the last data cut-off of the release, every delivery that was expected of a month up to its own had come whole,
and of every such month some move is known. A year is released without what did not come, but never in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qonys.concepts.period import Period
from qonys.concepts.release import CalendarEntry
from qonys.datasets.outcome import Finding
from qonys.errors import StatisticianError
from qonys.evaluate.deliveries import ExpectedDelivery
from qonys.production.office import Office
from qonys.production.situation import deliveries_expected_by, deliveries_owed


def fail_if_deliveries_are_missing(office: Office, period: Period, entry: CalendarEntry) -> None:
    """A release of a month needs the deliveries of all months up to it; of a year see `deliveries_told`.

    Raises:
        StatisticianError: some had not come by the last data cut-off, or not whole; it names them.
    """
    if not period.is_month:
        return
    cut_off = max(entry.cut_offs.values())
    months = {str(month) for month in period.year_so_far.months}
    lacking = [one for one in deliveries_expected_by(office, cut_off) if one.period in months and _is_lacking(one)]
    if lacking:
        raise StatisticianError(
            f"By the data cut-off {cut_off} had not come: {'; '.join(map(_told, lacking))}.",
            where=f"release {period}",
            next_step="Ask the suppliers (`qonys status` names them) and collect what comes; or move the data cut-off "
            "in calendar.yaml.",
        )


def deliveries_told(office: Office, period: Period, entry: CalendarEntry) -> Iterator[Finding]:
    """What whoever builds must know of the deliveries of a release: that some had not come, or stand twice.

    Receipts alone are looked at. Of a month nothing that had not come is told, for it would have been refused.
    """
    cut_off = max(entry.cut_offs.values())
    months = {str(month) for month in period.year_so_far.months} | {str(period)}
    of_period = [one for one in deliveries_owed(office, cut_off, held={}) if one.period in months]
    if lacking := [one for one in of_period if not one.deliveries]:
        yield Finding(
            f"By the data cut-off {cut_off} had not come: {'; '.join(map(_told, lacking))}. They do not count.",
            where=f"release {period}",
            count=len(lacking),
            severity="error",
            next_step="Collect what comes and build again, or say in the release that it is not whole.",
        )
    if double := [one for one in of_period if one.state == "double"]:
        told = (f"{one.layout} of {one.period}, as {', '.join(map(str, one.deliveries))}" for one in double)
        yield Finding(
            f"Of several deliveries for one period all count: {'; '.join(told)}.",
            where=f"release {period}",
            count=len(double),
            next_step="Ask the supplier which counts; see `qonys status`.",
        )


def fail_if_months_are_empty(period: Period, delivered: Mapping[str, frozenset[Period]]) -> None:
    """Of each month of the year so far some move is known, at every data cut-off of the release of a month.

    Args:
        period: period of the release.
        delivered: months of which some move is known, by data cut-off.

    Raises:
        StatisticianError: of some months none is; it names them.
    """
    for cut_off, months in delivered.items() if period.is_month else ():
        empty = [str(month) for month in period.year_so_far.months if month not in months]
        if empty:
            raise StatisticianError(
                f"Of {', '.join(empty)} no move is known at the data cut-off “{cut_off}”.",
                where=f"release {period}",
                next_step="Collect the deliveries of these months, then run `qonys process` and `qonys tabulate`.",
            )


def _is_lacking(one: ExpectedDelivery) -> bool:
    return not one.deliveries or bool(one.absent)


def _told(one: ExpectedDelivery) -> str:
    without = f" without {', '.join(one.absent)}" if one.deliveries else ""
    return f"{one.layout} of {one.period}{without} ({one.supplier})"
