"""What changed since the published vintage and between data cut-offs: which cells, by how much, and why."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qonys.concepts.period import Period
from qonys.country.loading import SHIPPED
from qonys.datasets.revision import Movement
from qonys.production.building import BuiltRelease
from qonys.production.line import Line
from qonys.production.movements import movement
from qonys.production.verifying import verify
from spec.drawn_slips import Walk

YEAR = Period(2024)
PEOPLE = "\n".join(f"p{n:02} | {n % 27 + 1:02}.03.2024 | {a} | {b}" for n, (a, b) in enumerate(
    [("N11", "C11"), ("C11", "N12"), ("S11", "C11"), ("XB", "C11"), ("C11", "XC"), ("N12", "S12")] * 7
))  # fmt: skip
HEAD = "PERSON | DAY | FROM | TO"
BEFORE, AFTER = date(2025, 1, 31), date(2025, 2, 28)


def released(walk: Walk) -> BuiltRelease:
    walk.process()
    walk.line.tabulate()
    return walk.line.build(YEAR).data


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The first vintage of 2024 is published."""
    walk = Walk(tmp_path_factory.mktemp("published"))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11")
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}")
    released(walk)
    walk.line.publish()
    return walk


@pytest.fixture
def walk(published: Walk, tmp_path: Path, only_pages: None) -> Walk:
    return published.copied(tmp_path)


def page(built: BuiltRelease, language: str = "en") -> str:
    text = (Path(built.folder) / "bundle" / language / "index.html").read_text(encoding="utf-8")
    changed = text[text.index('<section id="what-changed"') : text.index('<section id="glossary"')]
    return " ".join(re.sub(r"<[^>]+>", " ", changed).split())


def log(built: BuiltRelease) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((Path(built.folder) / "bundle" / "corrections.json").read_bytes())[
        "entries"
    ]
    return found


def cells(built: BuiltRelease) -> list[dict[str, str]]:
    (path,) = Path(built.folder).glob("bundle/files/*changes-since-published-en-*.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_a_first_vintage_follows_none_and_its_log_is_empty(walk: Walk) -> None:
    built = walk.line.build(YEAR).data
    assert log(built) == []
    assert "Since the vintage published" not in page(built)


def test_a_vintage_built_again_after_its_publication_is_the_same_and_follows_none(walk: Walk) -> None:
    first = walk.line.build(YEAR).data
    (vintage,) = (path.name for path in (walk.folder / "published" / "mini" / "2024").iterdir() if len(path.name) == 12)
    assert vintage == first.vintage and log(first) == []


def test_a_delivery_that_came_after_the_count_is_the_reason_that_is_told(walk: Walk) -> None:
    first = walk.line.build(YEAR).data
    walk.receive("2025-01-15", f"{HEAD}\n" + "\n".join(f"q{n} | 07.05.2024 | XB | C11" for n in range(4)))
    second = released(walk)
    told = page(second)
    assert f"from the vintage {first.vintage}, published on 12 March 2025" in told
    assert (
        "1 delivery with a day of receipt before the earlier data cut-off came only after it had been counted" in told
    )
    assert "cannot be told apart" not in told
    (entry,) = log(second)
    assert (entry["vintage"], entry["follows"], entry["kinds"]) == (second.vintage, first.vintage, ["slips"])
    found = {(row["table"], row["cell"]): row for row in cells(second)}
    row = found["external-by-year", "period=2024; measure=arrivals"]
    assert (row["before"], row["after"], row["difference"]) == ("7", "11", "4")
    assert entry["cells"] == len(found) and entry["tables"] == len({table for table, _ in found})
    assert "Corrections log" in told
    assert "External migration, 2021–2024 2 of 12 Arrivals 4 4.0 0.61%" in told


def test_built_again_after_a_later_publication_a_vintage_still_follows_the_one_before_it(walk: Walk) -> None:
    first = walk.line.build(YEAR).data
    walk.receive("2025-01-15", f"{HEAD}\nq | 07.05.2024 | XB | C11")
    second = released(walk)
    bundle = Path(second.folder) / "bundle"
    files = {path.name: path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()}
    walk.line.publish()
    again = walk.line.build(YEAR).data
    assert again.vintage == second.vintage != first.vintage
    assert {path.name: path.read_bytes() for path in sorted(bundle.rglob("*")) if path.is_file()} == files


def test_the_log_of_a_third_vintage_has_both_corrections(walk: Walk) -> None:
    walk.receive("2025-01-15", f"{HEAD}\nq | 07.05.2024 | XB | C11")
    second = released(walk)
    walk.line.publish()
    walk.receive("2025-01-16", f"{HEAD}\nr | 08.05.2024 | XB | C11")
    third = released(walk)
    assert [entry["vintage"] for entry in log(third)] == [second.vintage, third.vintage]


RULE = """
  - id: not-from-borland
    message: {en: Whoever comes from Borland does not count., es: Quien viene de Borlandia no cuenta.}
    expr: origin <> 'XB'
    action: set_apart
"""


def reopened(walk: Walk) -> Walk:
    """The same workspace, its profile read anew."""
    walk.line = Line(dataclasses.replace(walk.line.office))
    return walk


@pytest.mark.usefixtures("only_pages")
def test_a_changed_definition_and_a_changed_border_are_told_apart_by_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "mini"
    shutil.copytree(SHIPPED / "mini", folder)
    walk = Walk(tmp_path, profile=str(folder))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11")
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}")
    released(walk)
    walk.line.publish()
    rules, areas = folder / "rules" / "rules.yaml", folder / "areas" / "areas.csv"
    rules.write_text(rules.read_text(encoding="utf-8") + RULE, encoding="utf-8")
    built = released(reopened(walk))
    told = page(built)
    assert "Definitions were changed: rules/rules.yaml." in told and "cannot be told apart" not in told
    assert log(built)[-1]["kinds"] == ["definition"]
    areas.write_text(areas.read_text(encoding="utf-8").replace("Northmark", "Northmarch"), encoding="utf-8")
    built = released(reopened(walk))
    told = page(built)
    assert "The list of areas was changed: areas/areas.csv." in told
    assert "Which cell changed for which of them cannot be told apart." in told
    assert log(built)[-1]["kinds"] == ["definition", "territory"]


