"""The release of Kazakhstan for 2024, built from 1.97 million synthetic slips, against what the Bureau published."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from qonys.concepts.indicator import WITH_POPULATION
from qonys.concepts.period import Period
from qonys.datasets.explanation import Explanation
from qonys.production.auditing import audit
from qonys.production.explaining import ExplainedTable
from qonys.production.line import Line
from real.real_data import real_data
from real.walked_line import WalkedLine, walked_line
from spec.bundle_rows import Row, places, rows_of, stands_at
from spec.explained_cells import every_explanation, explained_tables, fail_unless_it_sums, rounding
from spec.planted_findings import FOUND_BY, fail_unless_errors_are_the_planted_ones, groups_failing, warnings_of
from spec.seed_figures import LANGUAGES, figures_missing_from, words_of_page

LOCALITIES = {"_T": "net_total", "U": "net_urban", "R": "net_rural"}
GAINING = {"190000000", "710000000", "750000000", "790000000"}
LATER = {
    "kk": "Ұлттық статистика бюросы, 6584-кесте (2026\u202fж. 11 тамыз, осы шығарылымнан кейінгі)",
    "ru": "Бюро национальной статистики, таблица 6584 (11 августа 2026 года, позднее этого выпуска)",
    "en": "Bureau of National Statistics, table 6584 (11 August 2026, later than this release)",
}
TWO_BASES = {
    "kk": [
        ("20,7%", "2025\u202fж. 10 ақпан жағдайы бойынша жедел деректер"),
        ("40,2%", "2025\u202fж. 5 наурыз жағдайы бойынша түпкілікті деректер"),
    ],
    "ru": [
        ("20,7 %", "оперативные данные на 10 февраля 2025 года"),
        ("40,2 %", "окончательные данные на 5 марта 2025 года"),
    ],
    "en": [("20.7%", "operational figures as of 10 February 2025"), ("40.2%", "final figures as of 5 March 2025")],
}
WORKBOOKS = {"arrived_2024.xlsx": "arrivals", "left_2024.xlsx": "departures", "net_2024.xlsx": "net"}


@pytest.fixture(scope="module")
def kazakhstan(slips_of_kazakhstan: Path) -> WalkedLine:
    return walked_line("kz", slips_of_kazakhstan.parent, slips_of_kazakhstan, "2024")


@pytest.fixture(scope="module")
def of_2025(kazakhstan: WalkedLine) -> Path:
    return Path(kazakhstan.line.build(Period(2025)).data.folder) / "bundle"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_migration_of_the_population_of_the_republic_of_kazakhstan_for_2024(
    kazakhstan: WalkedLine, language: str
) -> None:
    """The built page says the 13 figures of the seed's page, as its language writes them."""
    assert figures_missing_from(kazakhstan.page(language), language) == []


@pytest.mark.parametrize(("workbook", "measure"), WORKBOOKS.items())
def test_the_monthly_table_equals_the_bureaus_workbook_in_every_cell(
    kazakhstan: WalkedLine, workbook: str, measure: str
) -> None:
    published = {
        (row["area"], row["period"]): float(row["value"])
        for row in kazakhstan.rows("internal-by-month")
        if row["measure"] == measure and row["area"] != "_T"
    }
    bureau = _bureau_cells(real_data(f"kz/{workbook}"), kazakhstan.line.office.profile.areas.aliases["bns-en"])
    assert len(bureau) == 240
    assert published == bureau


def test_every_slip_ends_in_one_place_and_the_clean_moves_are_the_published_totals(kazakhstan: WalkedLine) -> None:
    accounts = {account.period: account for account in kazakhstan.accounts}
    assert (accounts["2023"].internal, accounts["2024"].internal) == (1_023_573, 1_510_337)
    assert (accounts["2023"].external_in, accounts["2023"].external_out) == (25_387, 16_094)
    assert (accounts["2024"].external_in, accounts["2024"].external_out) == (29_282, 12_732)
    assert sum(account.delivered for account in accounts.values()) == sum(
        receipt.rows for receipt in kazakhstan.line.office.store.receipts()
    )
    for account in accounts.values():
        assert account.delivered == account.quarantined + account.set_apart + account.moved


