"""A quarantined row keeps what was hashed of it, so that once it is put right it is linked and judged as any other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qonys.collect.name_encodings import NameEncodings
from qonys.datasets.registration import NUMBER_SAYS
from spec.bad_files.encoded_files import kz_text
from spec.command_line import qonys
from spec.drawn_slips import KEYS, Walk
from spec.test_names_are_encoded import profile_with_names
from spec.test_pairs_are_reviewed import MARK, WRITTEN, NamedWalk

REVIEWED = ("--reason", "REVIEW", "--author", "Asel")


def states(walk: Walk, state: Any, columns: str) -> list[dict[str, Any]]:  # noqa: ANN401 a literal
    files = walk.line.office.store.files(state)
    return walk.line.office.engine.run(f"select {columns} from s order by delivery, row", s=files).to_pylist()


def test_a_released_row_has_the_encoding_of_its_name(tmp_path: Path) -> None:
    walk = Walk(tmp_path, profile=str(profile_with_names(tmp_path)))
    walk.receive("2025-01-10", "PERSON | DAY\nQazwsxedc | x\n | y\n1234567890 | z")
    expected = NameEncodings(KEYS.name_key()).encoded("qazwsxedc")
    assert [row["surname"] for row in states(walk, "input/quarantine", "surname")][:2] == [expected, None]
    slip = ("--workspace", walk.line.office.workspace.folder, "--delivery", 1, "--row", 2)
    assert qonys("correct", *slip, "--set", "date=2024-03-05", "--release", *REVIEWED).code == 0
    walk.process()
    assert states(walk, "clean/amendments", "surname") == [{"surname": expected}]


def test_a_row_that_holds_an_identifier_where_none_belongs_keeps_no_encoding(tmp_path: Path) -> None:
    walk = Walk(tmp_path, profile=str(profile_with_names(tmp_path)))
    walk.receive("2025-01-10", "PERSON | DAY | BORN\nQazwsxedc | 05.03.2024 | 7391846251\nQazwsxedc | x | x")
    kept = states(walk, "input/quarantine", "content, surname is null as is_gone")
    assert [row["is_gone"] for row in kept] == [True, False]
    assert kept[0]["content"] == "{}"


def test_a_released_row_without_a_number_is_linked_with_its_person(tmp_path: Path) -> None:
    walk = NamedWalk(tmp_path)
    place, known = next((at, one) for at, one in enumerate(WRITTEN) if one.identified and one.sex and one.birth_date)
    names = f"{known.surname},{known.given_name},{known.birth_place}"
    path = tmp_path / "named_2.csv"
    rest = f"{known.sex},{known.birth_date},N11,C11"
    path.write_text(f"number,surname,given,born_in,day,sex,born,from,to\n,{names},06.09.2024,{rest}\n", "utf-8")
    walk.line.collect([path], received=date(2025, 1, 20))
    walk.decide(2, 2, "set", field="day", new="2024-09-06")
    walk.decide(2, 2, "release")
    walk.process()
    links = walk.line.office.store.files("clean/links")
    found = walk.rows("select other_row, status from l where delivery = 2 and status = 'linked'", l=links)
    assert {"other_row": str(place + 2), "status": "linked"} in found
    for stored in (path for path in (tmp_path / "workspace").rglob("*") if path.is_file()):
        assert MARK.encode() not in stored.read_bytes(), stored


def test_a_released_row_is_judged_by_what_its_number_says(tmp_path: Path) -> None:
    path = tmp_path / "arrivals_1.csv"
    path.write_bytes(kz_text(ПОЛ="?", ИИН="739184625009").encode("cp1251"))
    walk = Walk(tmp_path, profile="kz")
    walk.line.collect([path], received=date(2025, 1, 10))
    said = states(walk, "input/quarantine", ", ".join(NUMBER_SAYS))
    assert said[0]["number_valid"] is False
    slip = ("--workspace", walk.line.office.workspace.folder, "--delivery", 1, "--row", 3)
    assert qonys("correct", *slip, "--set", "sex=F", "--release", *REVIEWED).code == 0
    walk.process()
    reasons = {row["row"]: row["reasons"] for row in states(walk, "clean/flags", "row, reasons")}
    assert "number-valid" in reasons[3]
