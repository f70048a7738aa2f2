"""A file that came anew, and of which nobody said what it replaces: that its slips were there already is told."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from qonys.datasets.outcome import Finding
from qonys.production import overlapping
from qonys.production.rotating import rotate_person_key
from qonys.production.withdrawn_deliveries import Why, withdraw_delivery
from qonys.store.keys import Keys
from spec.command_line import Ran, qonys
from spec.drawn_slips import KEYS, Walk, arrivals_csv, drawn

HEAD = "SLIP | PERSON | DAY | FROM | TO"
FIRST = (
    f"{HEAD}\ns1 | ann | 05.03.2024 | N11 | C11\ns2 | bob | 05.03.2024 | N11 | C11\ns3 | cem | 06.03.2024 | XB | C11"
)
MENDED = (
    FIRST.replace("bob | 05.03.2024 | N11 | C11", "bob | 05.03.2024 | N11 | S11") + "\ns4 | dia | 07.03.2024 | XB | C11"
)
"""The same three slips, the second with another destination, and one that was forgotten."""


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    made = Walk(tmp_path)
    made.receive("2025-01-10", FIRST)
    return made


def told(walk: Walk, table: str, *, received: str = "2025-01-20", replaces: int | None = None) -> tuple[Finding, ...]:
    path = walk.folder / f"arrivals_{received}.csv"
    path.write_text(arrivals_csv(drawn(table)), encoding="utf-8")
    return walk.line.collect([path], received=date.fromisoformat(received), replaces=replaces).findings


def test_that_most_slips_were_there_already_is_told_with_what_to_do(walk: Walk) -> None:
    (finding,) = told(walk, MENDED)
    assert finding.what == "3 of its 4 slips were there already, in delivery 1 (arrivals_1.csv, 2025-01-10)."
    assert (finding.where, finding.count, finding.severity) == ("arrivals_2025-01-20.csv", 3, "warning")
    assert "qonys withdraw 1 --replaced-by 2 --since 2025-01-20 --reason OWNER" in finding.next_step
    assert "qonys withdraw 2 --reason DUPLICATE" in finding.next_step


def test_a_slip_that_stands_twice_in_a_file_is_one_slip(walk: Walk) -> None:
    again = "s1 | ann | 05.03.2024 | N11 | C11"
    new = "s5 | eli | 05.03.2024 | N11 | C11\ns6 | fay | 05.03.2024 | N11 | C11"
    assert told(walk, f"{HEAD}\n{again}\n{again}\n{again}\n{new}") == ()


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(FIRST.replace("s1", "n1").replace("s2", "n2").replace("s3", "n3"), id="other slips of the same days"),
        pytest.param(FIRST.replace("s1", "n1").replace("s2", "n2"), id="fewer than half"),
        pytest.param(f"{HEAD}\ns1 | ann | 05.03.2024 | N11 | C11\nn1 | bob | 06.03.2024 | N11 | C11", id="half"),
        pytest.param(FIRST.replace(".03.", ".04."), id="the same numbers in another month"),
        pytest.param(FIRST.replace("s1", "").replace("s2", "").replace("s3", ""), id="slips without a number"),
    ],
)  # fmt: skip
def test_of_anything_less_nothing_is_said(walk: Walk, table: str) -> None:
    assert told(walk, table) == ()


def test_of_corrections_nothing_is_said(walk: Walk) -> None:
    assert told(walk, "SLIP | CORRECTS | PERSON | TO\nc1 | s1 | ann | S11\nc2 | s2 | bob | S11") == ()


def test_where_a_file_says_what_it_replaces_nothing_is_said(walk: Walk) -> None:
    assert told(walk, MENDED, replaces=1) == ()


def test_where_the_earlier_one_does_not_count_nothing_is_said(walk: Walk) -> None:
    office = dataclasses.replace(walk.line.office, operator="Asel")
    withdraw_delivery(office, 1, Why("OTHER", "a test"))
    assert told(walk, MENDED) == ()


def test_a_file_that_came_before_does_not_stand_for_a_later_one(walk: Walk) -> None:
    (finding,) = told(walk, MENDED, received="2025-01-05")
    assert "qonys withdraw 2 --replaced-by 1 --since 2025-01-10" in finding.next_step


def test_what_several_deliveries_held_together_is_told_of_all_of_them(walk: Walk) -> None:
    assert told(walk, f"{HEAD}\ns4 | dia | 07.03.2024 | XB | C11", received="2025-01-15") == ()
    (finding,) = told(walk, MENDED)
    assert finding.what.startswith("4 of its 4 slips were there already, in deliveries 1, 2, most in 1 (arrivals_1.csv")


def test_slips_are_known_after_the_key_was_rotated(walk: Walk) -> None:
    new = Keys(bytes(range(64, 96)), KEYS.record)
    rotate_person_key(walk.line.office, new.person.hex())
    walk.with_keys(new)
    (finding,) = told(walk, MENDED)
    assert finding.what.startswith("3 of its 4 slips")


def test_of_a_large_delivery_slips_taken_at_random_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlapping, "COMPARED", 500)
    rows = [f"s{n} | p{n} | {1 + n % 28:02}.03.2024 | N11 | C11" for n in range(4000)]
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "\n".join([HEAD, *rows[:3000]]))
    (finding,) = told(walk, "\n".join([HEAD, *rows]))
    assert " slips of it, taken at random, were there already, in delivery 1 (" in finding.what
    again, compared = (int(text) for text in finding.what.split(" slips")[0].split(" of "))
    assert 400 < compared < 600
    assert abs(again / compared - 0.75) < 0.1
    assert abs(finding.count - 3000) < 400


def test_a_delivery_counts_though_what_came_before_cannot_be_read(walk: Walk) -> None:
    for path in walk.line.office.store.files("input/registrations").paths:
        Path(path).write_bytes(b"This is a Parquet file no more.")
    (finding,) = told(walk, MENDED)
    assert finding.what.startswith("It was taken, but not compared with what came before: A file of the register is")
    assert "qonys doctor" in finding.next_step
    assert len(walk.line.office.store.receipts()) == 2


def test_it_is_shown_on_the_terminal(tmp_path: Path) -> None:
    def collect(name: str, table: str) -> Ran:
        path = tmp_path / name
        path.write_text(arrivals_csv(drawn(table)), encoding="utf-8")
        return qonys("collect", path, "--received", "2025-01-20", "--workspace", tmp_path / "office")

    assert qonys("new", tmp_path / "office", "--profile", "mini").code == 0
    assert "there already" not in collect("arrivals_1.csv", FIRST).said
    assert (
        "! arrivals_2.csv: 3 of its 4 slips were there already, in delivery 1" in collect("arrivals_2.csv", MENDED).said
    )