def test_the_net_migration_of_all_flows_is_the_published_one_in_every_region(kazakhstan: WalkedLine) -> None:
    with real_data("kz/kz_regions_2022_2025.csv").open(encoding="utf-8") as file:
        wanted = {
            (row["kato"], year): float(row[f"net_all_{year}"])
            for row in csv.DictReader(file)
            for year in ("2023", "2024")
        }
    found = {
        (row["area"], row["period"]): float(row["value"])
        for row in kazakhstan.rows("net-by-region")
        if row["locality"] == "_T" and row["area"] != "_T"
    }
    assert found == wanted


def test_the_rates_of_2024_are_those_that_the_published_figures_give(kazakhstan: WalkedLine) -> None:
    rates = {row["measure"]: row["value"] for row in kazakhstan.rows("external-indicators") if row["period"] == "2024"}
    assert (rates["arrivals_rate"], rates["departures_rate"], rates["net_rate"]) == ("1.45", "0.63", "0.82")
    assert (rates["arrivals_growth"], rates["departures_growth"], rates["turnover_effectiveness"]) == (
        "15.3",
        "-20.9",
        "39.4",
    )
    mobility = {(row["area"], row["period"]): row["value"] for row in kazakhstan.rows("internal-mobility")}
    assert mobility["_T", "2024"] == "74.92"


def test_the_net_rate_of_every_region_is_that_of_the_published_figures(kazakhstan: WalkedLine) -> None:
    with real_data("kz/kz_regions_2022_2025.csv").open(encoding="utf-8") as file:
        regions = list(csv.DictReader(file))
    found = {(r["area"], r["period"]): float(r["value"]) for r in kazakhstan.rows("net-rate-by-region")}
    for region in regions:
        assert found[region["kato"], "2024"] == float(region["net_rate_2024_per1000"]), region
    assert len(regions) == 20


def test_net_migration_runs_from_2000_with_the_published_figures_and_a_mark_at_its_break(
    kazakhstan: WalkedLine,
) -> None:
    with real_data("kz/kz_net_migration_national_2000_2024.csv").open(encoding="utf-8") as file:
        wanted = {(r["year"], code): float(r[name]) for r in csv.DictReader(file) for code, name in LOCALITIES.items()}
    rows = kazakhstan.rows("net-by-year")
    assert {(r["period"], r["locality"]): float(r["value"]) for r in rows if r["locality"] in LOCALITIES} == wanted
    statuses = {r["period"]: (r["data_status"], r["obs_status"]) for r in rows if r["locality"] == "_T"}
    assert statuses["2015"] == ("published", "A")
    assert statuses["2016"] == ("published", "B")
    assert statuses["2024"] == ("calibrated", "A")
    told = [f.where for f in kazakhstan.findings if f.what.startswith("Counted are")]
    assert not [where for where in told if not where.startswith("table internal-by-region")]


def test_the_figures_of_the_monthly_table_that_the_final_ones_correct_are_told(kazakhstan: WalkedLine) -> None:
    """The annual release of the Bureau differs from its monthly table by the same four handfuls of net migration."""
    told = [f for f in kazakhstan.findings if f.where.startswith("table internal-by-region") and ", net" in f.where]
    final = {r["area"]: r["value"] for r in kazakhstan.rows("internal-by-region") if _net_of_2024(r)}
    published = {f.where.split(", ")[1]: f.what for f in told}
    assert {code for code in published if final[code] and code in GAINING} == GAINING
    assert published["710000000"] == (f"Counted are {final['710000000']}, published were 73240 (BNS, stat.gov.kz).")
    assert final["710000000"] == "73238"
    assert all("2024" in finding.where for finding in told)


