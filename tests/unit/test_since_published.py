"""A table against its published observations: the cells that differ, and the sizes worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.since_published import changes_from, revised
from spec.drawn_tables import drawn_table

NOW = """
       | 2024 arrivals | 2024 net
    _T |           100 |        0
    N1 |            60 |       -5
    S1 |            40 |        5
"""


def table(mini: Profile) -> OutputTable:
    return drawn_table(mini, "internal-by-region", ["area"], ["period", "measure"], NOW)


def published(mini: Profile, **other: float | None) -> list[dict[str, Any]]:
    """What was published: as now, but for the arrivals of the areas that are named."""
    one = table(mini)
    return [
        {"area": area, "period": period, "measure": measure,
         "value": other[area] if area in other and measure == "arrivals" else one.cells[area, period, measure].value}
        for area, period, measure in one.keys()  # noqa: SIM118 no mapping: the keys in order
    ]  # fmt: skip


def test_the_same_table_has_no_changes(mini: Profile) -> None:
    found = changes_from(published(mini), table(mini))
    assert found == [] and revised(table(mini), found).changed == 0


def test_sizes_are_over_the_cells_that_differ_and_the_relative_one_over_all(mini: Profile) -> None:
    found = changes_from(published(mini, N1=57, S1=41), table(mini))
    one = revised(table(mini), found)
    assert (one.cells, one.changed, one.largest, one.mean, one.relative) == (
        6, 2, Decimal(3), Decimal("2.0"), Decimal("2.00"),
    )  # fmt: skip


def test_a_cell_that_had_no_value_differs_and_has_no_size(mini: Profile) -> None:
    one = revised(table(mini), changes_from(published(mini, N1=None), table(mini)))
    assert (one.changed, one.largest, one.mean, one.relative) == (1, None, None, None)


def test_a_cell_that_is_gone_and_one_that_is_new_both_differ(mini: Profile) -> None:
    before = published(mini)[1:]
    before.append({"area": "C1", "period": "2024", "measure": "net", "value": 7})
    found = changes_from(before, table(mini)) or []
    assert [(change.key[0], change.before, change.after) for change in found] == [
        ("_T", None, Decimal(100)), ("C1", Decimal(7), None),
    ]  # fmt: skip


def test_a_table_of_other_dimensions_or_that_was_not_published_is_not_compared(mini: Profile) -> None:
    for observations in ([], [{"partner": "XB", "period": "2024", "measure": "net", "value": 7}]):
        assert changes_from(observations, table(mini)) is None
        assert not revised(table(mini), None).comparable
