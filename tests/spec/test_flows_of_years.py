"""Flows are told apart by month only where a design, the calendar or a group of countries asks for months."""

from __future__ import annotations

from datetime import date

import pytest

from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.queries.flow_tables import designs_by_flows, frequency_of_flows

YEARLY = TableDesign(
    id="yearly", title={}, universe="all", frequency="year", measures=("arrivals",), rows=("area",), columns=("period",)
)
MONTHLY = TableDesign(
    id="monthly",
    title={},
    universe="all",
    frequency="month",
    measures=("arrivals",),
    rows=("area",),
    columns=("period",),
)
YEAR, MONTH = Period(2024), Period(2024, 9)
NEW_YEAR, SUMMER = date(2020, 1, 1), date(2020, 7, 1)


@pytest.mark.parametrize(
    ("designs", "released", "changes", "expected"),
    [
        ([YEARLY], [YEAR], [NEW_YEAR], "year"),
        ([], [], [], "year"),
        ([YEARLY, MONTHLY], [YEAR], [NEW_YEAR], "month"),
        ([YEARLY], [YEAR, MONTH], [NEW_YEAR], "month"),
        ([YEARLY], [YEAR, Period(2024, 9, from_january=True)], [NEW_YEAR], "month"),
        ([YEARLY], [YEAR], [NEW_YEAR, SUMMER], "month"),
        ([YEARLY], [YEAR], [date(2020, 1, 2)], "month"),
    ],
)
def test_whatever_asks_for_months_gets_them(
    designs: list[TableDesign], released: list[Period], changes: list[date], expected: str
) -> None:
    assert frequency_of_flows(designs, released, changes) == expected


@pytest.mark.parametrize("name", ["kz", "mini", "es"])
def test_the_shipped_countries_show_months(name: str) -> None:
    profile = load_profile(name)
    main = designs_by_flows(profile.tables.values())["statistics/flows"]
    assert frequency_of_flows(main, [], []) == "month"
