"""Each measure of the quality report against a small input drawn by hand, and against one of which it has no value."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from qonys.concepts.quality import QUALITY_MEASURES, MirrorFigure
from qonys.concepts.status import ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, Reference
from qonys.datasets.quality import DeliveryCounts, FieldCounts, Measured, RegisterCounts, ReleaseDays, SlipCounts
from qonys.evaluate.quality import coherence, register
from qonys.evaluate.quality.days import time_measures
from qonys.evaluate.quality.release import (
    comparable_length,
    data_completeness,
    metadata_completeness,
    mirror_asymmetries,
    protection_loss,
)
from qonys.evaluate.quality.report import ReleaseInput, quality_report
from qonys.evaluate.quality.revision import revision_measures
from spec.drawn_tables import drawn_table

K = 3
SLIPS = SlipCounts(
    delivered=1000, refused=10, moved=900, quarantined=15, over_covering=70, superseded=5, edited=9,
    reasons={"duplicate": 50, "not-a-move": 20, "corrected": 2}, flags={"work-in-old-age": 4},
)  # fmt: skip
NOBODY = SlipCounts(0, 0, 0, 0, 0, 0, 0)
REGIONS = """
       | 2023 arrivals | 2024 arrivals | 2024 net
    _T |            90 |           100 |        0
    N1 |            50 |            60 |       -5
    S1 |            40 |            40 |        5
"""


def told(measures: object) -> dict[str, float | str]:
    """What measures are of -> value, or why there is none."""
    listed: list[Measured] = list(measures)  # type: ignore[call-overload]
    return {" ".join(one.of.values()): one.why if one.value is None else one.value for one in listed}


def regions(mini: Profile, text: str = REGIONS, cut_off: str = "2025-02-28") -> OutputTable:
    columns = ["period", "measure"]
    return drawn_table(mini, "internal-by-region", ["area"], columns, text, cut_off=cut_off)


def test_over_coverage_leaves_out_slips_that_a_later_one_corrects() -> None:
    assert register.over_coverage(SLIPS, K).value == 7.0
    assert register.over_coverage(NOBODY, K).why == "nothing_counted"


def test_reasons_stand_apart_the_most_frequent_one_first_and_small_ones_are_not_told() -> None:
    assert told(register.set_apart_by_reason(SLIPS, K)) == {
        "duplicate": 5.0, "not-a-move": 2.0, "corrected": "small_count",
    }  # fmt: skip
    assert told(register.set_apart_by_reason(NOBODY, K)) == {"": "none_apart"}


def test_quarantined_are_those_at_entry_and_those_by_a_rule() -> None:
    assert register.quarantined(SLIPS, K).value == 2.5
    assert register.quarantined(NOBODY, K).why == "nothing_counted"


def test_edited_moves_are_a_share_of_the_moves() -> None:
    assert register.edited(SLIPS, K).value == 1.0
    assert register.edited(NOBODY, K).why == "nothing_counted"


def test_findings_of_rules_that_only_flag_are_a_share_of_the_slips() -> None:
    assert told(register.rule_findings(SLIPS, K)) == {"work-in-old-age": 0.4}
    assert told(register.rule_findings(NOBODY, K)) == {"": "no_flag"}


def test_moves_are_told_by_the_months_until_they_were_known() -> None:
    lags = {0: 10, 1: 60, 2: 20, 4: 5, 14: 5}
    assert told(register.late_registrations(lags, K)) == {
        "0": 10.0, "1": 60.0, "2": 20.0, "3-5": 5.0, "6-11": 0.0, "12+": 5.0,
    }  # fmt: skip
    assert set(told(register.late_registrations({}, K)).values()) == {"nothing_counted"}


def test_a_share_tells_neither_a_small_part_nor_a_small_rest() -> None:
    fields = (FieldCounts("sex", 100, 2, 0), FieldCounts("age", 100, 98, 0), FieldCounts("reason", 100, 3, 0))
    counts = RegisterCounts(SLIPS, fields, {}, None)
    assert told(register.item_non_response(counts, K)) == {"sex": "small_count", "age": "small_count", "reason": 3.0}


def test_a_field_that_no_source_asks_for_says_so() -> None:
    counts = RegisterCounts(
        SLIPS, (FieldCounts("marital", 0, 0, 0, asked=False), FieldCounts("sex", 0, 0, 0)), {}, None
    )
    assert told(register.item_non_response(counts, K)) == {"marital": "not_asked", "sex": "nothing_counted"}


def test_only_fields_of_the_plan_have_an_imputation_rate() -> None:
    fields = (FieldCounts("sex", 200, 8, 6), FieldCounts("reason", 200, 8, 0))
    assert told(register.imputation(RegisterCounts(SLIPS, fields, {}, None, ("sex",)), K)) == {"sex": 3.0}
    assert told(register.imputation(RegisterCounts(SLIPS, fields, {}, None), K)) == {"": "nothing_imputed"}


def test_deliveries_that_did_not_come_and_those_that_came_in_time() -> None:
    owed = DeliveryCounts(owed=8, in_time=6, missing=1)
    assert register.missing_deliveries(owed).value == 12.5
    assert register.punctual_deliveries(owed).value == 75.0
    assert register.missing_deliveries(None).why == register.punctual_deliveries(None).why == "nothing_owed"


def test_days_after_the_period_and_no_punctuality_before_publication() -> None:
    days = ReleaseDays(date(2024, 12, 31), None, date(2025, 3, 12))
    values = {one.measure: one.why or one.value for one in time_measures(days)}
    assert values == {"first_results": "no_first_results", "final_results": 71, "punctuality": "not_yet_published"}


def test_once_published_the_actual_day_counts() -> None:
    days = ReleaseDays(date(2024, 12, 31), date(2025, 2, 10), date(2025, 3, 12), date(2025, 3, 13))
    values = {one.measure: one.value for one in time_measures(days)}
    assert values == {"first_results": 41, "final_results": 72, "punctuality": 1}


def test_revisions_are_of_the_parts_of_the_own_period_and_not_of_totals(mini: Profile) -> None:
    before = regions(mini, REGIONS.replace("60 |", "63 |").replace(" 40 |        5", " 39 |        5"), "2025-01-31")
    after = regions(mini)
    found = [one for one in revision_measures({"t": after}, {"t": before}) if one.of["measure"] == "arrivals"]
    assert {one.measure: one.value for one in found} == {
        "mean_revision": -1.0, "mean_absolute_revision": 2.0, "relative_revision": 4.0,
    }  # fmt: skip


def test_the_earlier_cut_off_comes_first_whichever_the_release_draws(mini: Profile) -> None:
    earlier, later = regions(mini, REGIONS.replace("60 |", "50 |"), "2025-01-31"), regions(mini)
    for one, other in ((earlier, later), (later, earlier)):
        found = revision_measures({"t": one}, {"t": other})
        assert next(m.value for m in found if m.of["measure"] == "arrivals") == 5.0


def test_figures_that_were_taken_over_have_no_revision(mini: Profile) -> None:
    taken = (Reference("Ardal"),)
    table = regions(mini)
    cells = {key: cell._replace(taken_from=taken) for key, cell in table.cells.items()}
    over = msgspec.structs.replace(table, cells=cells)
    assert {one.why for one in revision_measures({"t": over}, {"t": over})} == {"nothing_counted"}


def test_without_a_second_cut_off_there_is_no_revision(mini: Profile) -> None:
    assert {one.why for one in revision_measures({"t": regions(mini)}, {})} == {"one_cut_off"}


MONTHS = """
    | 2024-01 arrivals | 2024-02 arrivals
 _T |               40 |               57
 N1 |               30 |               27
 S1 |               10 |               30
