"""The Spanish profile knows everything that occurs in the real file, and its layout agrees with INE's code book."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from real.real_data import REAL_DATA

ROOT = Path(__file__).parents[2]
REAL = REAL_DATA / "es"
ABROAD = "ine"  # codespell:ignore ine
"""What the layout puts before a country code, and the name of the list of aliases."""
BORN_IN = ("01", "02", "03", "04", "05", "06")

pytestmark = pytest.mark.skipif(
    not (REAL / "sample_EVR_2016.txt").is_file(), reason="real data not found: set QONYS_REAL_DATA"
)


@cache
def spain() -> Profile:
    return load_profile("es")


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Every record of the file, cut as the layout says; blanks are empty. The file ends with a line of nothing."""
    columns = spain().layouts["evr"].columns
    lines = (REAL / "sample_EVR_2016.txt").read_text(encoding="ascii").splitlines()
    return tuple(
        {c.name: line[c.start - 1 : c.start - 1 + c.width].strip() for c in columns if c.start and c.width}
        for line in lines
        if line.strip()
    )


@cache
def code_book() -> dict[str, dict[str, str]]:
    """Column -> code -> label, from INE's code book."""
    book: dict[str, dict[str, str]] = {}
    with (REAL / "EVR_2016_mdat2.txt").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            book.setdefault(row["var"], {})[row["llave"]] = row["valor"].strip()
    return book


def test_the_layout_has_the_columns_of_the_code_book() -> None:
    lines = (REAL / "EVR_2016_mdat1.txt").read_text(encoding="utf-8").splitlines()[1:]
    ours = spain().layouts["evr"].columns
    theirs = [line.split("\t") for line in lines if line.strip()]
    assert [(c.name, c.start, c.width) for c in ours] == [
        (name.replace("Ñ", "N"), int(start), int(width)) for name, start, _, width, _ in theirs
    ]


def test_every_origin_and_destination_of_the_file_is_an_area_of_the_profile() -> None:
    level = {area.code: area.level for area in spain().areas.areas}
    aliases = spain().areas.aliases[ABROAD]
    ends = Counter(aliases[ABROAD + row["MUNIBAJA"]] for row in rows() if row["PROVBAJA"] == "66")
    ends.update(row["PROVBAJA"] + row["MUNIBAJA"] for row in rows() if row["PROVBAJA"] != "66")
    ends.update(row["PROVALTA"] + row["MUNIALTA"] for row in rows())
    assert [code for code in ends if code not in level] == []
    assert {level[code] for code in ends} == {"country", "province", "municipality"}


def test_every_citizenship_and_sex_of_the_file_is_a_code_of_the_profile() -> None:
    variables = spain().layouts["evr"].variables
    for column, variable, classification in (("CNAC", "citizenship", "country"), ("SEXO", "sex", "sex")):
        recode = variables[variable].recode
        known = spain().classifications[classification].names()
        assert [code for code in Counter(row[column] for row in rows()) if recode.get(code) not in known] == []


def test_every_province_and_municipality_of_the_code_book_is_in_the_profile_under_its_name() -> None:
    ours = {area.code: area.names["es"] for area in spain().areas.areas if area.level != "country"}
    book = code_book()
    theirs = {code: name for code, name in book["PROVBAJA"].items() if code != "66"}
    theirs |= {code: name for code, name in book["MUNIBAJA"].items() if len(code) == len("00000")}
    assert ours == theirs


def test_every_country_of_the_code_book_has_an_alias_and_a_recode_that_agree() -> None:
    recode = spain().layouts["evr"].variables["citizenship"].recode
    aliases = spain().areas.aliases[ABROAD]
    countries = [code for code in code_book()["MUNIBAJA"] if len(code) == len("000")]
    assert countries
    assert {code: aliases.get(ABROAD + code) for code in countries} == {code: recode.get(code) for code in countries}


def test_a_municipality_is_blank_exactly_where_it_is_small_and_inside_spain() -> None:
    assert all((row["MUNIALTA"] == "") == (row["TAMUALTA"] == "1") for row in rows())
    assert all((row["MUNIBAJA"] == "") == (row["TAMUBAJA"] == "1") for row in rows())


def test_the_file_holds_what_the_profile_says_of_it() -> None:
    assert {row["PROVNAC"] for row in rows()} == set(BORN_IN), "the notice and the text `source` name these provinces"
    assert not any(row["PROVALTA"] == "66" for row in rows()), "the layout does not cover departures abroad"
    assert {row["ANOVAR"] for row in rows()} == {"2016"}, "the calendar has this period"


def test_no_record_repeats_one_municipality_that_is_known_at_both_ends() -> None:
    known = [row for row in rows() if row["MUNIBAJA"] and row["MUNIALTA"]]
    assert not any(row["PROVBAJA"] + row["MUNIBAJA"] == row["PROVALTA"] + row["MUNIALTA"] for row in known)


def test_the_file_has_the_counts_that_the_walking_line_is_held_to() -> None:
    within = [row for row in rows() if row["PROVBAJA"] == row["PROVALTA"]]
    blank = [row for row in within if not (row["MUNIBAJA"] and row["MUNIALTA"])]
    external = sum(row["PROVBAJA"] == "66" for row in rows())
    assert (len(rows()), external, len(within), len(blank)) == (73_677, 2_576, 40_503, 18_734)
