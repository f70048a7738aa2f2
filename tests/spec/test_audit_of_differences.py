"""The auditor finds what differences tell: each weakness is planted in moves drawn by hand, and found from the tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest

from qonys.analyse.audit import Published, Weakness, as_published, weaknesses
from qonys.analyse.differencing import differences
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from spec.counted_tables import moves_table, table_of
from spec.planted_differences import design, found, plan, public, shown

TWO_FROM_THE_DISTRICT_THAT_CHANGED = "2024-05-05 | S12 | C11 | ard | 2"
ONE_IN_MAY = "2024-05-05 | XB | C11 | ard | 1"
ONE_IN_DECEMBER = "2024-12-05 | XB | C11 | ard | 1"


BEFORE = design("before", "area ethnicity", boundaries="2023")
SINCE = design("since", "area ethnicity", boundaries="2024")
ABROAD = design("abroad", "ethnicity", universe="external")
ABROAD_BY_MONTH = design("abroad-by-month", "ethnicity", universe="external", frequency="month")


def without_small(found_before: Sequence[Weakness]) -> None:
    """No other attack sees what is planted here."""
    assert [one for one in found_before if one.attack != "group of one kind"] == []


@pytest.mark.parametrize("thorough", [True, False])
def test_a_district_that_changed_its_region_is_the_difference_of_two_borders(mini: Profile, thorough: bool) -> None:
    designs = (BEFORE, SINCE)
    assert found(mini, shown(mini, designs), plan(designs), thorough=thorough) == set()
    tables = shown(mini, designs, TWO_FROM_THE_DISTRICT_THAT_CHANGED)
    without_small(weaknesses(tables, plan(designs)))
    assert found(mini, tables, plan(designs), thorough=thorough) == {("difference of borders", 2, 2)}
    for alone in tables:
        assert found(mini, [alone], plan(designs)) == set()


def test_the_difference_names_both_tables_and_their_cells(mini: Profile) -> None:
    tables = shown(mini, (BEFORE, SINCE), TWO_FROM_THE_DISTRICT_THAT_CHANGED)
    (one, *_) = differences(tables, plan((BEFORE, SINCE)), public(mini)).weaknesses
    assert one.table in ("before", "since")
    assert "ard" in one.cell
    assert "departures" in one.cell


def test_moves_between_regions_that_were_one_are_the_difference_of_two_totals() -> None:
    kz = load_profile("kz")
    given = {"universe": "interregional", "measures": ("arrivals",), "title": dict.fromkeys(kz.languages, "{period}")}
    totals = [design(f"between-{one}", "ethnicity", boundaries=one, **given) for one in ("2018", "2024")]
    abay, east, almaty = "100000000", "630000000", "750000000"
    moves = [
        {"date": date(2024, 3, 5), "origin": origin, "destination": destination, "ethnicity": "1"}
        for origin, destination, n in ((abay, almaty, 30), (almaty, east, 40), (east, abay, 2))
        for _ in range(n)
    ]
    without = [move for move in moves if (move["origin"], move["destination"]) != (east, abay)]
    for of_these, expected in ((moves, {("difference of borders", 2, 2)}), (without, set())):
        tables = [as_published(one, table_of(kz, one, moves_table(of_these))) for one in totals]
        without_small(weaknesses(tables, plan(totals)))
        assert found(kz, tables, plan(totals)) == expected


def test_a_month_that_is_not_shown_is_the_year_less_the_others(mini: Profile) -> None:
    designs = (ABROAD, ABROAD_BY_MONTH)
    year, months = shown(mini, designs, ONE_IN_DECEMBER)
    hidden = {
        side: {key: None if key[0] == "2024-12" else value for key, value in cells.items()}
        for side, cells in months.sides.items()
    }
    tables = [year, replace(months, sides=hidden)]
    without_small(weaknesses(tables, plan(designs)))
    assert found(mini, tables, plan(designs)) == {("difference of months and years", 1, 1)}
    allowed = plan(designs, allowed={"abroad": "one characteristic"})
    assert found(mini, tables, allowed) == {("difference of months and years", 1, 1)}


def test_what_one_allowed_table_tells_alone_is_no_weakness(mini: Profile) -> None:
    designs = (ABROAD, ABROAD_BY_MONTH)
    tables = shown(mini, designs, ONE_IN_DECEMBER)
    assert found(mini, tables, plan(designs, allowed={"abroad-by-month": "as the office publishes it"})) == set()


def test_the_year_so_far_of_two_releases_differs_by_a_month(mini: Profile) -> None:
    until_november, whole = (shown(mini, (ABROAD,), ONE_IN_DECEMBER, period=p)[0] for p in ("2024-11", "2024"))
    assert {key[0] for key in until_november.shown("arrivals")} == {"2024-01-01/P11M"}
    without_small(weaknesses([whole], plan((ABROAD,)), earlier=[until_november]))
    territory = public(mini)
    for now, before in ((whole, until_november), (until_november, whole)):
        told = differences([now], plan((ABROAD,)), territory, earlier=[before]).weaknesses
        assert {(one.attack, one.least, one.most) for one in told} == {("difference of months and years", 1, 1)}
    allowed = plan((ABROAD,), allowed={"abroad": "as the office publishes it"})
    assert differences([whole], allowed, territory, earlier=[until_november]).weaknesses == ()


def test_the_year_so_far_of_a_monthly_release_ends_with_its_month(mini: Profile) -> None:
    """In a release of September the year is nine months, so December cannot be what it has besides the shown ones."""
    designs = (ABROAD, ABROAD_BY_MONTH)
    for planted, expected in ((ONE_IN_DECEMBER, set()), (ONE_IN_MAY, {("difference of months and years", 1, 1)})):
        year, months = shown(mini, designs, planted, period="2024-09")
        assert {key[0] for key in months.shown("arrivals")} == {f"2024-{month:02}" for month in range(1, 10)}
        hidden = {
            side: {key: None if key[0] == "2024-05" else value for key, value in cells.items()}
            for side, cells in months.sides.items()
        }
        assert found(mini, [year, replace(months, sides=hidden)], plan(designs)) == expected


def replace_id(one: TableDesign, name: str) -> TableDesign:
    return design(name, " ".join(one.rows), universe=one.universe, frequency=one.frequency)


def test_a_vintage_before_is_compared_whatever_table_showed_the_count(mini: Profile) -> None:
    (earlier,) = shown(mini, (replace_id(ABROAD, "other"),))
    (now,) = shown(mini, (ABROAD,), "2024-05-05 | XB | C11 | bor | 2")
    told = weaknesses([now], plan((ABROAD, earlier.design)), earlier=[earlier])
    assert {(one.attack, one.least) for one in told} == {("difference of vintages", 2)}
    rounded = Protection(sensitive=("ethnicity",), additive=("abroad",), exact={"other": ""})
    assert weaknesses([now], rounded, earlier=[earlier]) == ()


def test_the_stream_between_regions_is_the_rest_of_all_moves_within_the_country(mini: Profile) -> None:
    designs = (
        design("within", "ethnicity", measures=("arrivals",)),
        design("between", "ethnicity", universe="interregional", measures=("arrivals",)),
    )
    assert found(mini, shown(mini, designs), plan(designs)) == set()
    tables = shown(mini, designs, "2024-05-05 | N11 | N12 | bor | 1")
    assert found(mini, tables, plan(designs)) == {("difference of tables", 1, 1)}


def test_rounded_tables_on_two_borders_tell_nothing(mini: Profile) -> None:
    designs = (BEFORE, SINCE)
    tables = shown(mini, designs, TWO_FROM_THE_DISTRICT_THAT_CHANGED)
    rounded = Protection(sensitive=("ethnicity",), additive=("before", "since"))
    assert found(mini, tables, rounded) == set()


def test_what_is_not_sensitive_is_left_alone(mini: Profile) -> None:
    designs = (BEFORE, SINCE)
    tables = shown(mini, designs, TWO_FROM_THE_DISTRICT_THAT_CHANGED)
    assert found(mini, tables, Protection(sensitive=("sex",), exact={"before": "", "since": ""})) == set()


FROM_ABROAD = {"universe": "external", "measures": ("arrivals",)}


@pytest.mark.parametrize("seed", range(25))
def test_what_two_borders_tell_is_what_every_count_that_agrees_says(mini: Profile, seed: int) -> None:
    """Brute force over the arrivals in Northmark, in the district that left it, in Southmark and in the centre."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 5, 4)
    before = design("before", "area ethnicity", boundaries="2023", **FROM_ABROAD)
    since = design("since", "area ethnicity", boundaries="2024", **FROM_ABROAD)
    sums = np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])
    shown_as = sums @ truth
    rounded = shown_as.copy()
    small = (rounded[3:] > 0) & (rounded[3:] < 3)
    rounded[3:][small] = np.where(draw.random(small.sum()) < 0.5, 0, 3)
    areas = ("N1", "S1", "C1")
    tables = [
        Published(one, "final", {"arrivals": {("2024", a, "ard"): int(v) for a, v in zip(areas, values, strict=True)}})
        for one, values in ((before, rounded[:3]), (since, rounded[3:]))
    ]
    reach = np.array([0, 0, 0, 2, 2, 2])
    least, most = np.maximum(rounded - reach, rounded > 0), rounded + reach
    least = np.where((reach > 0) & (rounded > 3), np.maximum(least, 3), least)
    agreeing = np.array([
        counts for counts in product(range(10), repeat=4)
        if (sums @ counts >= least).all() and (sums @ counts <= most).all()
    ])  # fmt: skip
    # the four counts, and what is shown, which may be pinned though its parts are not; a difference is one of these
    asked = np.vstack([np.eye(4, dtype=int), sums, sums[0] - sums[3], sums[4] - sums[1]])
    expected = _pinned(agreeing @ asked.T)
    by = Protection(sensitive=("ethnicity",), exact={"before": ""}, additive=("since",), base=3)
    told = {(one.least, one.most) for one in differences(tables, by, public(mini)).weaknesses}
    itself = {(int(v), int(v)) for v in shown_as[:3] if 0 < v < 3}
    assert expected - itself <= told
    assert told <= expected


def _pinned(counts: np.ndarray) -> set[tuple[int, int]]:
    """The least and the most of each column, of those that are from 1 to 2 in every row."""
    ends = zip(counts.min(axis=0).tolist(), counts.max(axis=0).tolist(), strict=True)
    return {(low, high) for low, high in ends if low >= 1 and high < 3}
