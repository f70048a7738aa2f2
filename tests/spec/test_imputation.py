"""What a slip does not state is imputed where the profile says so, told by the move, counted, and corrected by no one."""

from __future__ import annotations

from pathlib import Path

import pytest

from qonys.errors import ProfileError
from qonys.production.reviewing import slips_of
from spec.drawn_slips import Walk, drawn
from spec.reviewed_slips import ReviewedWalk

PLAN = """
variables:
  - {variable: sex, classes: [[age_group, origin_unit, month], [age_group], []]}
  - {variable: age, classes: [[sex, reason], []]}
  - {variable: education, when: age >= 15, classes: [[age_group], []]}
"""
GAPS = """
    SEX | BORN       | SCHOOL | REASON | TO  | CHILDREN
    m   | 01.02.1990 | 1      | work   | C11 |
        | 01.03.1990 | 1      | work   | C11 | F20150306
    m   |            | 1      | work   | C11 |
    m   | 01.02.1990 |        | work   | C11 |
    m   | 01.02.2014 |        | study  | C11 |
"""


def test_a_profile_without_a_plan_imputes_nothing(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", GAPS)
    outcome = walk.line.process()
    assert "imputation" not in outcome.measures
    assert walk.moves("row line sex age education edits") == drawn("""
        row | line | sex | age | education | edits
        2   | 0    | M   | 34  | 1         |
        3   | 0    |     | 34  | 1         |
        3   | 1    | F   | 8   |           |
        4   | 0    | M   |     | 1         |
        5   | 0    | M   | 34  |           |
        6   | 0    | M   | 10  |           |
    """)


def test_what_is_missing_is_taken_from_like_slips_and_told_by_the_move_of_the_person_alone(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN)
    walk.receive("2025-01-10", GAPS)
    measures = walk.line.process().measures
    assert walk.moves("row line sex age education edits") == drawn("""
        row | line | sex | age | education | edits
        2   | 0    | M   | 34  | 1         |
        3   | 0    | M   | 34  | 1         | sex:imputed
        3   | 1    | F   | 8   |           |
        4   | 0    | M   | 34  | 1         | age:imputed
        5   | 0    | M   | 34  | 1         | education:imputed
        6   | 0    | M   | 10  |           |
    """)
    assert measures["imputation"] == {
        "sex": {"applicable": 5, "missing": 1, "imputed": 1, "imputation_rate": 0.2},
        "age": {"applicable": 5, "missing": 1, "imputed": 1, "imputation_rate": 0.2},
        "education": {"applicable": 4, "missing": 1, "imputed": 1, "imputation_rate": 0.25},
    }
    assert measures["amended"] == {name: {"imputed": 1} for name in ("age", "education", "sex")}


def test_without_a_donor_a_value_stays_missing(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN)
    walk.receive("2025-01-10", "SEX | BORN\n | 01.02.1990\n | 01.02.1991")
    walk.process()
    assert walk.moves("sex edits") == drawn("sex | edits\n |\n |")


def test_a_slip_that_makes_no_move_neither_gives_nor_takes(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN)
    walk.receive("2025-01-10", "SEX | BORN | TYPE\n | 01.02.1990 | 1\nm | 01.02.1990 | 3\nf | 01.02.1890 | 1")
    walk.process()
    assert walk.moves("row sex edits") == drawn("row | sex | edits\n2 | |")


def test_a_later_delivery_changes_no_imputed_value(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN)
    walk.receive("2025-01-10", GAPS)
    walk.process()
    before = walk.moves("row line sex age education edits", as_of="2025-01-31")
    walk.receive("2025-02-10", "SEX | BORN | SCHOOL\n" + "f | 01.02.1990 | 3\n" * 9)
    walk.process()
    assert walk.moves("row line sex age education edits", as_of="2025-01-31") == before


def test_a_slip_that_counts_later_than_it_came_changes_no_value_that_was_imputed_before(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation="variables:\n  - {variable: sex, classes: [[]]}")
    walk.receive("2025-01-10", "PERSON | DAY | SEX\nann | 05.03.2024 | f")
    walk.receive("2025-01-11", "PERSON | DAY | SEX\nann | 06.03.2024 | m")
    walk.receive("2025-01-12", "PERSON | DAY | SEX\ncid | 05.03.2024 |")
    walk.process()
    before = walk.moves("delivery sex", as_of="2025-01-31")
    assert before == drawn("delivery | sex\n1 | F\n3 | F")
    walk.receive("2025-02-10", "PERSON | DAY | SEX\nbob | 05.03.2024 | f", replaces=1)
    walk.process()
    assert walk.moves("delivery sex", as_of="2025-01-31") == before
    assert walk.moves("delivery sex", as_of="2025-02-28") == drawn("delivery | sex\n2 | M\n3 | F\n4 | F")


def test_a_reviewer_sees_an_imputed_value_as_not_stated_and_the_corrected_one_stays(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN)
    walk.receive("2025-01-10", GAPS)
    walk.process()
    assert slips_of(walk.office, [(1, 3)])[0].values["sex"] is None
    walk.decide(1, 3, "set", field="sex", new="F")
    walk.process()
    assert walk.moves("sex edits")[1:2] == drawn("sex | edits\nF | sex:reviewed:1")


@pytest.mark.parametrize(
    ("words", "instead", "told"),
    [
        ("[age_group]", "[shoe_size]", "no class can be made of “shoe_size”"),
        ("variable: sex", "variable: office", "Invalid enum value"),
        ("when: age >= 15", "when: ages >= 15", "there is no ages"),
        ("variable: age,", "variable: sex,", "sex stands 2 times"),
    ],
)
def test_a_mistake_in_the_plan_is_told(tmp_path: Path, words: str, instead: str, told: str) -> None:
    walk = ReviewedWalk(tmp_path, imputation=PLAN.replace(words, instead))
    with pytest.raises(ProfileError, match=told):
        walk.receive("2025-01-10", GAPS)
        walk.process()
