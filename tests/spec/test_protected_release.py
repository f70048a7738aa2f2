"""A release in which a person can be found out is not built; one that is protected is, and says how."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED
from spec.command_line import qonys
from spec.drawn_slips import Walk
from spec.seed_figures import words_of_page

SLIPS = """
    PERSON | DAY        | FROM | TO  | GROUP
    ann    | 05.03.2024 | N11  | S11 | ard
    bob    | 05.03.2023 | N11  | S11 | ard
    cat    | 06.03.2024 | S11  | C11 | bor
    dan    | 06.03.2024 | XC   | C11 | cad
    eve    | 07.03.2024 | N11  | N12 | ard
    fay    | 07.03.2024 | N11  | N12 | ard
    gil    | 08.03.2024 | N11  | N12 | ard
    hal    | 08.03.2024 | N11  | N12 | ard
    ian    | 08.03.2024 | C11  | C12 | ard
    jan    | 08.03.2024 | C11  | C12 | ard
    kim    | 08.03.2024 | C11  | C12 | ard
    leo    | 08.03.2024 | C11  | C12 | ard
"""


def profile(folder: Path, *changes: tuple[str, str]) -> Path:
    """Mini with other words in protection.yaml."""
    mine = folder / "mine"
    shutil.copytree(SHIPPED / "mini", mine)
    path = mine / "protection.yaml"
    text = path.read_text("utf-8")
    for words, instead in changes:
        assert words in text
        text = text.replace(words, instead)
    path.write_text(text, "utf-8")
    return mine


def counted(folder: Path, mine: Path) -> Path:
    walk = Walk(folder, profile=str(mine))
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    walk.line.tabulate()
    return walk.line.office.workspace.folder


def values(bundle: Path, table: str) -> dict[tuple[str, ...], str]:
    (path,) = (bundle / "files").glob(f"*-{table}-en-*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["partner_area"], r["area"]): r["value"] or r["conf_status"] for r in csv.DictReader(file)}


def test_a_small_count_that_nobody_allowed_stops_the_build_and_the_audit_names_it(tmp_path: Path) -> None:
    mine = profile(tmp_path, ("allowed:\n  external-by-ethnicity: the whole country by one characteristic\n", ""))
    office = counted(tmp_path, mine)
    built = qonys("release", "build", "2024", "--workspace", office)
    assert built.code == 4
    assert "1 counts of the release can be found out" in built.said
    assert "qonys protect audit" in built.said
    audited = qonys("protect", "audit", "2024", "--workspace", office, "--json")
    assert audited.code == 4
    (finding,) = audited.json["findings"]
    assert finding["where"] == "table external-by-ethnicity, 2024, cad, arrivals"
    assert "Small count: 1 person can be found out" in finding["what"]


def test_a_release_that_holds_is_built_rounded_and_says_so(tmp_path: Path) -> None:
    office = counted(tmp_path, profile(tmp_path))
    built = qonys("release", "build", "2024", "--workspace", office)
    assert built.code == 0
    bundle = Path(built.out.strip().splitlines()[-1])
    inner = {key: value for key, value in values(bundle, "origin-destination").items() if "_T" not in key}
    assert set(inner.values()) <= {"0", "3", "4", "5", "6", "C"}
    page = words_of_page((bundle / "en" / "index.html").read_text("utf-8"))
    assert "Counts below 3 were rounded to 0 or 3" in page
    audited = qonys("protect", "audit", "2024", "--workspace", office)
    assert audited.code == 0
    assert "Nothing can be found out that must not be." in audited.said


def test_perturbed_tables_say_that_their_parts_may_not_add_up(tmp_path: Path) -> None:
    mine = profile(
        tmp_path,
        (
            "additive: [origin-destination, origin-destination-by-year]",
            "cell_key: [origin-destination, origin-destination-by-year]",
        ),
    )
    built = qonys("release", "build", "2024", "--workspace", counted(tmp_path, mine))
    assert built.code == 0
    page = (Path(built.out.strip().splitlines()[-1]) / "en" / "index.html").read_text("utf-8")
    assert "parts may not add up to totals" in page


@pytest.mark.parametrize(
    ("words", "instead", "told"),
    [
        (
            "additive: [origin-destination, origin-destination-by-year]",
            "additive: [origin-destination-by-year]",
            "Nothing says how the table origin-destination is protected",
        ),
        (
            "additive: [origin-destination, origin-destination-by-year]",
            "additive: [origin-destination, origin-destination-by-year, external-by-year]",
            "is protected in 2 ways",
        ),
        ("  external-by-country: one dimension\n", "", "Nothing says how the table external-by-country"),
        ("sensitive: [ethnicity]", "sensitive: [shoe_size]", "“shoe_size” is no dimension"),
        ("threshold: 3", "threshold: 1", "protects nobody"),
        ("base: 3", "base: 1", "rounds nothing"),
    ],
)
def test_a_mistake_in_the_plan_is_told(tmp_path: Path, words: str, instead: str, told: str) -> None:
    ran = qonys("profile", "check", profile(tmp_path, (words, instead)))
    assert ran.code == 5
    assert told in ran.said


def test_a_table_with_groups_cannot_be_rounded_additively(tmp_path: Path) -> None:
    mine = profile(
        tmp_path,
        ("  external-by-country: one dimension\n", ""),
        (
            "additive: [origin-destination, origin-destination-by-year]",
            "additive: [origin-destination, origin-destination-by-year, external-by-country]",
        ),
    )
    ran = qonys("profile", "check", mine)
    assert ran.code == 5
    assert "a group is not the sum of its members" in ran.said
