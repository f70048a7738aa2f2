"""The synthetic register of Kazakhstan, counted from its files, against the Bureau's workbooks and published figures.

The files are read by plain SQL of this test's own, not by the line. A handful of figures below are typed: they are the
published ones that the register must have.
"""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from python_calamine import CalamineWorkbook

from qonys.country.loading import SHIPPED
from real.real_data import REAL_DATA

ROOT = Path(__file__).parents[2]
REAL = REAL_DATA / "kz"
KZ = SHIPPED / "kz"
ASTANA, ALMATY, SHYMKENT, ALMATY_REGION = "710000000", "750000000", "790000000", "190000000"
WORKBOOK_NAMES = {
    "Abay": "10", "Aqmola": "11", "Aqtobe": "15", "Almaty region": "19", "Atyrau": "23", "West Kazakhstan": "27",
    "Jambyl": "31", "Jetisu": "33", "Qaraganda": "35", "Qostanay": "39", "Qyzylorda": "43", "Mangystau": "47",
    "Pavlodar": "55", "North Kazakhstan": "59", "Turkistan": "61", "Ulutay": "62", "East Kazakhstan": "63",
    "Astana city": "71", "Almaty city": "75", "Shymkent city": "79",
}  # fmt: skip


@pytest.fixture(scope="module")
def register(slips_of_kazakhstan: Path) -> duckdb.DuckDBPyConnection:
    """Table ``moved``: true slips (one row each, with its persons) and the day of their delivery."""
    folder = slips_of_kazakhstan
    db = duckdb.connect()
    db.execute("create table note as select ? as text", [(folder / "planted.json").read_text("utf-8")])
    parts = [_slips_of(db, path, number) for number, path in enumerate(sorted(folder.glob("*/*")))]
    db.execute(f"create table slips as {' union all '.join(parts)}")
    db.execute(
        """
        create table moved as
        with sound as (
          select *, try_cast(day as date) as on_day from slips
          where try_cast(day as date) <= received and try_cast(born as date) <= try_cast(day as date)
            and registration in ('residence', 'data_correction') and '999999999' not in (origin, destination)
        ), numbered as (
          select *, row_number() over (partition by person, day, origin, destination, corrects order by slip) as copy
          from sound
        )
        select * exclude (copy, origin, destination), year(on_day) as year, month(on_day) as month,
          case when length(origin) = 9 then origin[:2] end as origin, origin as origin_code,
          case when length(destination) = 9 then destination[:2] end as destination, destination as destination_code,
          1 + coalesce(len(string_split(children, ' ')), 0) as persons
        from numbered where copy = 1
        """
    )
    return db


def _slips_of(db: duckdb.DuckDBPyConnection, path: Path, number: int) -> str:
    layouts = {p.stem: yaml.safe_load(p.read_text("utf-8")) for p in (KZ / "sources").glob("*.yaml")}
    layout = next(entry for entry in layouts.values() if path.match(entry["match"]))
    table = f"file{number}"
    if path.suffix == ".parquet":
        db.execute(f"create table {table} as select * from read_parquet('{path}')")
    else:
        _text_table(db, table, *_rows(path, layout))
    variables = layout["variables"]
    names = {"slip": "slip", "corrects": "corrects", "person": "person", "date": "day", "birth_date": "born",
             "registration_type": "registration", "origin": "origin", "destination": "destination",
             "origin_locality": "origin_kind", "destination_locality": "destination_kind", "children": "children"}  # fmt: skip
    columns = [f"{_expression(variables.get(name), layout)} as {short}" for name, short in names.items()]
    return f"select {', '.join(columns)}, date '{path.parent.name}' as received from {table}"


def _rows(path: Path, layout: dict[str, str]) -> tuple[list[str], list[list[str]]]:
    if path.suffix == ".xlsx":
        heading, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return heading, rows
    heading, *rows = (line.split(";") for line in path.read_text(layout["encoding"]).splitlines())
    return heading, rows


def _text_table(db: duckdb.DuckDBPyConnection, table: str, heading: list[str], rows: list[list[str]]) -> None:
    import pyarrow as pa

    columns = zip(*rows, strict=True)
    db.register(
        "rows", pa.table({name: pa.array(column, pa.string()) for name, column in zip(heading, columns, strict=True)})
    )
    db.execute(f"create table {table} as select * from rows")
    db.unregister("rows")


