"""A mistake in a profile is told with file and line, what is wrong and what is allowed; exit code 5."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED
from spec.command_line import qonys

MISTAKES: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    # what: file, words in it, what stands there instead, line (0: none is told), what the message says
    "an unknown field": (
        "tables/external-by-year.yaml", "years: 2", "yeers: 2", "yeers", ("unknown field `yeers`", "Allowed besides: years"),
    ),
    "a field of the wrong kind": (
        "tables/external-by-year.yaml", "years: 2", "years: two", "years: two", ("Expected `int`, got `str`", "years"),
    ),
    "a field that is missing": (
        "sources/arrivals.yaml", "supplier: Registration office\n", "", "", ("missing required field `supplier`", "Needed: id"),
    ),
    "an unknown code of a design": (
        "tables/net-by-region.yaml", "universe: all", "universe: everything", "universe: everything", ("everything", "universe", "Allowed: all, external, internal, interregional"),
    ),
    "an age that nothing in the flows tells": (
        "tables/net-by-region.yaml", "universe: all", "universe: all\nyoungest: 15", "", ("Persons below 15 cannot be left out", "same `youngest`"),
    ),
    "a name that is missing in a language": (
        "classifications/sex.csv", "F,,,Women,Mujeres", "F,,,Women,", "F,,,Women,", ("missing in es", "name_es"),
    ),
    "a title that is missing in a language": (
        "tables/external-by-year.yaml", 'en: "External migration, {period}", ', "", "", ("title", "missing in en"),
    ),
    "an unknown table of a release": (
        "release/designs/annual.yaml", "tables: [external-by-ethnicity]", "tables: [by-shoe-size]", "",
        ("no table “by-shoe-size”", "external-by-ethnicity"),
    ),
    "an area that becomes nothing": (
        "areas/changes.csv", "2024-01-01,N13,S12,recoded,1,Invented: Marsh went from Northmark to Southfield\n", "", "",
        ("N13 ends on 2024-01-01, and nothing says what it became", "Add an entry"),
    ),
    "a change of an area that is none": (
        "areas/changes.csv", "N13,S12,recoded", "N99,S12,recoded", "", ("N99 is no area on the day before", "Mend its code"),
    ),
    "a measure that nothing computes": (
        "tables/net-by-region.yaml", "measures: [", "measures: [wealth, ", "", ("there is no “wealth”", "net_rate"),
    ),
    "an indicator with a function that there is not": (
        "indicators.yaml", "function: growth", "function: guess", "function: guess", ("guess", "Allowed: aggregate_net_rate, effectiveness, growth"),
    ),
    "a growth of a balance": (
        "indicators.yaml", "of: arrivals", "of: net", "", ("a balance has no growth", "Allowed: arrivals, departures, turnover"),
    ),
    "a growth against a data cut-off that there is not": (
        "indicators.yaml", "function: growth", "function: growth\n  base: later", "", ("no data cut-off “later”", "operational, final"),
    ),
    "an indicator with the name of a count": (
        "indicators.yaml", "id: effectiveness", "id: turnover", "", ("turnover: this is the name of a count",),
    ),
    "an indicator that says nothing in a language": (
        "indicators.yaml", ", es: Tasa neta de migración", "", "", ("net_rate: the text is missing in es",),
    ),
    "more decimals than can be written": (
        "indicators.yaml", "decimals: 1", "decimals: 9", "", ("9 decimals", "Allowed: 0 to 3"),
    ),
    "a history that the profile does not have": (
        "tables/external-by-year.yaml", "history: external", "history: nowhere", "", ("there is no series “nowhere”", "Known: "),
    ),
    "a figure of history twice": (
        "history/external.csv", "external,2021,net,", "external,2021,arrivals,", "", ("external, 2021, arrivals stands 2 times",),
    ),
    "a figure of history of no year": (
        "history/external.csv", "external,2021,net,", "external,MMXXI,net,", "", ("“MMXXI” is no year",),
    ),
    "a figure of history of no count": (
        "history/external.csv", "external,2021,net,", "external,2021,joy,", "", ("“joy” is no count", "Allowed: arrivals"),
    ),
    "a break of a table that there is not": (
        "breaks.yaml", "rates-by-region", "by-shoe-size", "", ("marsh: there is no table “by-shoe-size”",),
    ),
    "a break of an area that there is not": ("breaks.yaml", "areas: [N1,", "areas: [N7,", "", ("marsh: N7 is no area",)),
    "a break at no time": ("breaks.yaml", 'period: "2024"', 'period: "once"', "", ("“once” is no period",)),
    "a break that is not told in a language": (
        "breaks.yaml", "    es: El 1 de enero de 2024 Marisma pasó de Marca Norte a Campo Sur.\n", "", "", ("marsh", "missing in es"),
    ),
    "bands without their dimension": (
        "tables/net-by-region.yaml", "universe: all", "universe: all\nbands: [Y0T17]", "", ("need each other", "Y_GE18"),
    ),
    "areas that become one zone": (
        "release/designs/annual.yaml", "method: zones,", "method: zones, zones: [1, 3],", "",
        ("system-by-zones: areas become two zones or more", "zones: [2, 5, 10]"),
    ),
    "zones of a table without origins": (
        "release/designs/annual.yaml", "method: zones, table: origin-destination-by-year,", "method: zones, table: internal-by-age,", "",
        ("system-by-zones: the table internal-by-age has no area, partner_area",),
    ),
    "a share above one": ("areas/changes.csv", "recoded,1,", "recoded,1.5,", "", ("1.5 is no share", "at most 1")),
    "an unknown boundary set": (
        "tables/net-by-region.yaml", "universe: all", 'universe: all\nboundaries: "1066"', "",
        ("no boundary set “1066”", "Known: 2023, 2024"),
    ),
    "a key of integration that is no variable": (
        "integration.yaml", "duplicate_key: [person,", "duplicate_key: [passport,", "", ("passport is no variable", "person"),
    ),
    "two definitions of near duplicates on one day": (
        "integration.yaml", "  - {days: 3, counts: first}", "  - {days: 3, valid_to: 2024-01-02}\n  - {days: 2, valid_from: 2024-01-01}", "",
        ("near_duplicates: two definitions hold on one day", "valid_to"),
    ),
    "a source of integration that is no layout": (
        "integration.yaml", "near_duplicates:", "sources: [registry]\nnear_duplicates:", "", ("no layout “registry”", "arrivals"),
    ),
    "an unknown sequence": (
        "integration.yaml", "after-death", "after-birth", "after-birth", ("after-birth", "arrival-without-departure"),
    ),
    "a rule that is no expression": ("rules/rules.yaml", "date <= received", "date <= (", "", ("“date <= (”", "future")),
    "a rule with an unknown variable": (
        "rules/rules.yaml", "date <= received", "dat <= received", "", ("there is no dat", "Allowed: ", "birth_date"),
    ),
    "a rule that does what is not allowed": (
        "rules/rules.yaml", "date <= received", "(select 1) = 1", "", ("not allowed in an expression", "comparisons"),
    ),
    "an unknown variable of a layout": (
        "sources/arrivals.yaml", "  slip: {column: SLIP}", "  slipp: {column: SLIP}", "", ("“slipp” is no variable", "Allowed: slip, ")
    ),
    "an unknown column of a layout": (
        "sources/arrivals.yaml", "origin: {column: FROM}", "origin: {column: FORM}", "", ("no column “FORM”", "Columns: SLIP"),
    ),
    "an identifier that is not marked": (
        "sources/arrivals.yaml", "{name: PERSON, identifier: true}", "{name: PERSON}", "", ("person is an identifier", "identifier: true"),
    ),
    "an encoding that there is not": (
        "sources/arrivals.yaml", "encoding: utf-8", "encoding: utf-9", "", ("encoding: there is no encoding “utf-9”", "cp1251"),
    ),
    "an encoding that is no text": (
        "sources/arrivals.yaml", "encoding: utf-8", "encoding: base64", "", ("there is no encoding “base64”",),
    ),
    "a separator of two characters": (
        "sources/arrivals.yaml", 'separator: ";"', 'separator: ";;"', "", ("separator and quote are one character each",),
    ),
    "a format without a heading that needs one": (
        "sources/bulk.yaml", "format: parquet", "format: parquet\nheader: false", "", ("only delimited text", "Leave `header` out"),
    ),
    "a file layout without a pattern": (
        "sources/arrivals.yaml", "match: arrivals_*.csv\n", "", "", ("match: the pattern of the file names is missing",),
    ),
    "a query of a layout of files": (
        "sources/arrivals.yaml", "encoding: utf-8", "query: select 1", "", ("belong to the format postgresql; this is delimited",),
    ),
    "a query that writes": (
        "sources/bulk.yaml", "format: parquet", "format: postgresql\ndatabase: civil\nquery: delete from slips", "",
        ("one query of PostgreSQL that only reads", "select … from …"),
    ),
    "two queries": (
        "sources/bulk.yaml", "format: parquet", "format: postgresql\ndatabase: civil\nquery: select 1; select 2", "",
        ("one query of PostgreSQL",),
    ),
    "a query that hides a deletion": (
        "sources/bulk.yaml", "format: parquet",
        'format: postgresql\ndatabase: civil\nquery: "with d as (delete from slips returning *) select * from d"', "",
        ("one query of PostgreSQL",),
    ),
    "a query of nobody": (
        "sources/bulk.yaml", "format: parquet", "format: postgresql\nquery: select 1", "",
        ("database: the name of the database is missing",),
    ),
    "a column twice": ("sources/bulk.yaml", "{name: sex}", "{name: sex}\n  - {name: date}", "", ("columns: date stands twice",)),
    "a spelling that there is not": (
        "sources/arrivals.yaml", "encoding: utf-8", "spellings: [runes]", "", ("there is no spelling “runes”", "Known: none"),
    ),
    "a fixed-width column without a place": (
        "sources/ledger.yaml", "{name: AGE, start: 10, width: 3}", "{name: AGE, width: 3}", "", ("needs start and width",),
    ),
    "a fixed-width column before the first": (
        "sources/ledger.yaml", "{name: AGE, start: 10, width: 3}", "{name: AGE, start: 0, width: 3}", "", ("counted from 1",),
    ),
    "short lines of a delimited text": (
        "sources/arrivals.yaml", "encoding: utf-8", "short_lines: padded", "", ("only lines of fixed width can be padded",),
    ),
    "short lines of which nothing is known": (
        "sources/ledger.yaml", "format: fixed", "format: fixed\nshort_lines: ragged", "ragged", ("ragged",),
    ),
    "a date that is none": (
        "areas/areas.csv", "N13,district,N1,,2024-01-01", "N13,district,N1,,2024-13-01", "2024-13-01", ("Invalid RFC3339", "valid_to", "found “2024-13-01”", "Write a date as"),
    ),
    "too few columns": ("areas/areas.csv", "C1,region,XA,,,U,,Port Ardal", "C1,region,XA,,,U,Port Ardal", "Port Ardal", ("more or fewer",)),
    "too many columns": ("classifications/sex.csv", "M,,,Men", "M,,,,Men", "M,,,,Men", ("more or fewer",)),
    "a key twice": (
        "profile.yaml", "home: XA", "home: XA\nhome: XB", "home: XB", ("not YAML", "“home” stands twice"),
    ),
    "no YAML": ("profile.yaml", "languages: [en, es]", "languages: [en, es", "home: XA", ("not YAML",)),
    "a parent that is missing": ("areas/areas.csv", "N11,district,N1,", "N11,district,N7,", "", ("N11: its parent N7 is no area",)),
    "a cut-off that is no date": ("calendar.yaml", "2025-01-31", "31.01.2025", "cut_offs", ("Invalid RFC3339", "found “31.01.2025”", "Write a date as")),
    "an unknown release design": ("calendar.yaml", "release: annual", "release: yearly", "", ("no release design “yearly”", "annual")),
    "an alias of an unknown area": ("areas/aliases.csv", "Lowdale,S11", "Lowdale,S99", "", ("S99", "Lowdale")),
    "a member of an unknown group": ("classifications/country_group_members.csv", "UNION,XB", "ONION,XB", "", ("XB in ONION",)),
    "a sentence that is malformed": (
        "release/designs/annual.yaml", "# person} other {# people}} arrived", "# person} other {# people} arrived", "", ("totals",),
    ),
}  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "mini", tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")))


def test_a_copy_of_mini_is_in_order(mine: Path) -> None:
    assert qonys("profile", "check", mine).code == 0


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_where_it_is(mine: Path, what: str) -> None:
    name, words, instead, at, told = MISTAKES[what]
    path = mine / name
    text = path.read_text("utf-8")
    assert words in text
    path.write_text(text.replace(words, instead, 1), "utf-8")
    ran = qonys("profile", "check", mine, "--json")
    assert ran.code == ran.json["exit_code"] == 5, ran
    where, said = ran.json["where"], " ".join((ran.json["where"], ran.json["what"], ran.json["next_step"]))
    for part in told:
        assert part in said
    assert path.parent.name in where or path.stem in where
    if at:
        line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if at in text)
        assert re.search(rf"{re.escape(path.name)}:{line}$", where), where


def test_a_rate_without_a_denominator_is_told(mine: Path) -> None:
    (mine / "population" / "population.csv").unlink()
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    for part in ("external-indicators.yaml", "net_rate: its denominator is missing", "population/population.csv"):
        assert part in ran.said


@pytest.mark.parametrize(
    "name", ["calendar.yaml", "areas/boundaries.csv", "classifications/country.csv", "classifications/sex.csv"]
)
def test_a_file_that_is_missing_is_named(mine: Path, name: str) -> None:
    (mine / name).unlink()
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    assert name in ran.said


@pytest.mark.parametrize("name", ["profile.yaml", "areas/areas.csv"])
def test_a_file_that_is_not_utf8_is_named(mine: Path, name: str) -> None:
    (mine / name).write_bytes((mine / name).read_bytes() + "# Қоныс".encode("utf-16"))
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    assert name in ran.said
    assert "not UTF-8" in ran.said


@pytest.mark.parametrize("name", ["atlantis", "./atlantis"])
def test_a_profile_that_does_not_exist_is_told_with_those_that_do(name: str) -> None:
    ran = qonys("profile", "check", name)
    assert ran.code == 5
    assert "Shipped are es, kz, mini" in ran.said


def test_an_office_works_with_a_folder_of_its_own(mine: Path, tmp_path: Path) -> None:
    assert qonys("new", tmp_path / "office", "--profile", mine).code == 0
    assert qonys("status", "--workspace", tmp_path / "office").code == 0