"""


def test_months_are_held_against_the_year_of_the_same_moves(mini: Profile) -> None:
    monthly = drawn_table(mini, "internal-by-month", ["area"], ["period", "measure"], MONTHS)
    tables = {"internal-by-month": monthly, "internal-by-region": regions(mini)}
    designs = {name: mini.tables[name] for name in tables}
    assert told(coherence.months_against_year(tables, designs)) == {"internal-by-month internal-by-region arrivals": -3}
    del tables["internal-by-month"]
    assert told(coherence.months_against_year(tables, designs)) == {"": "no_months"}


def test_months_of_which_one_is_not_available_are_not_held_against_the_year(mini: Profile) -> None:
    monthly = drawn_table(
        mini, "internal-by-month", ["area"], ["period", "measure"], MONTHS.replace(" 57", " …")
    )  # fmt: skip
    tables = {"internal-by-month": monthly, "internal-by-region": regions(mini)}
    designs = {name: mini.tables[name] for name in tables}
    assert told(coherence.months_against_year(tables, designs)) == {"": "no_months"}


def test_sums_that_a_reader_can_check_are_counted_and_the_largest_gap_is_told(mini: Profile) -> None:
    off = regions(mini, REGIONS.replace("100 |", "102 |"))
    designs = {"internal-by-region": mini.tables["internal-by-region"]}
    found = list(coherence.coherence_measures({"internal-by-region": off}, designs))
    values = {(one.measure, one.of.get("table", "")): one.value for one in found if one.value is not None}
    assert values == {
        ("sums_checked", ""): 3, ("parts_against_total", ""): 2, ("parts_against_total", "internal-by-region"): 2,
    }  # fmt: skip


def test_tables_without_totals_have_no_sums(mini: Profile) -> None:
    found = coherence.coherence_measures({}, {})
    assert {one.measure: one.why or one.value for one in found} == {
        "months_against_year": "no_months", "sums_checked": 0, "parts_against_total": "no_sums",
    }  # fmt: skip


def test_completeness_counts_cells_that_can_have_a_value(mini: Profile) -> None:
    table = regions(mini, REGIONS.replace(" 50 |", " … |"))
    assert data_completeness({"t": table}).value == pytest.approx(88.9)
    key = next(key for key, cell in table.cells.items() if cell.value is None)
    cell = table.cells[key]._replace(observation=ObservationStatus.NOT_APPLICABLE)
    inapplicable = msgspec.structs.replace(table, cells={**table.cells, key: cell})
    assert data_completeness({"t": inapplicable}).value == 100.0
    assert data_completeness({}).why == "nothing_counted"


def test_metadata_are_complete_where_every_concept_has_a_text_in_every_language() -> None:
    assert metadata_completeness({"en": {}, "es": {}}).value == 0.0
    assert metadata_completeness({}).why == "nothing_counted"


def test_protection_tells_the_share_of_cells_changed_and_the_mean_distance() -> None:
    utility = {
        "a": {"arrivals": {"cells": 40, "changed": 10, "mean": 0.375, "largest": 2, "forced": 0}},
        "b": {"departures": {"cells": 60, "changed": 0, "mean": 0.0, "largest": 0, "forced": 0}},
    }
    values = {(one.measure, *one.of.values()): one.value for one in protection_loss(utility, ())}
    assert values == {
        ("cells_changed",): 10.0, ("distance_to_exact", "a", "arrivals"): 0.38,
        ("distance_to_exact", "b", "departures"): 0.0,
    }  # fmt: skip
    assert {one.why for one in protection_loss({}, ())} == {"all_exact"}


def test_of_a_table_that_tells_something_sensitive_it_is_not_told_what_protection_changed() -> None:
    """Kazakhstan's arrivals by education and speciality had one cell that could have been small: it was 1 or 2."""
    sensitive = {"arrivals": {"cells": 72, "changed": 4, "mean": 4 / 72, "largest": 1, "forced": 0}}
    other = {"arrivals": {"cells": 8, "changed": 2, "mean": 0.25, "largest": 1, "forced": 0}}
    found = list(protection_loss({"a": sensitive, "b": other}, {"a"}))
    assert [(one.measure, one.of.get("table"), one.value, one.why) for one in found] == [
        ("cells_changed", None, 25.0, ""),
        ("distance_to_exact", "a", None, "small_count"),
        ("distance_to_exact", "b", 0.25, ""),
    ]
    assert [one.why for one in protection_loss({"a": sensitive}, {"a"})] == ["small_count", "small_count"]