def _expression(source: dict[str, object] | None, layout: dict[str, object]) -> str:
    if source is None:
        return "null::varchar"
    if "constant" in source:
        return f"'{source['constant']}'"
    text = f"""nullif("{source["column"]}", '')"""
    if source.get("aliases"):
        with (KZ / "areas" / "aliases.csv").open(encoding="utf-8", newline="") as file:
            entries = {row["text"]: row["code"] for row in csv.DictReader(file) if row["list"] == source["aliases"]}
    else:
        entries = source.get("recode") or {}
    if entries:
        pairs = ", ".join(f"{quoted(found)}: '{code}'" for found, code in entries.items())
        text = f"coalesce(map {{{pairs}}}[{text}], {text})"
    if source.get("date"):
        text = f"strftime(try_strptime({text}, '{source['date']}'), '%Y-%m-%d')"
    return text


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def counts(db: duckdb.DuckDBPyConnection, query: str) -> dict[object, int]:
    """First columns of a query -> its last."""
    rows = db.execute(query).fetchall()
    return {row[0] if len(row) == 2 else row[:-1]: int(row[-1]) for row in rows}


OPERATIONAL = "moved where received <= date '2025-02-10'"
FINAL = """(
  select * from moved
  where registration = 'residence' and slip not in (select corrects from moved where corrects is not null)
)"""


@pytest.mark.skipif(not REAL.is_dir(), reason="real data not found: set QONYS_REAL_DATA")
@pytest.mark.parametrize(("file", "end"), [("arrived_2024.xlsx", "destination"), ("left_2024.xlsx", "origin")])
def test_every_month_and_region_of_the_bureaus_workbook_is_met_exactly(
    register: duckdb.DuckDBPyConnection, file: str, end: str
) -> None:
    counted = counts(
        register,
        f"select {end}, month, sum(persons) from {OPERATIONAL} and year = 2024 "
        "and origin is not null and destination is not null group by all",
    )
    _, *rows = CalamineWorkbook.from_path(REAL / file).get_sheet_by_index(0).to_python()
    published = {
        (WORKBOOK_NAMES[str(row[0]).strip()], month): int(float(value))
        for row in rows
        if str(row[0]).strip() in WORKBOOK_NAMES
        for month, value in enumerate(row[1:13], start=1)
    }
    assert len(published) == 240
    assert counted == published


@pytest.mark.parametrize("data", [OPERATIONAL, f"{FINAL} where true"])
def test_internal_moves_of_both_years_are_the_published_totals_at_both_cut_offs(
    register: duckdb.DuckDBPyConnection, data: str
) -> None:
    inside = "origin is not null and destination is not null"
    assert counts(register, f"select year, sum(persons) from {data} and {inside} group by all") == {
        2023: 1_023_573,
        2024: 1_510_337,
    }


def test_external_moves_of_both_years_are_the_published_totals(register: duckdb.DuckDBPyConnection) -> None:
    arrivals = counts(register, f"select year, sum(persons) from {FINAL} where origin is null group by all")
    departures = counts(register, f"select year, sum(persons) from {FINAL} where destination is null group by all")
    assert arrivals == {2023: 25_387, 2024: 29_282}
    assert departures == {2023: 16_094, 2024: 12_732}


@pytest.mark.parametrize(
    ("end", "other", "year", "published"),
    [
        ("origin", "destination", 2023, {"UZ": 6_519, "RU": 11_711, "TM": 1_166}),
        ("origin", "destination", 2024, {"KG": 842, "TJ": 749, "TR": 527, "DE": 403, "GE": 238}),
        ("destination", "origin", 2024, {"KG": 317, "BY": 226, "UZ": 113, "UA": 41}),
    ],
)
def test_main_countries_are_as_published(
    register: duckdb.DuckDBPyConnection, end: str, other: str, year: int, published: dict[str, int]
) -> None:
    query = (
        f"select {end}_code, sum(persons) from {FINAL} where {end} is null and {other} is not null and year = {year}"
    )
    counted = counts(register, f"{query} group by all")
    assert {country: counted[country] for country in published} == published


@pytest.mark.parametrize(("end", "share"), [("origin", 81.6), ("destination", 74.8)])
def test_the_share_of_the_cis_in_2024_is_as_published(
    register: duckdb.DuckDBPyConnection, end: str, share: float
) -> None:
    cis = ("AZ", "AM", "BY", "KG", "MD", "RU", "TJ", "TM", "UA", "UZ")
    counted = counts(
        register,
        f"select {end}_code in {cis}, sum(persons) from {FINAL} where {end} is null and year = 2024 group by all",
    )
    assert round(100 * counted[True] / sum(counted.values()), 1) == share


@pytest.mark.parametrize(("year", "urban", "rural"), [(2023, 91_192, -81_899), (2024, 128_190, -111_640)])
def test_net_migration_of_urban_and_rural_areas_is_as_published(
    register: duckdb.DuckDBPyConnection, year: int, urban: int, rural: int
) -> None:
    counted = counts(
        register,
        f"""select kind, sum(n) from (
          select destination_kind as kind, persons as n from {FINAL} where year = {year} and destination is not null
          union all select origin_kind, -persons from {FINAL} where year = {year} and origin is not null
        ) group by all""",
    )
    assert counted == {"U": urban, "R": rural}


