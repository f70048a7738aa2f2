"""A rule that edits is tried: which values of the slips of a month would be others, and what would follow of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spec.command_line import Ran, qonys
from spec.reviewed_slips import ReviewedWalk

SLIPS = """
    DAY        | SEX | BORN       | REASON | TO
    05.03.2024 | f   | 01.02.2015 | work   | C11
    06.03.2024 | m   | 01.02.2016 | work   | C11
    07.03.2024 | f   | 01.02.1990 | work   | C11
    08.03.2024 | f   | 01.02.2015 |        | C11
    05.04.2024 | f   | 01.02.2015 | work   | C11
"""
NO_WORK = """
rules:
  - id: no-work-of-children
    message: {en: A child moved for work., es: Un menor se trasladó por trabajo.}
    when: age < 15
    expr: reason <> 'work'
    action: ACTION
    edit: {reason: VALUE}
    severity: warning
"""
EDIT = NO_WORK.replace("ACTION", "edit").replace("VALUE", "\"'family'\"")
FLAG = NO_WORK.replace("ACTION", "flag").replace("    edit: {reason: VALUE}\n", "")


@pytest.fixture
def walk(tmp_path: Path) -> ReviewedWalk:
    return ReviewedWalk(tmp_path)


def tried(walk: ReviewedWalk, rules: str, *options: str) -> Ran:
    file = walk.folder / "changed.yaml"
    file.write_text(rules, encoding="utf-8")
    return qonys("rules", "try", file, "--month", "2024-03", "-w", walk.line.office.workspace.folder, *options)


def edits(trial: dict[str, Any]) -> list[tuple[str, str, str | None, str | None, int, list[list[int]]]]:
    return [
        (one["field"], one["edit"], value["before"], value["after"], value["slips"], value["examples"])
        for one in trial["edits"]
        for value in one["values"]
    ]


def test_a_new_rule_shows_the_values_that_it_would_change_and_changes_none(walk: ReviewedWalk) -> None:
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    trial = tried(walk, EDIT, "--json").json
    assert edits(trial) == [("reason", "edited:no-work-of-children", "work", "family", 2, [[1, 2], [1, 3]])]
    (rule,) = trial["rules"]
    assert (rule["before"], rule["after"]["fails"], rule["after"]["missing"]) == (None, 0, 1)
    assert (rule["newly_failing"], trial["regions"]) == (0, [])
    said = tried(walk, EDIT).said
    assert "│ reason │ edited:no-work-of-children │ work │ family │ 2 │ 1:2, 1:3 │" in said
    assert "Nothing was written." in said
    assert walk.moves("row reason") == [{"row": str(row), "reason": reason} for row, reason in
        ((2, "work"), (3, "work"), (4, "work"), (5, ""), (6, "work"))]  # fmt: skip


def test_what_would_follow_of_an_edit_is_told_too(walk: ReviewedWalk) -> None:
    """Another rule fails on what was edited, and other regions count the persons."""
    walk.receive("2025-01-10", SLIPS)
    elsewhere = """
rules:
  - id: girls-go-south
    message: {en: A girl., es: Una niña.}
    when: age < 15 and sex = 'F'
    expr: destination <> 'C11'
    action: edit
    edit: {destination: "'S11'", reason: "'other'"}
  - id: nobody-goes-south
    message: {en: South., es: Sur.}
    expr: destination <> 'S11'
    action: quarantine
"""
    trial = tried(walk, elsewhere, "--json").json
    assert edits(trial) == [
        ("destination", "edited:girls-go-south", "C11", "S11", 2, [[1, 2], [1, 5]]),
        ("reason", "edited:girls-go-south", "work", "other", 1, [[1, 2]]),
        ("reason", "edited:girls-go-south", None, "other", 1, [[1, 5]]),
    ]
    south = next(rule for rule in trial["rules"] if rule["rule"] == "nobody-goes-south")
    assert [(one["row"], one["values"]) for one in south["newly_examples"]] == [
        (2, [{"name": "destination", "value": "S11"}]), (5, [{"name": "destination", "value": "S11"}]),
    ]  # fmt: skip
    lost = {"arrivals_gained": 0, "arrivals_lost": 2, "departures_gained": 0, "departures_lost": 0}
    assert {"region": "C1", **lost} in trial["regions"]
    moved = tried(walk, elsewhere.split("  - id: nobody")[0], "--json").json["regions"]
    assert {one["region"]: (one["arrivals_gained"], one["arrivals_lost"]) for one in moved} == {
        "C1": (0, 2), "S1": (2, 0),
    }  # fmt: skip


def test_a_rule_that_would_edit_no_longer_gives_back_what_was_delivered(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, edits=EDIT)
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    trial = tried(walk, FLAG, "--json").json
    assert edits(trial) == [("reason", "edited:no-work-of-children", "family", "work", 2, [[1, 2], [1, 3]])]
    (rule,) = trial["rules"]
    assert (rule["before"]["fails"], rule["after"]["fails"], rule["newly_failing"]) == (0, 2, 2)
    assert rule["newly_examples"][0]["values"] == [{"name": "age", "value": "9"}, {"name": "reason", "value": "work"}]
    assert tried(walk, EDIT, "--json").json["edits"] == []


def test_an_edit_that_gives_no_code_of_its_field_is_refused(walk: ReviewedWalk) -> None:
    walk.receive("2025-01-10", SLIPS)
    ran = tried(walk, EDIT.replace("'family'", "'fun'"))
    assert (ran.code, "gives what is no value of reason" in ran.said) == (4, True), ran.said


def test_an_edit_of_what_a_person_decided_is_told_as_process_would(walk: ReviewedWalk) -> None:
    walk.receive("2025-01-10", SLIPS)
    walk.process()
    walk.decide(1, 2, "set", field="reason", new="study")
    ran = tried(walk, EDIT)
    assert (ran.code, "reason is “family”, not “work”" in ran.said) == (4, True), ran.said


def test_of_many_values_the_most_frequent_are_shown_and_the_rest_counted(walk: ReviewedWalk) -> None:
    walk.receive(
        "2025-01-10",
        "DAY | BORN\n" + "".join(f"05.03.2024 | {d:02}.02.1990\n" for d in range(1, 26)) + "05.03.2024 | 25.02.1990",
    )
    later = """
rules:
  - id: a-day-later
    message: {en: Later., es: Después.}
    expr: birth_date < date '1990-02-01'
    action: edit
    edit: {birth_date: "birth_date + 1"}
"""
    (one,) = tried(walk, later, "--json").json["edits"]
    assert (one["slips"], len(one["values"]), one["more"]) == (26, 20, 5)
    assert one["values"][0] == {
        "before": "1990-02-25", "after": "1990-02-26", "slips": 2, "examples": [[1, 26], [1, 27]],
    }  # fmt: skip
    assert "5 other changes" in tried(walk, later).said
