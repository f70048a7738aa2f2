"""Tables that cross characteristics, protected: small counts are gone, sums published elsewhere are exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from qonys.analyse import protecting
from qonys.analyse.protecting import perturbed_counts, published_exact, published_rounded, rounded_counts
from qonys.analyse.published_cells import cell_of_all
from qonys.analyse.tables import output_table
from qonys.concepts.status import ConfidentialityStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.methods.disclosure.additive_rounding import AdditiveRounding, additive_rounding
from qonys.methods.disclosure.cell_key import perturbation_table
from spec.counted_tables import counts_of, moves_table, setting

AREAS = ("N11", "S11", "C11")


def design(name: str, rows: str, **more: object) -> TableDesign:
    given = {
        "universe": "internal",
        "frequency": "year",
        "measures": ("arrivals",),
        "totals": tuple(rows.split()),
        **more,
    }
    text = {"en": "{period}", "es": "{period}"}
    return TableDesign(id=name, title=text, rows=tuple(rows.split()), columns=("period", "measure"), **given)  # type: ignore[arg-type]


CROSSED = design("crossed", "partner_area area")
BY_REGION = design("by-region", "area", measures=("arrivals", "departures", "net"))


def moves_of(counts: dict[tuple[str, str], int], seed: int = 1) -> pa.Table:
    keys = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "date": "2024-05-05",
            "origin": origin,
            "destination": destination,
            "record_key": int(keys.integers(-(2**63), 2**63)),
        }
        for (origin, destination), count in counts.items()
        for _ in range(count)
    ]
    return moves_table([{**row, "date": date(2024, 5, 5)} for row in rows])


COUNTS = {
    ("N11", "N11"): 40, ("N11", "S11"): 2, ("N11", "C11"): 30,
    ("S11", "N11"): 1, ("S11", "S11"): 25, ("S11", "C11"): 2,
    ("C11", "N11"): 12, ("C11", "S11"): 1, ("C11", "C11"): 50,
}  # fmt: skip


def values(table: pa.Table, side: str = "arrivals") -> dict[tuple[str, ...], int]:
    return {(row["partner_area"], row["area"]): row[side] for row in table.to_pylist() if row["period"] == "2024"}


def test_small_counts_are_gone_parts_add_up_and_published_margins_are_exact(mini: Profile) -> None:
    moves = moves_of(COUNTS)
    crossed = counts_of(mini, CROSSED, moves, keyed=True)
    exact = published_exact(BY_REGION, "final", counts_of(mini, BY_REGION, moves))
    protected = rounded_counts(CROSSED, "final", crossed, exact, 3)
    before, after = values(crossed), values(protected.counts)
    assert protected.coarsened == frozenset()
    inner = {key: value for key, value in after.items() if "_T" not in key}
    assert not any(0 < value < 3 for value in after.values())
    assert any(before[key] != value for key, value in inner.items())
    assert {key: value for key, value in after.items() if "_T" in key} == {
        key: value for key, value in before.items() if "_T" in key
    }
    for total in (0, 1):
        for key in [key for key in after if key[total] == "_T" and key[1 - total] != "_T"]:
            assert after[key] == sum(value for one, value in inner.items() if one[1 - total] == key[1 - total])


def test_a_period_that_cannot_be_rounded_shows_the_exact_sums_and_nothing_else(mini: Profile) -> None:
    """One person is neither nobody nor three: what is published of her region stays 1."""
    moves = moves_of({("N1", "S1"): 1, ("S1", "C1"): 40})
    crossed = counts_of(mini, CROSSED, moves, keyed=True)
    exact = published_exact(BY_REGION, "final", counts_of(mini, BY_REGION, moves))
    protected = rounded_counts(CROSSED, "final", crossed, exact, 3)
    assert protected.coarsened == {"2024"}
    shown = {key: v for key, v in values(protected.counts).items() if not protected.hides(("2024", *key))}
    assert shown == {key: v for key, v in values(crossed).items() if "_T" in key}
    assert shown["_T", "S1"] == shown["N1", "_T"] == 1


def test_what_cannot_be_rounded_is_told_in_the_order_of_periods_whatever_order_an_engine_gives(mini: Profile) -> None:
    ends = {"origin": "N1", "destination": "S1"}
    moves = moves_table({"date": date(year, 5, 5), "record_key": year, **ends} for year in (2024, 2022, 2023))
    crossed, by_region = (msgspec.structs.replace(one, years=3) for one in (CROSSED, BY_REGION))
    counts = counts_of(mini, crossed, moves, keyed=True)
    exact = published_exact(by_region, "final", counts_of(mini, by_region, moves))
    orders = [pc.sort_indices(counts, [("period", how), ("area", how)]) for how in ("ascending", "descending")]
    found = [rounded_counts(crossed, "final", counts.take(order), exact, 3).findings for order in orders]
    assert found[0] == found[1]
    assert [finding.what.split()[3] for finding in found[0]] == ["2022", "2023", "2024"]


def test_a_period_of_which_no_rounding_was_found_in_time_is_told_apart_from_one_that_has_none(
    mini: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves = moves_of({("N1", "S1"): 1, ("S1", "C1"): 40})
    crossed = counts_of(mini, CROSSED, moves, keyed=True)
    exact = published_exact(BY_REGION, "final", counts_of(mini, BY_REGION, moves))
    (told, *_) = rounded_counts(CROSSED, "final", crossed, exact, 3).findings
    assert "cannot be rounded so that all exact sums stay: their inner" in told.what

    def ended_early(*given: Any, **named: Any) -> AdditiveRounding:  # noqa: ANN401 what the method takes
        return replace(additive_rounding(*given, **named), ended_early=True)

    monkeypatch.setattr(protecting, "additive_rounding", ended_early)
    protected = rounded_counts(CROSSED, "final", crossed, exact, 3)
    assert protected.coarsened == {"2024"}
    assert "within 100,000 pivots and 500 nodes" in protected.findings[0].what


def test_an_arrival_here_from_there_is_a_departure_there(mini: Profile) -> None:
    row_total = cell_of_all(CROSSED, "final", "arrivals", ("2024", "N1", "_T"))
    assert row_total == cell_of_all(BY_REGION, "final", "departures", ("2024", "N1"))
    assert cell_of_all(CROSSED, "final", "arrivals", ("2024", "_T", "N1")) == cell_of_all(
        BY_REGION, "final", "arrivals", ("2024", "N1")
    )
    assert cell_of_all(CROSSED, "operational", "arrivals", ("2024", "N1", "_T")) != row_total
    by_stream = design("streams", "stream", universe="all")
    outside = design("outside", "area", universe="external")
    assert cell_of_all(by_stream, "final", "arrivals", ("2024", "external")) == cell_of_all(
        outside, "final", "arrivals", ("2024", "_T")
    )


def test_where_exact_sums_leave_no_room_the_inner_cells_are_not_published(mini: Profile) -> None:
    moves = moves_of({("N11", "S11"): 1, ("N11", "C11"): 1, ("S11", "C11"): 1})
    crossed = counts_of(mini, CROSSED, moves, keyed=True)
    exact = published_exact(BY_REGION, "final", counts_of(mini, BY_REGION, moves))
    protected = rounded_counts(CROSSED, "final", crossed, exact, 3)
    table = output_table(CROSSED, protected.counts, setting(mini), "final", protected.hides)
    hidden = {key for key, cell in table.cells.items() if cell.confidentiality is ConfidentialityStatus.CONFIDENTIAL}
    assert {key[:2] for key in hidden} == set(product(("N1", "S1", "C1"), repeat=2))
    assert all(table.cells[key].value is None for key in hidden)
    assert table.cells["_T", "_T", "2024", "arrivals"].value == 3
    assert [(f.where, "are not published" in f.what) for f in protected.findings] == [("table crossed", True)]


def test_a_cell_whose_moves_did_not_change_keeps_its_value_in_the_next_vintage(mini: Profile) -> None:
    one = counts_of(mini, CROSSED, moves_of(COUNTS), keyed=True)
    later = moves_of(COUNTS)
    more = moves_of({("C11", "C11"): 5}, seed=8)
    two = counts_of(mini, CROSSED, pa.concat_tables([later, more]), keyed=True)
    first, second = (values(rounded_counts(CROSSED, "final", counts, {}, 3).counts) for counts in (one, two))
    moved = [key for key in first if "_T" not in key and first[key] != second[key]]
    assert moved == [("C1", "C1")]


def test_perturbed_counts_follow_from_their_keys_and_leave_exact_ones_alone(mini: Profile) -> None:
    moves, noise = moves_of(COUNTS), perturbation_table(5, 3.0, smallest_kept=2)
    crossed = counts_of(mini, CROSSED, moves, keyed=True)
    exact = published_exact(BY_REGION, "final", counts_of(mini, BY_REGION, moves))
    protected = perturbed_counts(CROSSED, "final", crossed, exact, noise)
    before, after = values(crossed), values(protected.counts)
    assert all(before[key] == value for key, value in after.items() if "_T" in key)
    inner = {key: value for key, value in after.items() if "_T" not in key}
    assert not any(0 < value < 3 for value in inner.values())
    assert max(abs(before[key] - value) for key, value in inner.items()) in range(1, 6)
    assert protected.utility["arrivals"]["changed"] == sum(before[key] != value for key, value in inner.items())
    again = perturbed_counts(CROSSED, "final", counts_of(mini, CROSSED, moves, keyed=True), exact, noise)
    assert values(again.counts) == after


@pytest.mark.parametrize("method", ["additive", "cell_key"])
def test_a_side_that_no_measure_shows_is_not_handed_on(mini: Profile, method: str) -> None:
    counts = counts_of(mini, CROSSED, moves_of(COUNTS), keyed=True)
    noise = perturbation_table(2, 1.0)
    made = (
        rounded_counts(CROSSED, "final", counts, {}, 3)
        if method == "additive"
        else perturbed_counts(CROSSED, "final", counts, {}, noise)
    )
    assert sum(values(made.counts, "departures").values()) == 0
    assert not [name for name in made.counts.column_names if "key" in name]


@pytest.mark.parametrize("seed", range(5))
def test_rounded_counts_do_not_depend_on_the_order_in_which_an_engine_gives_rows(mini: Profile, seed: int) -> None:
    """Cells of equal counts and keys, of which any may make up for the small one: only their places tell them apart."""
    equal = [pair for pair in product(AREAS, repeat=2) if pair[0] != pair[1] and pair != ("N11", "S11")]
    rows = [
        {"date": date(2024, 5, 5), "origin": origin, "destination": destination, "record_key": -1}
        for origin, destination in [("N11", "S11"), *(pair for pair in equal for _ in range(5))]
    ]
    crossed = counts_of(mini, CROSSED, moves_table(rows), keyed=True)
    exact = {cell_of_all(CROSSED, "final", "arrivals", ("2024", "_T", "_T")): 26}
    shuffled = crossed.take(np.random.default_rng(seed).permutation(crossed.num_rows))
    one, other = (values(rounded_counts(CROSSED, "final", counts, exact, 3).counts) for counts in (crossed, shuffled))
    assert sum(value != 5 for key, value in one.items() if "_T" not in key) == 2
    assert one == other


BY_SEX = design("by-sex", "area sex")
BY_REASON = design("by-reason", "reason area")


def moves_of_two_kinds(seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    return moves_table(
        {
            "date": date(2024, 5, 5),
            "origin": "S12",
            "destination": str(draw.choice(AREAS)),
            "sex": str(draw.choice(["F", "M"])),
            "reason": str(draw.choice(["work", "study", "family"])),
            "record_key": int(draw.integers(-(2**63), 2**63)),
        }
        for _ in range(30)
    )


def by_region(table: pa.Table, name: str) -> dict[str, int]:
    return {row["area"]: row["arrivals"] for row in table.to_pylist() if row[name] == "_T"}


def test_two_rounded_tables_show_the_same_value_for_a_sum_that_nobody_publishes_as_counted(mini: Profile) -> None:
    apart = 0
    for seed in range(6):
        moves = moves_of_two_kinds(seed)
        by_sex, by_reason = (counts_of(mini, one, moves, keyed=True) for one in (BY_SEX, BY_REASON))
        first = rounded_counts(BY_SEX, "final", by_sex, {}, 3)
        alone = rounded_counts(BY_REASON, "final", by_reason, {}, 3)
        agreed = published_rounded(BY_SEX, "final", first)
        second = rounded_counts(BY_REASON, "final", by_reason, {}, 3, agreed)
        apart += by_region(first.counts, "sex") != by_region(alone.counts, "reason")
        assert by_region(first.counts, "sex") == by_region(second.counts, "reason")
        assert second.findings == ()
    assert apart > 2


def test_both_sides_of_moves_within_the_country_are_one_count(mini: Profile) -> None:
    both = design("both", "partner_area area", measures=("arrivals", "departures"))
    equal = dict.fromkeys([("N11", "C11"), ("C11", "N11"), ("S11", "C11"), ("C11", "S11"), ("S11", "N11")], 30)
    moves = moves_of({**equal, ("N11", "S11"): 2})
    exact = {cell_of_all(both, "final", "arrivals", ("2024", "_T", "_T")): moves.num_rows}
    moves = moves.set_column(moves.schema.get_field_index("record_key"), "record_key", pa.array([7] * len(moves)))
    found = rounded_counts(both, "final", counts_of(mini, both, moves, keyed=True), exact, 3).counts
    arrivals, departures = values(found), values(found, "departures")
    assert arrivals == {(area, partner): value for (partner, area), value in departures.items()}


def test_where_two_rounded_tables_cannot_agree_it_is_said(mini: Profile) -> None:
    moves = moves_of_two_kinds(1)
    by_sex = counts_of(mini, BY_SEX, moves, keyed=True)
    far_off = {cell_of_all(BY_SEX, "final", "arrivals", ("2024", "N1", "_T")): 300}
    found = rounded_counts(BY_SEX, "final", by_sex, {}, 3, far_off)
    assert [(f.where, "both show their own" in f.what) for f in found.findings] == [("table by-sex", True)]
    assert found.coarsened == frozenset()