def net_by_region(db: duckdb.DuckDBPyConnection, data: str, year: int) -> dict[object, int]:
    return counts(
        db,
        f"""select code, sum(n) from (
          select destination as code, persons as n from {data} and year = {year} and destination is not null
          union all select origin, -persons from {data} and year = {year} and origin is not null
        ) group by all""",
    )


def test_the_interregional_net_of_2024_is_that_of_the_annual_release_after_the_corrections(
    register: duckdb.DuckDBPyConnection,
) -> None:
    inside = "origin is not null and destination is not null"
    before = net_by_region(register, f"{OPERATIONAL} and {inside}", 2024)
    after = net_by_region(register, f"{FINAL} where {inside}", 2024)
    gaining = {code: n for code, n in after.items() if n > 0}
    assert gaining == {ASTANA[:2]: 73_238, ALMATY[:2]: 36_061, SHYMKENT[:2]: 9_361, ALMATY_REGION[:2]: 2_639}
    assert {code: before[code] for code in gaining} == {"71": 73_240, "75": 36_062, "79": 9_362, "19": 2_640}


@pytest.mark.skipif(not REAL.is_dir(), reason="real data not found: set QONYS_REAL_DATA")
@pytest.mark.parametrize("year", [2023, 2024])
def test_net_migration_of_all_flows_by_region_is_as_published(register: duckdb.DuckDBPyConnection, year: int) -> None:
    published = counts(
        duckdb.connect(),
        f"select left(kato::varchar, 2), net_all_{year} from read_csv('{REAL / 'kz_regions_2022_2025.csv'}')",
    )
    assert len(published) == 20
    assert net_by_region(register, f"{FINAL} where true", year) == published


def test_the_external_totals_of_2024_as_first_known_follow_from_the_growth_of_2025(
    register: duckdb.DuckDBPyConnection,
) -> None:
    first = {
        end: register.execute(f"select sum(persons) from {OPERATIONAL} and year = 2024 and {end} is null").fetchone()
        for end in ("origin", "destination")
    }
    assert first == {"origin": (29_963,), "destination": (12_787,)}
    assert (round(100 * (23_761 / 29_963 - 1), 1), round(100 * (7_608 / 12_787 - 1), 1)) == (-20.7, -40.5)
    assert (round(100 * (23_761 / 29_282 - 1), 1), round(100 * (7_608 / 12_732 - 1), 1)) == (-18.9, -40.2)


def test_late_slips_and_cancellations_lie_between_the_two_cut_offs(register: duckdb.DuckDBPyConnection) -> None:
    after = "received = date '2025-02-20' and year = 2024 and (origin is null or destination is null)"
    found = counts(register, f"select registration, origin is null, sum(persons) from moved where {after} group by all")
    assert found == {
        ("residence", True): 312, ("residence", False): 120,
        ("data_correction", True): 993, ("data_correction", False): 175,
    }  # fmt: skip
    cancelled = """select count(*), count(distinct first.slip) from moved as late join moved as first
      on late.corrects = first.slip and late.person = first.person and late.on_day = first.on_day
      where late.registration = 'data_correction' and first.registration = 'residence'"""
    assert register.execute(cancelled).fetchone() == (993 + 175, 993 + 175)


def test_a_handful_of_late_slips_correct_slips_of_one_person(register: duckdb.DuckDBPyConnection) -> None:
    rows = register.execute(
        """select late.received, late.person = first.person, late.on_day = first.on_day, late.origin_code = first.origin_code,
          first.persons, late.persons, late.destination_kind = first.destination_kind
        from moved as late join moved as first on late.corrects = first.slip where late.registration = 'residence'"""
    ).fetchall()
    assert 1 <= len(rows) <= 10
    assert set(rows) == {(date(2025, 2, 20), True, True, True, 1, 1, True)}


def test_slips_are_fewer_than_persons_and_the_note_counts_both(register: duckdb.DuckDBPyConnection) -> None:
    note = json.loads(register.execute("select text from note").fetchone()[0])  # type: ignore[index]
    counted = counts(register, f"select year, sum(persons) from {FINAL} group by all")
    assert counted == {int(year): clean["moves"] for year, clean in note["clean"].items()}
    slips = register.execute("select count(*) from moved").fetchone()[0]  # type: ignore[index]
    faults = sum(sum(kinds.values()) for kinds in note["faults"].values())
    assert slips + faults == note["slips"] < sum(counted.values())
    assert note["slips"] == sum(file["slips"] for file in note["files"])


def test_no_true_move_stays_inside_one_of_the_three_cities(register: duckdb.DuckDBPyConnection) -> None:
    stayed = "select count(*) from moved where origin = destination and origin in ('71', '75', '79')"
    assert register.execute(stayed).fetchone() == (0,)
    within = "select count(distinct origin) from moved where origin = destination"
    assert register.execute(within).fetchone() == (17,)
