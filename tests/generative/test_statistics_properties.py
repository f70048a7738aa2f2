"""What holds of tables of any moves: totals under every roll-up and on all borders, the identities, and sums that rounding keeps."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from qonys.analyse.protecting import published_exact, rounded_counts
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from spec.counted_tables import counts_of, moves_table

AREAS = ("N11", "N12", "S11", "S13", "C11", "C12", "N1", "XB", "XC", "XD", "_U", None)
"""Districts, a region alone, countries, and what is not known; Marsh was N13 and is S12."""
ABROAD = ("XB", "XC", "XD", "_U")
DIMENSIONS = ("area", "partner_area", "stream", "locality", "sex", "ethnicity", "age_group")
BORDERS = (None, "2023", "2024")
COUNTRY = "XA"


@cache
def profile() -> Profile:
    return load_profile("mini")


@st.composite
def some_moves(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Moves of two years, of which an end at least is inside the country."""
    rows = []
    for _ in range(draw(st.integers(1, 25))):
        day = date(2023, 1, 1) + timedelta(draw(st.integers(0, 730)))
        marsh = "N13" if day.year == 2023 else "S12"
        origin, destination = (draw(st.sampled_from((*AREAS, marsh))) for _ in range(2))
        if not _inside(origin) and not _inside(destination):
            destination = marsh
        rows += [
            {
                "date": day, "origin": origin, "destination": destination,
                "sex": draw(st.sampled_from(["F", "M", None])), "ethnicity": draw(st.sampled_from(["ard", "bor", "cad", None])),
                "age": draw(st.sampled_from([None, 0, 17, 34, 90])), "record_key": draw(st.integers(-(2**63), 2**63 - 1)),
                "origin_locality": draw(st.sampled_from(["U", "R", None])),
                "destination_locality": draw(st.sampled_from(["U", "R", None])),
            }
        ] * draw(st.integers(1, 4))  # fmt: skip
    return rows


def _inside(area: str | None) -> bool:
    return area is not None and area not in ABROAD


def design(name: str, dimensions: tuple[str, ...], **more: Any) -> TableDesign:  # noqa: ANN401 fields of a design
    given_more = {"universe": "all", "frequency": "year", "measures": ("arrivals", "departures"), "years": 2, **more}
    return TableDesign(
        id=name, title=dict.fromkeys(("en", "es"), "{period}"), rows=dimensions, columns=("period", "measure"),
        totals=dimensions, **given_more,
    )  # fmt: skip


def rows_of(one: TableDesign, moves: pa.Table) -> dict[tuple[str, ...], tuple[float, float]]:
    """Period and dimensions -> arrivals, departures; of a cell that is not there nobody."""
    names = ("period", *one.dimensions)
    table = counts_of(profile(), one, moves, designs=(one,))
    return {tuple(row[name] for name in names): (row["arrivals"], row["departures"]) for row in table.to_pylist()}


def by_hand(moves: list[dict[str, Any]], universe: str) -> dict[tuple[str, int], int]:
    """The sides of a universe by year, counted without any query; an end that is not stated may be anywhere."""
    found: Counter[tuple[str, int]] = Counter()
    for move in moves:
        ends = {"arrivals": move["destination"], "departures": move["origin"]}
        within = all(_inside(end) for end in ends.values())
        if universe == "all" or (universe == "internal") == within:
            found.update((side, move["date"].year) for side, end in ends.items() if _inside(end))
    return found