def test_a_lost_record_is_told_as_such_and_no_reason_is_guessed(walk: Walk) -> None:
    first = walk.line.build(YEAR).data
    walk.receive("2025-01-15", f"{HEAD}\nq | 07.05.2024 | XB | C11")
    (Path(first.folder) / "record.json").unlink()
    told = page(released(walk))
    assert "The record of the earlier vintage does not tell which definitions it was counted by." in told


def test_between_two_cut_offs_slips_come_late_are_corrected_and_are_taken_back(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive(
        "2025-01-10",
        """
        SLIP | PERSON | DAY        | FROM | TO
        1    | ann    | 05.03.2024 | N11  | C11
        2    | bob    | 05.03.2024 | N11  | C11
        3    | cat    | 06.03.2024 | XB   | C11
    """,
    )
    walk.receive(
        "2025-02-10",
        """
        SLIP | CORRECTS | PERSON | DAY        | TYPE | FROM | TO
        4    | 1        | ann    | 05.03.2024 | 1    | N11  | S11
        5    | 2        | bob    | 05.03.2024 | 2    | N11  | N11
        6    |          | dot    | 07.03.2024 | 1    | C11  | XB
    """,
    )
    walk.process()
    found = movement(walk.line.office, date(2024, 1, 1), date(2024, 12, 31), BEFORE, AFTER)
    assert found.came == {"correction": {"interregional": 1}, "late": {"external_out": 1}}
    assert found.went == {"corrected": {"interregional": 2}}
    assert found.persons(("external_in", "external_out")) == ({"late": 1}, {})


def test_a_redelivery_takes_the_place_of_all_slips_of_another(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", f"{HEAD}\nann | 05.03.2024 | N11 | C11\nbob | 05.03.2024 | N11 | C11")
    walk.receive("2025-02-10", f"{HEAD}\nann | 05.03.2024 | N11 | C11", replaces=1)
    walk.process()
    found = movement(walk.line.office, date(2024, 1, 1), date(2024, 12, 31), BEFORE, AFTER)
    assert found == Movement({"redelivery": {"interregional": 1}}, {"replaced": {"interregional": 2}})


def test_who_came_less_who_went_is_the_difference_of_the_totals(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", f"{HEAD}\n{PEOPLE}")
    walk.receive("2025-02-10", f"{HEAD}\nzed | 05.03.2024 | N11 | C11\nyan | 05.03.2024 | N12 | S11")
    walk.process()
    found = movement(walk.line.office, date(2024, 1, 1), date(2024, 12, 31), BEFORE, AFTER)
    came, went = found.persons(("interregional", "intraregional", "external_in", "external_out"))
    counts = [len(walk.moves("row", as_of=day.isoformat())) for day in (BEFORE, AFTER)]
    assert sum(came.values()) - sum(went.values()) == counts[1] - counts[0] == 2


def test_a_vintage_that_follows_another_is_built_again_byte_for_byte(published: Walk, tmp_path: Path) -> None:
    walk = published.copied(tmp_path)
    walk.receive("2025-01-15", f"{HEAD}\nq | 07.05.2024 | XB | C11")
    second = released(walk)
    walk.line.publish()
    found = verify(walk.line.office, YEAR, second.vintage, environment=os.environ)
    assert found.holds, found
    assert found.files == second.files