YEARS = """
     | arrivals | departures
2021 |       10 |          5
2022 |       11 |          6
2023 |       12 |          7
2024 |       13 |          8
"""


def test_a_series_is_as_long_as_its_years_since_the_last_break(mini: Profile) -> None:
    table = drawn_table(mini, "external-by-year", ["period"], ["measure"], YEARS)
    assert told(comparable_length({"t": table})) == {"external-by-year": 4}
    broken = {key: cell.marked(ObservationStatus.BREAK) if key == ("2022", "arrivals") else cell for key, cell in table.cells.items()}  # fmt: skip
    table = msgspec.structs.replace(table, cells=broken)
    assert told(comparable_length({"t": table})) == {"external-by-year arrivals": 3, "external-by-year departures": 4}
    assert told(comparable_length({})) == {"": "one_period"}


def test_a_partner_that_counts_the_same_flow_gives_an_asymmetry(mini: Profile) -> None:
    text = """
          | 2024 arrivals | 2024 departures
       _T |           150 |              10
       XB |           120 |               5
    """
    table = drawn_table(mini, "external-by-country", ["partner"], ["period", "measure"], text)
    designs: dict[str, TableDesign] = {table.id: mini.tables[table.id]}
    figures = [
        MirrorFigure("XB", "2024", "arrivals", 80, "invented", "Borland"),
        MirrorFigure("XB", "2023", "arrivals", 80, "invented", "Borland"),
        MirrorFigure("XC", "2024", "arrivals", 80, "invented", "Cadia"),
    ]
    assert told(mirror_asymmetries(figures, {table.id: table}, designs)) == {"XB arrivals Borland": 40.0}
    assert told(mirror_asymmetries([], {table.id: table}, designs)) == {"": "no_mirror"}


def test_what_rounds_to_nothing_is_told_apart_from_nothing() -> None:
    rare = register.over_coverage(msgspec.structs.replace(SLIPS, delivered=1_000_000), K)
    none = register.over_coverage(msgspec.structs.replace(SLIPS, over_covering=0), K)
    assert (rare.value, rare.negligible, none.value, none.negligible) == (0.0, True, 0.0, False)


def test_an_empty_release_has_every_measure_with_a_reason_in_the_place_of_a_value() -> None:
    given = ReleaseInput(
        period="2024",
        days=ReleaseDays(date(2024, 12, 31), None, date(2025, 3, 12)),
        register=RegisterCounts(NOBODY, (FieldCounts("sex", 0, 0, 0),), {}, None),
        threshold=K, tables={}, other={}, designs={},
    )  # fmt: skip
    report = quality_report(given)
    assert list(dict.fromkeys(one.measure for one in report.measures)) == list(QUALITY_MEASURES)
    assert all((one.value is None) == bool(one.why) for one in report.measures)
