"""What waits for a person, what becomes of a row that is released, and the same by spreadsheet, script and screen."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qonys.errors import StatisticianError
from qonys.production.deciding import decide
from qonys.production.review_sheet import requests_of_sheet, review_sheet
from qonys.production.reviewing import queue, slips_of, waiting
from spec.command_line import qonys
from spec.drawn_slips import Rows, arrivals_csv, drawn
from spec.reviewed_slips import FAULTY, MARK, ReviewedWalk, faulty_walk


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> ReviewedWalk:
    return faulty_walk(tmp_path_factory.mktemp("faulty"))


@pytest.fixture
def walk(faulty: ReviewedWalk, tmp_path: Path) -> ReviewedWalk:
    return faulty.copied(tmp_path)


def waits(walk: ReviewedWalk) -> Rows:
    return [
        {"where": one.where, "rule": one.rule, "severity": one.severity, "rows": str(one.rows)}
        for one in waiting(walk.office)
    ]


def test_what_waits_is_listed_worst_first(walk: ReviewedWalk) -> None:
    assert waits(walk) == drawn("""
        where | rule                                | severity | rows
        rule  | age-range                           | error    | 1
        entry | date: no date of the form %d.%m.%Y  | error    | 1
        entry | sex: no code of sex                 | error    | 1
        flag  | schooling-of-a-child                | warning  | 1
    """)
    assert queue(walk.office) == [(1, 4), (1, 2), (1, 3), (1, 5)]


def test_no_identifier_is_among_what_a_reviewer_sees(walk: ReviewedWalk) -> None:
    slips = slips_of(walk.office, [(1, row) for row in range(2, 7)])
    assert [slip.place for slip in slips] == ["entry", "entry", "register", "register", "register"]
    assert MARK not in repr(slips)
    assert MARK not in review_sheet(walk.office, "en")


def test_a_released_row_is_typed_again_and_judged_like_any_other(walk: ReviewedWalk) -> None:
    walk.decide(1, 2, "set", field="DAY", new="29.02.2024")
    walk.decide(1, 2, "release")
    walk.decide(1, 3, "set", field="sex", new="M")
    walk.decide(1, 3, "set", field="birth_date", new="1880-01-01")
    walk.decide(1, 3, "release", "OWNER")
    walk.process()
    assert walk.moves("row date sex edits") == drawn("""
        row | date       | sex | edits
        2   | 2024-02-29 | F   | row:released:2, date:reviewed:1
        5   | 2024-03-05 | M   |
        6   | 2024-03-05 | M   |
    """)
    assert walk.set_apart_or_quarantined() == drawn("""
        row | fate       | reasons
        3   | quarantine | age-range
        4   | quarantine | age-range
    """)
    account = walk.line.status()[0]
    assert (account.delivered, account.registrations, account.quarantined, account.moved) == (5, 3, 2, 3)


def test_a_released_row_has_the_pseudonym_of_its_person(walk: ReviewedWalk) -> None:
    walk.receive("2025-01-20", f"PERSON | DAY | SEX\n{MARK}bob | 05.03.2024 | f")
    walk.decide(1, 3, "set", field="SEX", new="f")
    walk.decide(1, 3, "release")
    walk.process()
    assert walk.set_apart_or_quarantined("delivery row reasons")[-1:] == drawn(
        "delivery | row | reasons\n2 | 2 | duplicate"
    )


def test_a_row_that_still_cannot_be_typed_is_not_released(walk: ReviewedWalk) -> None:
    with pytest.raises(StatisticianError, match="still cannot be read: sex: no code of sex, found “x”"):
        walk.decide(1, 3, "release")
    walk.decide(1, 3, "set", field="SEX", new="y")
    with pytest.raises(StatisticianError, match="found “y”"):
        walk.decide(1, 3, "release")
    assert walk.log("entry act") == drawn("entry | act\n1 | set")


def test_an_identifier_that_is_typed_into_a_column_is_not_kept(walk: ReviewedWalk) -> None:
    with pytest.raises(StatisticianError, match="may be an identifier"):
        walk.decide(1, 3, "set", field="GROUP", new="900101300123")


def test_a_release_that_is_taken_back_leaves_the_row_in_quarantine(walk: ReviewedWalk) -> None:
    walk.decide(1, 3, "set", field="SEX", new="f")
    walk.decide(1, 3, "release")
    with pytest.raises(StatisticianError, match="Entry 2 stands upon entry 1"):
        walk.decide(1, 3, "undo", of=1)
    walk.decide(1, 3, "undo", of=2)
    walk.process()
    assert "3" not in [row["row"] for row in walk.moves("row")]
    assert sum(account.quarantined for account in walk.line.status()) == 3


def test_what_a_rule_calls_wrong_counts_once_it_is_accepted(walk: ReviewedWalk) -> None:
    walk.decide(1, 4, "accept", "OWNER", note="She is 134.")
    walk.decide(1, 5, "accept")
    walk.process()
    assert walk.moves("row age edits") == drawn("row | age | edits\n4 | 134 |\n5 | 12 |\n6 | 34 |")
    assert [one["where"] for one in waits(walk)] == ["entry", "entry"]


def test_an_accepted_rule_hides_no_other_one(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "BORN | TYPE\n01.02.1890 | 3")
    walk.process()
    walk.decide(1, 2, "accept", rule="age-range")
    walk.process()
    assert walk.set_apart_or_quarantined() == drawn("row | fate | reasons\n2 | set_apart | not-a-move")


def test_what_is_accepted_of_a_slip_lets_it_not_out_of_a_delivery_that_is_rejected(tmp_path: Path) -> None:
    rule = "rules:\n  - {id: no-study, message: {en: A., es: B.}, expr: reason <> 'study', action: reject}"
    walk = ReviewedWalk(tmp_path, edits=rule)
    walk.receive("2025-01-10", "BORN | REASON\n01.02.1890 | work\n01.02.1990 | study")
    walk.process()
    walk.decide(1, 2, "accept", rule="age-range")
    walk.process()
    assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n2 | no-study\n3 | no-study")
    walk.decide(1, 2, "accept", rule="no-study")
    walk.process()
    assert walk.moves("row") == drawn("row\n2")


def test_what_holds_everywhere_cannot_be_accepted(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "FROM | DAY\nS12 | 31.12.2023")
    walk.process()
    with pytest.raises(StatisticianError, match="origin-not-valid-on-date cannot be accepted"):
        walk.decide(1, 2, "accept")


def test_reviewers_at_work_at_once_get_entries_of_their_own(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX\n" + "f\n" * 6)
    walk.process()
    with ThreadPoolExecutor(3) as reviewers:
        list(reviewers.map(lambda row: walk.decide(1, row, "set", field="sex", new="M"), range(2, 8)))
    assert [row["entry"] for row in walk.log("entry")] == ["1", "2", "3", "4", "5", "6"]
    assert sorted(row["row"] for row in walk.log("row")) == ["2", "3", "4", "5", "6", "7"]


def filled(sheet: str, *changes: dict[str, str]) -> str:
    """The sheet with cells filled in, on the line of each row and field."""
    reader = csv.DictReader(io.StringIO(sheet.lstrip("\N{BYTE ORDER MARK}")), delimiter=";")
    rows = list(reader)
    for change in changes:
        line = next(r for r in rows if r["row"] == change["row"] and change.get("field", r["field"]) == r["field"])
        line.update(change)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(reader.fieldnames or ()), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_a_sheet_goes_out_and_its_decisions_come_in(walk: ReviewedWalk) -> None:
    sheet = review_sheet(walk.office, "es")
    assert "La edad es menor que 0 o mayor que 115." in sheet
    assert requests_of_sheet(sheet, "sheet.csv") == []
    text = filled(
        sheet,
        {"row": "2", "field": "DAY", "new_value": "28.02.2024", "action": "release", "reason": "REVIEW"},
        {"row": "4", "field": "birth_date", "new_value": "1990-02-01", "reason": "OTHER_SOURCE", "source": "passport"},
        {"row": "5", "field": "sex", "action": "leave_out", "reason": "OTHER", "note": "a test slip"},
    )
    decide(walk.office, requests_of_sheet(text, "sheet.csv"))
    walk.process()
    assert [row["row"] for row in walk.moves("row")] == ["2", "4", "6"]
    assert [one["rule"] for one in waits(walk)] == ["sex: no code of sex"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"row": "4", "field": "sex", "new_value": "F", "reason": "BECAUSE"}, "“BECAUSE” is no reason"),
        ({"row": "4", "field": "sex", "new_value": "F"}, "“” is no reason"),
        ({"row": "4", "field": "sex", "new_value": "Q", "reason": "REVIEW"}, "“Q” is not a code of sex"),
        ({"row": "4", "field": "sex", "value": "F", "new_value": "_U", "reason": "REVIEW"}, "sex is “M” now, not “F”"),
        ({"row": "4", "field": "sex", "action": "forget", "reason": "REVIEW"}, "“forget” is no action"),
        ({"row": "3", "field": "SEX", "action": "release", "reason": "REVIEW"}, "still cannot be read"),
        ({"row": "4", "field": "sex", "note": "hm"}, "decides nothing"),
    ],
)
def test_a_line_with_a_fault_is_refused_with_its_number_and_nothing_is_taken(
    walk: ReviewedWalk, change: dict[str, str], told: str
) -> None:
    good = {"row": "5", "field": "sex", "action": "accept", "reason": "REVIEW"}
    text = filled(review_sheet(walk.office, "en"), good, change)
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    number = 2 + next(i for i, r in enumerate(lines) if all(r[name] == value for name, value in change.items()))
    with pytest.raises(StatisticianError, match=told) as caught:
        decide(walk.office, requests_of_sheet(text, "sheet.csv"))
    assert f"sheet.csv, line {number}" in str(caught.value)
    assert walk.log("entry") == []


def test_a_line_of_a_slip_that_does_not_exist_is_refused(walk: ReviewedWalk) -> None:
    change = {"row": "4", "field": "sex", "new_value": "F", "reason": "REVIEW"}
    text = filled(review_sheet(walk.office, "en"), change).replace("\r\n1;4;", "\r\n1;99;")
    with pytest.raises(StatisticianError, match="no row 99 in delivery 1"):
        decide(walk.office, requests_of_sheet(text, "sheet.csv"))


def test_what_a_spreadsheet_would_take_for_a_formula_goes_out_guarded_and_comes_in_as_it_was(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX | GROUP\n=1+1 | ard")
    walk.process()
    sheet = review_sheet(walk.office, "en")
    assert "'=1+1" in sheet
    text = filled(sheet, {"row": "2", "field": "SEX", "new_value": "f", "action": "release", "reason": "REVIEW"})
    decide(walk.office, requests_of_sheet(text, "sheet.csv"))
    walk.process()
    assert walk.moves("row sex") == drawn("row | sex\n2 | F")


def test_the_commands_review_correct_and_show_the_log(tmp_path: Path) -> None:
    path = tmp_path / "arrivals_1.csv"
    path.write_text(arrivals_csv(drawn(FAULTY)), "utf-8")
    where = ("--workspace", tmp_path / "office")
    qonys("new", tmp_path / "office", "--profile", "mini")
    qonys("collect", path, *where, "--received", "2025-01-10")
    qonys("process", *where)
    listed = qonys("review", *where, "--json").json["waiting"]
    assert listed[0]["rule"] == "age-range"
    assert "The age is below 0" in qonys("review", *where, "--language", "en").said
    assert qonys("review", *where, "--language", "fr").code == 6
    slip = ("--delivery", 1, "--row", 2)
    refused = qonys("correct", *where, *slip, "--release", "--reason", "REVIEW", "--json")
    assert (refused.code, "still cannot be read" in refused.json["what"]) == (4, True)
    made = qonys(
        "correct", *where, *slip, "--set", "date=2024-02-29", "--release", "--reason", "REVIEW", "--author", "Pia"
    )
    assert made.code == 0, made.said
    assert qonys("correct", *where, *slip, "--reason", "REVIEW").code == 6
    assert qonys("correct", *where, "--set", "sex=F", "--reason", "REVIEW").code == 6
    assert qonys("correct", *where, "--undo", 9, "--reason", "REVIEW").code == 6
    log = qonys("corrections", *where, "--json").json["decisions"]
    assert [(e["act"], e["field"], e["new"], e["author"], e["stands"]) for e in log] == [
        ("set", "DAY", "29.02.2024", "Pia", True), ("release", None, None, "Pia", True),
    ]  # fmt: skip
    assert "DAY: 31.02.2024 → 29.02.2024" in qonys("corrections", *where).said
    sheet = tmp_path / "waiting.csv"
    assert qonys("review", *where, "--export", sheet).code == 0
    assert qonys("review", *where, "--import", sheet).code == 0
    assert qonys("review", *where, "--import", tmp_path / "none.csv").code == 6
    assert MARK not in sheet.read_text("utf-8")
    amended = qonys("process", *where, "--json").json["measures"]["amended"]
    assert amended == {"date": {"reviewed": 1}, "row": {"released": 1}}
