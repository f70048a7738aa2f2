"""Analyses of a release: what the invented country shows, what it refuses, and who may see a result."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from qonys.analyse.studies.study import Study
from qonys.analyse.studies.zones import indices_by_zones
from qonys.concepts.analysis import AnalysisMethod
from qonys.concepts.period import Period
from qonys.datasets.analysis import Analysed, Centre
from qonys.disseminate.analysis_words import analysis_sentences
from qonys.errors import ProfileError, StatisticianError
from qonys.methods.series.seasonal import Reason
from qonys.production.building import tables_to_release
from spec.command_line import qonys
from spec.seed_figures import words_of_page
from walked_line import WalkedLine

WORDS = Path(__file__).parents[2] / "src" / "qonys" / "disseminate" / "languages" / "analysis"
SPREAD = ("lower", "median", "upper")
YEAR, MONTH = Period(2024), Period(2024, 9)


def only(walked: WalkedLine, method: AnalysisMethod, period: Period = YEAR, *, exact: bool = False) -> Analysed:
    (found,) = walked.line.analyse(period, (method,), exact=exact).data
    return found


def values(result: Analysed) -> dict[tuple[str, ...], float]:
    assert result.table is not None
    return {key: cell.value for key, cell in result.table.cells.items() if cell.value is not None}


def published(walked: WalkedLine, name: str, language: str = "en") -> dict[str, Any]:
    (path,) = Path(walked.built.folder).glob(f"bundle/files/mini-2024-{name}-{language}-*.json")
    told: dict[str, Any] = json.loads(path.read_bytes())
    return told


def test_a_release_shows_the_indices_of_its_migration_system_by_year(walked: WalkedLine) -> None:
    told = published(walked, "system-indices")
    value = {(o["measure"], o["period"]): o["value"] for o in told["observations"]}
    for year in ("2023", "2024"):
        intensity = value["crude_migration_intensity", year]
        assert value["aggregate_net_migration_rate", year] == pytest.approx(
            intensity * value["migration_effectiveness", year] / 100, abs=1e-3
        )
        assert 0 < value["mean_distance", year] < 400
    assert {o["conf_status"] for o in told["observations"]} == {"F"}
    assert "Bell, M. et al. (2002)" in " ".join(told["notes"])


def test_the_indices_are_those_of_the_published_flows(walked: WalkedLine) -> None:
    flows = {
        (o["partner_area"], o["area"]): o["value"] for o in published(walked, "origin-destination")["observations"]
    }
    units = ("N1", "S1", "C1")
    moved = sum(flows[ends] for ends in product(units, units) if ends[0] != ends[1])
    net = sum(abs(sum(flows[o, unit] - flows[unit, o] for o in units)) for unit in units)
    found = values(only(walked, "system"))
    assert found["migrants", "2024"] == moved
    assert found["migration_effectiveness", "2024"] == pytest.approx(100 * net / (2 * moved))
    assert found["crude_migration_intensity", "2024"] == pytest.approx(100 * moved / 60250)


def test_a_curve_of_rates_by_age_stands_beside_the_observed_rates(walked: WalkedLine) -> None:
    found = values(only(walked, "schedule"))
    groups = {key[0] for key in found}
    assert len(groups) == 17
    assert "Y_GE85" not in groups
    for group in groups:
        lower, fitted, upper = (found[group, "2024", f"{name}_rate"] for name in ("lower", "fitted", "upper"))
        assert 0 <= lower < fitted < upper
    counts = {o["age_group"]: o["value"] for o in published(walked, "internal-by-age")["observations"]}
    assert found["Y20T24", "2024", "observed_rate"] == pytest.approx(1000 * counts["Y20T24"] / 4379.5, rel=1e-3)


def test_the_ages_of_a_stream_add_up_to_a_hundred_percent(walked: WalkedLine) -> None:
    assert sum(values(only(walked, "ages")).values()) == pytest.approx(100)


@pytest.mark.parametrize(("language", "says"), [("en", "The series has 24 months"), ("es", "La serie tiene 24 meses")])
def test_two_years_are_too_short_to_adjust_and_the_release_says_so(
    walked: WalkedLine, language: str, says: str
) -> None:
    page = (Path(walked.built.folder) / "bundle" / language / "index.html").read_text(encoding="utf-8")
    assert says in words_of_page(page)
    assert "table-external-adjusted" not in page
    assert [one.table for one in walked.line.analyse(YEAR, ("seasonal",)).data] == [None, None]


def test_three_areas_cannot_tell_the_effect_of_distance(walked: WalkedLine) -> None:
    refused = only(walked, "gravity")
    assert refused.table is None
    assert "cannot be told from these flows" in refused.refused["en"]


def test_with_as_many_zones_as_areas_the_indices_are_those_of_the_system(walked: WalkedLine) -> None:
    zones, system = values(only(walked, "zones")), values(only(walked, "system"))
    for index in ("crude_migration_intensity", "migration_effectiveness", "mean_distance"):
        assert [zones[index, "3", "2024", at] for at in SPREAD] == pytest.approx(3 * [system[index, "2024"]], rel=1e-12)


def test_two_zones_have_the_indices_of_the_ways_in_which_two_of_three_areas_merge(walked: WalkedLine) -> None:
    """C1 touches both others, N1 and S1 lie on either side of it: two ways, told by hand from the published flows."""
    flows = {
        (o["partner_area"], o["area"]): o["value"] for o in published(walked, "origin-destination")["observations"]
    }
    moved = [
        sum(flows[o, end] + flows[end, o] for o, end in product(left, {"N1", "S1", "C1"} - left))
        for left in ({"N1"}, {"S1"})
    ]
    intensities = sorted(100 * persons / 60250 for persons in moved)
    found = values(only(walked, "zones"))
    lower, _, upper = (found["crude_migration_intensity", "2", "2024", at] for at in SPREAD)
    assert [lower, upper] == pytest.approx(intensities)


def test_what_zones_have_no_value_for_is_not_applicable(walked: WalkedLine) -> None:
    table = only(walked, "zones").table
    assert table is not None
    cell = table.cells["field_gini_in", "2", "2024", "median"]
    assert (cell.value, cell.observation.value) == (None, "M")
    assert ("distance_exponent", "3", "2024", "median") not in values(only(walked, "zones"))


def test_zones_are_drawn_by_the_seed_and_their_figures_do_not_depend_on_other_numbers_of_zones(
    walked: WalkedLine,
) -> None:
    study = _study_of_zones(walked)
    found = [values(indices_by_zones(replace(study, entry=entry), _centres(walked))) for entry in (
        study.entry, study.entry, msgspec.structs.replace(study.entry, zones=(2,)),
        msgspec.structs.replace(study.entry, repetitions=1, seed=3), msgspec.structs.replace(study.entry, repetitions=1),
    )]  # fmt: skip
    assert found[0] == found[1]
    assert found[2] == {key: value for key, value in found[0].items() if key[1] == "2"}
    assert found[3] != found[4]


def test_zones_without_a_known_centre_are_of_any_areas_and_have_no_distance(walked: WalkedLine) -> None:
    told = indices_by_zones(_study_of_zones(walked), {})
    assert not {key[0] for key in values(told)} & {"mean_distance", "distance_exponent"}
    assert told.table is not None
    assert told.table.notes[0]["en"].startswith("Period: 2024. The 3 areas are merged at random")
    assert "any areas may become a zone" in told.table.notes[0]["en"]


def test_more_zones_than_areas_are_refused(walked: WalkedLine) -> None:
    study = _study_of_zones(walked)
    with pytest.raises(StatisticianError, match="3 areas cannot become 9 zones"):
        indices_by_zones(replace(study, entry=msgspec.structs.replace(study.entry, zones=(2, 9))), _centres(walked))


def test_figures_of_distance_of_a_synthetic_register_are_said_to_be_no_finding(walked: WalkedLine) -> None:
    for method in ("system", "zones"):
        table = only(walked, method).table
        assert table is not None
        assert "no finding about the country" in table.notes[1]["en"]
        assert "no dicen nada del país" in table.notes[1]["es"]
    ages = only(walked, "ages").table
    assert ages is not None
    assert not any("no finding" in note["en"] for note in ages.notes)
    study = _study_of_zones(walked)
    real = indices_by_zones(replace(study, setting=replace(study.setting, synthetic=False)), _centres(walked)).table
    assert real is not None
    assert not any("no finding" in note["en"] for note in real.notes)


def _study_of_zones(walked: WalkedLine) -> Study:
    office = walked.line.office.reading()
    design = office.profile.releases[office.profile.calendar_entry("2024").release]
    (entry,) = (one for one in design.analyses if one.method == "zones")
    setting, _, made = tables_to_release(office, YEAR, besides=(entry.table,))
    table = made.data[entry.table]
    return Study(entry, setting, analysis_sentences(office.profile), table, vintage=table.vintage, base=3)


def _centres(walked: WalkedLine) -> dict[str, Centre]:
    return {centre.area: centre for centre in walked.line.office.profile.centres}


def test_a_forecast_asks_for_more_months_than_there_are(walked: WalkedLine) -> None:
    assert "24 months" in only(walked, "forecast").refused["en"]


def test_a_nowcast_expects_those_who_will_still_be_registered(walked: WalkedLine) -> None:
    found = values(only(walked, "nowcast", MONTH))
    counted, expected = found["2024-09", "counted"], found["2024-09", "nowcast"]
    assert found["2024-09", "lower"] <= expected <= found["2024-09", "upper"]
    assert counted < expected < 1.25 * counted
    exact = values(only(walked, "nowcast", MONTH, exact=True))
    assert exact["2024-01", "counted"] == exact["2024-01", "lower"] == exact["2024-01", "upper"], "final"
    assert [found["2024-01", name] - found["2024-01", "counted"] for name in ("lower", "upper")] == [-1, 1], "rounded"
    lags = {lag.event_month: 0 for lag in walked.line.lags()}
    for lag in walked.line.lags():
        lags[lag.event_month] += lag.moves - lag.withdrawn
    assert found["2024-09", "lower"] <= lags["2024-09"] <= found["2024-09", "upper"], "what came true"


def test_a_public_nowcast_reads_counts_in_multiples_of_the_base(walked: WalkedLine) -> None:
    public, inside = (values(only(walked, "nowcast", MONTH, exact=exact)) for exact in (False, True))
    counted = [key for key in public if key[1] == "counted"]
    assert {public[key] % 3 for key in counted} == {0.0}
    assert {inside[key] % 3 for key in counted} != {0.0}
    assert max(abs(public[key] - inside[key]) for key in counted) <= 1.5


def test_a_public_nowcast_agrees_with_the_totals_that_the_same_release_shows(walked: WalkedLine) -> None:
    found = only(walked, "nowcast", MONTH)
    _, _, made = tables_to_release(walked.line.office.reading(), MONTH)
    internal, external = (made.data[name] for name in ("internal-by-month", "external-by-month"))
    for month, (counted, lower, upper) in by_month(values(found)).items():
        shown = [internal.cell({"period": month, "measure": "arrivals"})]
        shown += [external.cell({"period": month, "measure": measure}) for measure in ("arrivals", "departures")]
        total = sum(cell.value for cell in shown if cell is not None and cell.value is not None)
        assert abs(counted - total) <= 1, "rounded to a multiple of three"
        if upper - lower == 2:
            assert lower <= total <= upper, "a final month"
        else:
            assert total < upper, "one that is filling up"
    assert found.table is not None
    assert "rounded to multiples of 3" in found.table.notes[-1]["en"]


def by_month(found: dict[tuple[str, ...], float]) -> dict[str, tuple[float, float, float]]:
    months = sorted({key[0] for key in found})
    return {m: (found[m, "counted"], found[m, "lower"], found[m, "upper"]) for m in months}


def test_a_result_of_exact_counts_is_confidential_in_every_cell(walked: WalkedLine) -> None:
    for exact, status in ((True, "C"), (False, "F")):
        table = only(walked, "system", exact=exact).table
        assert table is not None
        assert {cell.confidentiality.value for cell in table.cells.values()} == {status}
        assert ("confidential" in table.notes[-1]["en"]) is exact


def test_a_method_that_the_design_does_not_name_is_an_error_that_says_what_it_names(walked: WalkedLine) -> None:
    with pytest.raises(ProfileError, match="no analysis by gravity") as error:
        walked.line.analyse(MONTH, ("gravity",))
    assert "nowcast (nowcast)" in error.value.next_step


def test_the_command_prints_figures_for_a_spreadsheet_and_for_a_program(walked: WalkedLine) -> None:
    folder = walked.line.office.workspace.folder
    written = qonys("analyse", "system", "2024", "--csv", "--workspace", str(folder))
    head, *rows = written.out.strip().splitlines()
    assert head == "analysis,measure,period,value,obs_status,conf_status,data_status"
    assert len(rows) == 16
    told = json.loads(
        qonys("analyse", "seasonal", "2024", "--json", "--language", "es", "--workspace", str(folder)).out
    )
    assert told["analyses"][1]["refused"].startswith("Migración exterior por mes")


def test_the_command_tells_the_same_zones_again_with_their_figures_and_notes(walked: WalkedLine) -> None:
    asked = ("analyse", "zones", "2024", "--json", "--workspace", str(walked.line.office.workspace.folder))
    first, again = (qonys(*asked).out for _ in range(2))
    assert first == again
    (told,) = json.loads(first)["analyses"]
    assert told["units"]["courgeau_k"] == "%"
    assert {one["spread"] for one in told["observations"]} == set(SPREAD)
    assert {one["conf_status"] for one in told["observations"]} == {"F"}
    assert "Openshaw, S. (1984)" in " ".join(told["notes"])


def test_every_word_of_analyses_is_there_in_every_language() -> None:
    words = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORDS.glob("*.yaml")}
    assert set(words) == {"kk", "ru", "en", "es"}
    keys = {language: set(entries) for language, entries in words.items()}
    assert all(found == keys["en"] for found in keys.values())
    reasons = {str(reason).replace(" ", "_") for reason in Reason} - {"seasonality_not_identifiable"}
    assert {f"analysis.refused.{reason}" for reason in reasons} <= keys["en"]