def test_the_net_rate_of_the_country_runs_from_2000_and_is_marked_where_the_census_breaks_it(
    kazakhstan: WalkedLine,
) -> None:
    rows = {(r["period"], r["locality"]): r for r in kazakhstan.rows("net-rate-by-year")}
    nation = [rows[str(year), "_T"] for year in range(2000, 2025)]
    assert nation[0]["value"] == f"{-108307 / ((14901641 + 14865610) / 2) * 1000:.2f}"
    assert (nation[0]["data_status"], nation[0]["source"]) == ("derived", "BNS 6567")
    assert (nation[-1]["value"], nation[-1]["data_status"]) == ("0.82", "calibrated")
    assert (nation[-1]["related_to"], nation[-1]["related_to_as_of"]) == ("BNS 6584", "2026-08-11")
    assert [r["period"] for r in nation if "B" in r["obs_status"]] == ["2016", "2022", "2023"]
    assert {r["period"]: r["obs_status"] for r in rows.values() if r["locality"] == "U" and r["period"] > "2022"} == {
        "2023": "P;B", "2024": "L",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_methodology_says_formula_and_denominator_of_each_indicator(kazakhstan: WalkedLine, language: str) -> None:
    page = kazakhstan.page(language).replace("\xa0", " ")
    indicators = kazakhstan.line.office.profile.indicators
    for indicator in indicators.values():
        said = page[page.index(f'id="indicator-{indicator.id}"') :].partition("</dd>")[0]
        for text in (indicator.names[language], indicator.formula[language], indicator.unit[language]):
            assert text in said
        assert (LATER[language] in said) is (indicator.function in WITH_POPULATION), indicator.id


def test_external_migration_says_of_each_year_whether_it_was_published_derived_or_rounded(
    kazakhstan: WalkedLine,
) -> None:
    told = {
        (r["period"], r["measure"]): (float(r["value"]), r["data_status"]) for r in kazakhstan.rows("external-by-year")
    }
    assert told["2019", "departures"] == (45225, "published")
    assert told["2019", "arrivals"] == (12255, "derived")
    assert told["2022", "arrivals"] == (17400, "rounded")
    assert told["2024", "arrivals"] == (29282, "calibrated")


def test_on_the_borders_of_2018_a_divided_region_has_the_net_of_its_parts_and_fewer_moves(
    kazakhstan: WalkedLine,
) -> None:
    then, now = (
        {
            (row["area"], row["period"], row["measure"]): float(row["value"])
            for row in kazakhstan.rows(table)
            if row["area"] != "_T"
        }
        for table in ("interregional-net-2018", "interregional-net")
    )
    parts = {"630000000": "100000000", "190000000": "330000000", "350000000": "620000000"}
    for (area, period, measure), value in then.items():
        apart = now[area, period, measure] + now.get((parts.get(area, ""), period, measure), 0)
        assert value == apart if measure == "net" or area not in parts else value < apart
    assert len(then) == 17 * 2 * 3


def test_urban_and_rural_net_migration_are_the_published_ones(kazakhstan: WalkedLine) -> None:
    found = {
        (row["period"], row["locality"]): float(row["value"])
        for row in kazakhstan.rows("net-by-year")
        if row["locality"] != "_T" and row["data_status"] == "calibrated"
    }
    assert found == {
        ("2023", "U"): 91_192,
        ("2023", "R"): -81_899,
        ("2024", "U"): 128_190,
        ("2024", "R"): -111_640,
    }


def test_only_four_regions_gain_and_the_operational_figures_differ_by_a_handful(kazakhstan: WalkedLine) -> None:
    final = {r["area"]: float(r["value"]) for r in kazakhstan.rows("interregional-net") if _net_of_2024(r)}
    gaining = {area for area, net in final.items() if net > 0}
    assert gaining == GAINING
    monthly: dict[str, float] = {}
    for row in kazakhstan.rows("internal-by-month"):
        if row["measure"] == "net" and row["area"] != "_T":
            monthly[row["area"]] = monthly.get(row["area"], 0) + float(row["value"])
    assert {area: final[area] - monthly[area] for area in gaining} == {
        "190000000": -1,
        "710000000": -2,
        "750000000": -1,
        "790000000": -1,
    }


def test_every_figure_says_where_it_comes_from(kazakhstan: WalkedLine) -> None:
    statuses = {row["data_status"] for path in _csv_files(kazakhstan) for row in _rows(path) if "data_status" in row}
    assert statuses == {"calibrated", "invented", "published", "derived", "rounded"}
    totals = [r for r in kazakhstan.rows("external-by-year") if r["period"] == "2024"]
    assert {row["data_status"] for row in totals} == {"calibrated"}


def test_a_month_is_the_bureaus_months_summed(kazakhstan: WalkedLine) -> None:
    bureau = _bureau_cells(real_data("kz/arrived_2024.xlsx"), kazakhstan.line.office.profile.areas.aliases["bns-en"])
    rows = {(r["area"], r["measure"], r["period"]): r for r in _built(kazakhstan, "2024-09", "internal-so-far")}
    so_far = "2024-01-01/P9M"
    for area in {area for area, _ in bureau}:
        months = [bureau[area, f"2024-{month:02}"] for month in range(1, 10)]
        row = rows[area, "arrivals", so_far]
        assert (float(row["value"]), row["data_status"]) == (sum(months), "calibrated")
    assert float(rows["_T", "arrivals", so_far]["value"]) == 1_080_091
    assert rows["_T", "net", so_far]["value"] == "0"


def test_december_shows_the_totals_as_first_known_and_the_annual_release_what_changed_since(
    kazakhstan: WalkedLine,
) -> None:
    first = {(r["period"], r["measure"]): r["value"] for r in _built(kazakhstan, "2024-12", "external-so-far")}
    assert [first["2024", measure] for measure in ("arrivals", "departures", "net")] == ["29963", "12787", "17176"]
    changed = {(r["period"], r["measure"]): r for r in kazakhstan.rows("external-by-year-changes")}
    assert {key: (row["before"], row["after"]) for key, row in changed.items()} == {
        ("2024", "arrivals"): ("29963", "29282"),
        ("2024", "departures"): ("12787", "12732"),
        ("2024", "net"): ("17176", "16550"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_totals_of_2025_have_two_growths_each_with_its_base_named(of_2025: Path, language: str) -> None:
    (path,) = (of_2025 / "files").glob("*-growth-by-base-en-*.csv")
    rows = {row["measure"]: row for row in _rows(path)}
    told = {name: (r["value"], r["related_to"], r["related_to_as_of"], r["data_status"]) for name, r in rows.items()}
    assert told == {
        "arrivals_growth_operational": ("-20.7", "operational", "2025-02-10", "invented"),
        "arrivals_growth_final": ("-18.9", "final", "2025-03-05", "calibrated"),
        "departures_growth_operational": ("-40.5", "operational", "2025-02-10", "invented"),
        "departures_growth_final": ("-40.2", "final", "2025-03-05", "calibrated"),
    }
    text = words_of_page((of_2025 / language / "index.html").read_text(encoding="utf-8"))
    for growth, base in TWO_BASES[language]:
        assert re.search(rf"{re.escape(growth)}[^()]*\({re.escape(base)}\)", text), (growth, base)


def test_a_release_counted_by_sail_is_the_same_in_every_byte(kazakhstan: WalkedLine) -> None:
    line = Line(replace(kazakhstan.line.office, counting="sail"))
    line.tabulate()
    bundle = Path(line.build(Period(2024)).data.folder) / "bundle"
    published = {
        str(path.relative_to(kazakhstan.release)): path for path in kazakhstan.release.rglob("*") if path.is_file()
    }
    assert [name for name, path in published.items() if (bundle / name).read_bytes() != path.read_bytes()] == []
    assert len(published) > 80


def _built(line: WalkedLine, period: str, table: str) -> list[dict[str, str]]:
    """A table of another release of the same register."""
    folder = Path(line.line.build(Period.parse(period)).data.folder)
    (path,) = (folder / "bundle" / "files").glob(f"*-{table}-en-*.csv")
    return _rows(path)


def _net_of_2024(row: dict[str, str]) -> bool:
    return row["measure"] == "net" and row["period"] == "2024" and row["area"] != "_T"


def _csv_files(line: WalkedLine) -> list[Path]:
    return sorted((line.release / "files").glob("*-en-*.csv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bureau_cells(path: Path, codes: dict[str, str]) -> dict[tuple[str, str], float]:
    heading, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert heading[1:] == [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]  # fmt: skip
    return {
        (codes[str(row[0])], f"2024-{month:02}"): float(str(value))
        for row in rows
        for month, value in enumerate(row[1:], start=1)
    }


def test_error_rules_find_exactly_the_planted_faults(kazakhstan: WalkedLine) -> None:
    office = kazakhstan.line.office
    fail_unless_errors_are_the_planted_ones(office, office.workspace.folder.parent / "deliveries", FOUND_BY)


def test_warnings_are_the_expected_ones(kazakhstan: WalkedLine) -> None:
    """Education, reason and age are drawn apart from each other; internal migration of 2024 grew by 47.6 %;
    the slips that come after the operational figures are mostly cancellations.
    """
    office = kazakhstan.line.office
    assert warnings_of(office) == {
        "higher-education-too-early", "postgraduate-too-early", "work-in-old-age", "study-in-old-age",
        "internal-year-on-year", "many-set-apart",
    }  # fmt: skip
    assert groups_failing(office) == {"internal-year-on-year": 1, "many-set-apart": 1}


def test_the_effect_of_distance_is_that_of_the_simulation_and_the_release_says_so(kazakhstan: WalkedLine) -> None:
    """Raking keeps the pattern that it starts from, so the gravity model finds the exponent of the plan again."""
    assumed = kazakhstan.line.office.profile.folder / "simulation" / "plan.yaml"
    power = float(re.findall(r"distance_power: ([\d.]+)", assumed.read_text(encoding="utf-8"))[0])
    found = {(row["measure"], row["period"]): float(row["value"]) for row in kazakhstan.rows("distance-effect")}
    for year in ("2023", "2024"):
        assert found["distance_exponent", year] == pytest.approx(-power, abs=2e-3)
        assert found["dispersion", year] < 0.1
    said = {
        "kk": "ел туралы ештеңе айтпайды",
        "ru": "ничего не говорят о стране",
        "en": "no finding about the country",
    }
    for language, words in said.items():
        assert words_of_page(kazakhstan.page(language)).count(words) >= 3, (
            "below the indices, the choice of areas, and the effect of distance"
        )


def test_net_migration_depends_on_the_choice_of_regions_and_the_index_of_courgeau_least(
    kazakhstan: WalkedLine,
) -> None:
    (told,) = kazakhstan.line.analyse(Period(2024), ("zones",)).data
    assert told.table is not None
    assert [member.code for member in told.table.dimension("zones").members][-1] == "20"
    at = {key: cell.value for key, cell in told.table.cells.items()}
    (system,) = kazakhstan.line.analyse(Period(2024), ("system",)).data
    assert system.table is not None

    def range_of(index: str) -> float:
        few, all_regions = (at[index, zones, "2024", "median"] or 0 for zones in ("5", "20"))
        return abs(few / all_regions - 1)

    for index in ("crude_migration_intensity", "migration_effectiveness", "aggregate_net_migration_rate"):
        value = system.table.cells[index, "2024"].value
        of_all = [at[index, "20", "2024", place] for place in ("lower", "median", "upper")]
        assert of_all == pytest.approx([value] * 3, rel=1e-12)
    assert range_of("migration_effectiveness") < range_of("crude_migration_intensity")
    assert range_of("courgeau_k") < range_of("crude_migration_intensity") < range_of("aggregate_net_migration_rate")


def test_every_published_figure_is_explained_and_no_exact_value_that_is_hidden_is_told(kazakhstan: WalkedLine) -> None:
    """All cells of the release, and with them any 5,000 that are drawn from it."""
    explained = Counter[str]()
    absent = Counter[str]()
    pages = {path.as_posix(): path.read_bytes() for path in sorted(kazakhstan.release.rglob("*.html"))}
    on_pages = list(rows_of(pages, kazakhstan.line.office.profile.tables))
    for table in explained_tables(kazakhstan.line.office, Period(2024)):
        told = list(every_explanation(table))
        explained.update(one.made for one in told)
        absent.update(one.why_absent for one in told if one.made == "absent")
        for one in told:
            for waterfall in one.waterfalls:
                fail_unless_it_sums(waterfall)
            if one.method == "exact" and one.exact is not None and one.published is not None:
                assert abs(one.exact - one.published) <= rounding(table.published, one.measure), one
        _fail_if_hidden_values_are_told(table, [one for one in told if one.exact != one.published], on_pages)
    assert explained.total() > 3_500
    assert explained["counted"] > 3_000 and explained["computed"] > 100 and explained["taken"] > 200
    assert absent["total-alone"] and absent["no-figure"] and absent["no-population"]


def test_small_cells_of_crossed_tables_are_rounded_to_the_sums_that_the_bureau_publishes(
    kazakhstan: WalkedLine,
) -> None:
    audited = audit(kazakhstan.line.office, Period(2024)).data
    assert audited.weaknesses == ()
    ways = {"education": "education", "speciality": "speciality", "partner": "country"}
    one_way = {
        dimension: {
            (row[dimension], row["measure"]): row["value"]
            for row in kazakhstan.rows(f"external-by-{way}")
            if row["period"] == "2024"
        }
        for dimension, way in ways.items()
    }
    for table, margins in (
        ("external-by-education-speciality", {"education": "speciality", "speciality": "education"}),
        ("external-by-country-sex", {"partner": "sex"}),
    ):
        costs = audited.utility[table]
        assert costs["departures"]["small"] > 0 and all(cost["largest"] <= 2 for cost in costs.values())
        cells = kazakhstan.rows(table)
        assert not {row["value"] for row in cells} & {"1", "2"}
        for dimension, other in margins.items():
            sums = [row for row in cells if row[other] == "_T"]
            assert sums and all(row["value"] == one_way[dimension][row[dimension], row["measure"]] for row in sums)


def test_the_quality_report_does_not_tell_by_how_much_a_sensitive_table_was_changed(kazakhstan: WalkedLine) -> None:
    """Arrivals by education and speciality have one cell that can have been small: that any was changed finds it out."""
    table = "external-by-education-speciality"
    assert audit(kazakhstan.line.office, Period(2024)).data.utility[table]["arrivals"]["small"] == 1
    shown = [row["value"] for row in kazakhstan.rows(table) if row["measure"] == "arrivals"]
    assert shown.count("0") + shown.count("3") == 1
    (path,) = (kazakhstan.release / "files").glob("kz-2024-quality-en-*.json")
    told = [one for one in json.loads(path.read_bytes())["report"] if one.get("measure") == "distance_to_exact"]
    hidden = {one["of"]["table"] for one in told if one["value"] is None}
    assert hidden == {table}


def _fail_if_hidden_values_are_told(table: ExplainedTable, hidden: list[Explanation], on_pages: list[Row]) -> None:
    if table.release.office.profile.protection.method(table.design.id) == "exact" or not hidden:
        return
    folder, languages = table.release.files.folder, table.release.files.languages
    names = [table.release.files.table(table.design.id, language).labels for language in languages]
    bundle = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*"))
              if p.is_file() and f"-{table.design.id}-" in p.name and p.suffix != ".html"}  # fmt: skip
    designs = {
        name: one for name, one in table.release.office.profile.tables.items() if name in table.release.files.tables()
    }
    rows = [row for row in (*rows_of(bundle, designs), *on_pages) if row.table == table.design.id]
    by_head: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        by_head.setdefault(row.beside, []).append(row)
    for one in hidden:
        for beside, above in places(one, table.design, names):
            for row in by_head.get(beside, ()):
                assert not (stands_at(row, beside, above) and row.value == f"{one.exact:.0f}"), (row, one.at)