@settings(max_examples=25, deadline=None)
@given(
    some_moves(),
    st.sets(st.sampled_from(DIMENSIONS), min_size=1, max_size=3),
    st.sampled_from(["all", "external", "internal"]),
)
def test_totals_are_conserved_under_every_roll_up_and_on_all_borders(
    moves: list[dict[str, Any]], chosen: set[str], universe: str
) -> None:
    known = [move for move in moves if None not in (move["origin"], move["destination"])]
    expected = by_hand(known, universe)
    dimensions, table = tuple(sorted(chosen)), moves_table(known)
    for borders, frequency in product(BORDERS, ("year", "month")):
        counts = rows_of(design("any", dimensions, universe=universe, boundaries=borders, frequency=frequency), table)
        for depth in product((False, True), repeat=len(dimensions)):
            layer: Counter[tuple[str, int]] = Counter()
            for key, sides in counts.items():
                if tuple(code == TOTAL for code in key[1:]) == depth:
                    for side, n in zip(("arrivals", "departures"), sides, strict=True):
                        layer[side, int(key[0][:4])] += round(n)
            assert +layer == +expected, (borders, frequency, depth)


@settings(max_examples=25, deadline=None)
@given(some_moves(), st.sampled_from(BORDERS))
def test_identities_hold_of_any_moves(moves: list[dict[str, Any]], borders: str | None) -> None:
    """Internal arrivals are internal departures in every month; nets of regions are the external net; settlements add up."""
    table = moves_table(moves)
    internal = rows_of(design("internal", ("area",), universe="internal", frequency="month", boundaries=borders), table)
    months = {key[0] for key in internal}
    for month in months:
        came, left = (sum(v[side] for k, v in internal.items() if k[0] == month and k[1] != TOTAL) for side in (0, 1))
        assert came == left == internal[month, TOTAL][0] == internal[month, TOTAL][1]
    everything = rows_of(design("all", ("area", "locality"), boundaries=borders), table)
    external = rows_of(design("external", ("area",), universe="external", boundaries=borders), table)
    for period in {key[0] for key in everything}:
        nets = sum(v[0] - v[1] for k, v in everything.items() if k[0] == period and k[1] != TOTAL and k[2] == TOTAL)
        came, left = external.get((period, TOTAL), (0, 0))
        assert nets == came - left
        for area in {key[1] for key in everything if key[0] == period}:
            parts = [v for k, v in everything.items() if k[:2] == (period, area) and k[2] != TOTAL]
            assert tuple(map(sum, zip(*parts, strict=True))) == everything[period, area, TOTAL]


@settings(max_examples=25, deadline=None)
@given(some_moves(), st.sampled_from([2, 3, 5]), st.sampled_from([("sex",), ("ethnicity",), ("sex", "ethnicity")]))
def test_rounded_tables_keep_the_sums_that_others_publish_or_say_so(
    moves: list[dict[str, Any]], base: int, margins: tuple[str, ...]
) -> None:
    crossed = design("crossed", ("sex", "ethnicity"), universe="external", years=1)
    table = moves_table(moves)
    exact = {}
    for name in margins:
        one = design(name, (name,), universe="external", years=1)
        exact |= published_exact(one, "final", counts_of(profile(), one, table, designs=(crossed, one)))
    counts = counts_of(profile(), crossed, table, designs=(crossed,), keyed=True)
    protected = rounded_counts(crossed, "final", counts, exact, base)
    before = {_key(row): row for row in counts.to_pylist()}
    after = {_key(row): row for row in protected.counts.to_pylist()}
    assert all(any(period in one.what for one in protected.findings) for period in protected.coarsened)
    for key, row in after.items():
        if protected.hides(key):
            continue
        for side in ("arrivals", "departures"):
            parts = [
                inner[side] for other, inner in after.items()
                if TOTAL not in other and all(code in (TOTAL, own) for code, own in zip(key, other, strict=True))
            ]  # fmt: skip
            is_inner, is_margin = TOTAL not in key, any(key[at] == TOTAL and margins_of(at) in margins for at in (1, 2))
            if is_inner:
                assert row[side] == 0 or row[side] >= base
                assert abs(row[side] - before[key][side]) < base
            elif key[0] not in protected.coarsened:
                assert row[side] == sum(parts)
            if is_margin or key in protected.exact:
                assert row[side] == before[key][side]


def margins_of(total_at: int) -> str:
    """Which dimension a sum is told by, where the one at a place is at its total."""
    return ("ethnicity", "sex")[total_at - 1]


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["period"], row["sex"], row["ethnicity"])
