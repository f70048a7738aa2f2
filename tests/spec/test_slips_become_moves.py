"""What becomes of a slip: a move, several moves, no migration, or a row in quarantine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qonys.datasets.outcome import KnownOn
from spec.drawn_slips import Walk, drawn


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    return Walk(tmp_path)


@pytest.mark.parametrize(("layout", "row"), [("arrivals", "2"), ("bulk", "1")])
def test_a_plain_slip_is_one_move(walk: Walk, layout: str, row: str) -> None:
    walk.receive("2025-01-10", "FROM | TO\nN11 | C11", layout=layout)
    walk.process()
    columns = (
        "delivery row line known_from known_to date origin destination origin_locality destination_locality "
        "age sex ethnicity education reason"
    )
    assert walk.moves(columns) == [
        {
            "delivery": "1", "row": row, "line": "0", "known_from": "2025-01-10", "known_to": "", "date": "2024-03-05",
            "origin": "N11", "destination": "C11", "origin_locality": "R", "destination_locality": "U", "age": "34",
            "sex": "F", "ethnicity": "ard", "education": "2", "reason": "work",
        }
    ]  # fmt: skip
    assert walk.set_apart_or_quarantined() == []


def test_what_a_slip_says_of_a_locality_goes_before_what_the_area_is(walk: Walk) -> None:
    walk.receive("2025-01-10", "FROM | FROM_KIND | TO | TO_KIND\nN11 | U | C11 | R\nN1 | | XB |")
    walk.process()
    assert walk.moves("row origin_locality destination_locality") == drawn("""
        row | origin_locality | destination_locality
        2   | U               | R
        3   |                 |
    """)


@pytest.mark.parametrize("layout", ["arrivals", "bulk"])
def test_children_on_a_parents_slip_are_moves_of_their_own(walk: Walk, layout: str) -> None:
    born = "01.02.1990" if layout == "arrivals" else "1990-02-01"
    walk.receive("2025-01-10", f"SEX | BORN | SCHOOL | CHILDREN\nf | {born} | 1 | M20150306 F20240305", layout=layout)
    walk.process()
    assert walk.moves("line sex age education ethnicity reason origin destination") == drawn("""
        line | sex | age | education | ethnicity | reason | origin | destination
        0    | F   | 34  | 1         | ard       | work   | N11    | C11
        1    | M   | 8   |           | ard       | work   | N11    | C11
        2    | F   | 0   |           | ard       | work   | N11    | C11
    """)
    keys = walk.moves("record_key")
    assert len({row["record_key"] for row in keys}) == 3


def test_age_is_completed_years_on_the_day_of_the_move(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        DAY        | BORN
        05.03.2024 | 05.03.1990
        05.03.2024 | 06.03.1990
        29.02.2024 | 28.02.1924
        28.02.2023 | 29.02.2004
        05.03.2024 |
    """)  # fmt: skip
    walk.process()
    assert [row["age"] for row in walk.moves("age")] == ["34", "33", "100", "19", ""]


def test_the_same_registration_twice_is_set_apart_where_the_person_is_known(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        PERSON | DAY        | TO
        ann    | 05.03.2024 | C11
        ann    | 05.03.2024 | C11
        ann    | 16.03.2024 | C11
        ann    | 05.03.2024 | C12
               | 05.03.2024 | C11
               | 05.03.2024 | C11
    """)  # fmt: skip
    walk.receive("2025-01-20", "PERSON | DAY | TO\nann | 05.03.2024 | C11")
    walk.process()
    assert walk.set_apart_or_quarantined("delivery row fate reasons since") == drawn("""
        delivery | row | fate      | reasons   | since
        1        | 3   | set_apart | duplicate | 2025-01-10
        2        | 2   | set_apart | duplicate | 2025-01-20
    """)
    assert [row["row"] for row in walk.moves("row")] == ["2", "4", "5", "6", "7"]


def test_a_slip_that_is_quarantined_leaves_its_repetition_a_move(walk: Walk) -> None:
    walk.receive(
        "2025-01-10",
        """
        PERSON | BORN
        ann    | 01.01.2025
        ann    | 01.02.1990
    """,
    )
    walk.process()
    assert walk.set_apart_or_quarantined() == drawn("row | fate | reasons\n2 | quarantine | born-after")
    assert [row["row"] for row in walk.moves("row")] == ["3"]


def test_what_is_no_migration_is_set_apart_with_its_reason(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        TYPE | FROM | TO
        2    | N11  | C11
        3    | N11  | C11
        1    | C11  | C11
        3    | C11  | C11
             | N11  | C11
    """)  # fmt: skip
    walk.process()
    assert walk.set_apart_or_quarantined() == drawn("""
        row | fate      | reasons
        2   | set_apart | not-a-move
        3   | set_apart | not-a-move
        4   | set_apart | same-place
        5   | set_apart | not-a-move, same-place
    """)
    assert [row["row"] for row in walk.moves("row")] == ["6"]


@pytest.mark.parametrize("layout", ["arrivals", "bulk"])
def test_a_corrected_slip_counts_until_the_correction_came(walk: Walk, layout: str) -> None:
    walk.receive("2025-01-10", "SLIP | PERSON | TO\ns1 | ann | C11", layout=layout)
    walk.receive("2025-02-20", "SLIP | CORRECTS | PERSON | TO\ns2 | s1 | ann | S11", layout=layout)
    walk.process()
    assert walk.moves("delivery destination known_from known_to") == drawn("""
        delivery | destination | known_from | known_to
        1        | C11         | 2025-01-10 | 2025-02-20
        2        | S11         | 2025-02-20 |
    """)
    assert walk.moves("destination", as_of="2025-01-09") == []
    assert walk.moves("destination", as_of="2025-01-31") == drawn("destination\nC11")
    assert walk.moves("destination", as_of="2025-02-19") == drawn("destination\nC11")
    assert walk.moves("destination", as_of="2025-02-20") == drawn("destination\nS11")
    assert walk.set_apart_or_quarantined("delivery fate reasons since") == drawn("""
        delivery | fate      | reasons   | since
        1        | set_apart | corrected | 2025-02-20
    """)


def test_a_chain_of_corrections_leaves_the_last_one(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | TO\ns1 | C11")
    walk.receive("2025-01-20", "SLIP | CORRECTS | TO\ns2 | s1 | C12")
    walk.receive("2025-02-20", "SLIP | CORRECTS | TO\ns3 | s2 | S11")
    walk.process()
    for as_of, destination in [("2025-01-15", "C11"), ("2025-01-31", "C12"), ("2025-02-28", "S11")]:
        assert walk.moves("destination", as_of=as_of) == [{"destination": destination}]


def test_of_two_corrections_of_one_slip_the_later_counts(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | TO\ns1 | C11")
    walk.receive("2025-01-20", "SLIP | CORRECTS | TO\ns2 | s1 | C12")
    walk.receive("2025-02-20", "SLIP | CORRECTS | TO\ns3 | s1 | S11")
    walk.process()
    for as_of, destination in [("2025-01-15", "C11"), ("2025-01-31", "C12"), ("2025-02-28", "S11")]:
        assert walk.moves("destination", as_of=as_of) == [{"destination": destination}]


def test_two_slips_of_which_only_the_region_is_known_are_moves(walk: Walk) -> None:
    walk.receive("2025-01-10", "FROM | TO\nN1 | N1\nN11 | N11")
    walk.process()
    assert walk.moves("row origin destination") == drawn("row | origin | destination\n2 | N1 | N1")
    assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | same-place")


def test_a_correction_that_came_with_its_slip_leaves_the_slip_out_of_every_cut_off(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | CORRECTS | TO\ns1 | | C11\ns2 | s1 | S11")
    walk.process()
    assert walk.moves("destination", as_of="2025-01-10") == drawn("destination\nS11")


def test_a_correction_takes_children_along(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | CHILDREN\ns1 | M20150306")
    walk.receive("2025-02-20", "SLIP | CORRECTS | CHILDREN\ns2 | s1 | ")
    walk.process()
    assert len(walk.moves("line", as_of="2025-01-31")) == 2
    assert len(walk.moves("line", as_of="2025-02-28")) == 1


def test_a_correction_of_a_slip_nobody_knows_stays_a_move(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | CORRECTS\ns2 | s0")
    walk.process()
    assert len(walk.moves("row")) == 1
    assert walk.set_apart_or_quarantined() == []


def test_a_correction_that_is_quarantined_corrects_nothing(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | TO\ns1 | C11")
    walk.receive("2025-02-20", "SLIP | CORRECTS | TO | BORN\ns2 | s1 | S11 | 01.01.2025")
    walk.process()
    assert walk.moves("destination", as_of="2025-02-28") == drawn("destination\nC11")


def test_a_correction_that_says_it_was_no_migration_takes_the_move_back(walk: Walk) -> None:
    walk.receive("2025-01-10", "SLIP | TYPE\ns1 | 1")
    walk.receive("2025-02-20", "SLIP | CORRECTS | TYPE\ns2 | s1 | 3")
    walk.process()
    assert len(walk.moves("row", as_of="2025-01-31")) == 1
    assert walk.moves("row", as_of="2025-02-28") == []
    assert walk.set_apart_or_quarantined("delivery reasons") == drawn(
        "delivery | reasons\n1 | corrected\n2 | not-a-move"
    )


def test_what_cannot_be_is_quarantined_with_every_reason(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        DAY        | BORN       | FROM | TO  | CHILDREN
        05.03.2024 | 06.03.2024 | N11  | C11 |
        11.01.2025 | 01.02.1990 | N11  | C11 |
        05.03.2024 | 01.02.1894 | N11  | C11 |
        05.03.2024 | 01.02.1990 | XB   | XC  |
        05.03.2024 | 01.02.1990 | N11  | C11 | M20150306 F20240306
        11.01.2025 | 01.02.2025 | XB   | XB  |
    """)  # fmt: skip
    walk.process()
    assert walk.moves("row") == []
    assert walk.set_apart_or_quarantined() == drawn("""
        row | fate       | reasons
        2   | quarantine | born-after
        3   | quarantine | future
        4   | quarantine | age-range
        5   | quarantine | abroad-both
        6   | quarantine | child-born-after-move
        7   | quarantine | future, born-after, abroad-both
    """)


def test_a_slip_dated_on_the_day_it_came_is_no_future_one(walk: Walk) -> None:
    walk.receive("2025-01-10", "DAY | BORN\n10.01.2025 | 10.01.2025")
    walk.process()
    assert len(walk.moves("row")) == 1


def test_ages_that_cannot_be_are_quarantined_where_the_layout_has_age(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        202403051 34N12
        202403051130N12
        202403051 -5N12
        202403051115N12
        202403056   N12
    """, layout="ledger")  # fmt: skip
    walk.process()
    assert walk.set_apart_or_quarantined() == drawn("""
        row | fate       | reasons
        2   | quarantine | age-range
        3   | quarantine | age-range
    """)
    assert walk.moves("row sex age origin") == drawn("""
        row | sex | age | origin
        1   | M   | 34  | N12
        4   | M   | 115 | N12
        5   | F   |     | N12
    """)


def test_an_age_that_is_no_whole_number_is_not_rounded(walk: Walk) -> None:
    walk.receive("2025-01-10", "202403051 34N12\n2024030511.5N12", layout="ledger")
    assert walk.quarantined_at_entry() == drawn("row | field | found | reason\n2 | age | 1.5 | no whole number")


def test_an_unknown_place_equals_nothing_not_even_an_unknown_place(walk: Walk) -> None:
    walk.receive("2025-01-10", "202403051 34\n202403051 34", layout="ledger")
    walk.process()
    assert walk.moves("row origin destination") == drawn("""
        row | origin | destination
        1   | XA     | N11
        2   | XA     | N11
    """)
    assert walk.set_apart_or_quarantined() == []


@pytest.mark.parametrize(
    ("code", "day", "outcome"),
    [
        ("S13", "31.12.2023", "move"),
        ("S13", "01.01.2024", "move"),
        ("N13", "31.12.2023", "move"),
        ("N13", "01.01.2024", "origin-not-valid-on-date"),
        ("S12", "31.12.2023", "origin-not-valid-on-date"),
        ("S12", "01.01.2024", "move"),
    ],
)
def test_a_code_means_an_area_only_on_its_days(walk: Walk, code: str, day: str, outcome: str) -> None:
    walk.receive("2025-01-10", f"FROM | DAY\n{code} | {day}")
    walk.process()
    reasons = [row["reasons"] for row in walk.set_apart_or_quarantined()]
    assert (reasons or ["move"]) == [outcome]
    assert len(walk.moves("row")) == (outcome == "move")


def test_a_district_that_changed_region_counts_in_the_region_of_the_day(walk: Walk) -> None:
    walk.receive("2025-01-10", "FROM | DAY\nN13 | 31.12.2023\nS12 | 01.01.2024\nS13 | 31.12.2023\nS13 | 01.01.2024")
    walk.process()
    walk.line.tabulate()
    flows = walk.rows(
        "select year, origin, cast(sum(n) as integer) as n from flows group by all order by all",
        flows=KnownOn(walk.line.office.store.files("statistics/flows"), date(2025, 2, 28)),
    )
    assert flows == drawn("""
        year | origin | n
        2023 | N1     | 1
        2023 | S1     | 1
        2024 | S1     | 2
    """)


def test_a_row_that_cannot_be_typed_tells_every_field_what_was_found_and_why(walk: Walk) -> None:
    walk.receive("2025-01-10", """
        DAY        | SEX | BORN       | GROUP | FROM    | TO  | CHILDREN
        31.02.2024 | f   | 01.02.1990 | ard   | N11     | C11 |
        05.03.2024 | x   | 32.01.1990 | zzz   | N11     | C11 |
        05.03.2024 | f   | 01.02.1990 | ard   | Nowhere | C11 | M2015
                   | f   | 01.02.1990 | ard   | N11     |     |
        05.03.2024 | -   | -          | -     | N11     | C11 |
        05.03.24   | f   | 01.02.1990 | ard   | N11     | C11 |
    """)  # fmt: skip
    walk.process()
    assert walk.quarantined_at_entry() == drawn("""
        row | field       | found      | reason
        2   | date        | 31.02.2024 | no date of the form %d.%m.%Y
        3   | birth_date  | 32.01.1990 | no date of the form %d.%m.%Y
        3   | ethnicity   | zzz        | no code of ethnicity
        3   | sex         | x          | no code of sex
        4   | children    | M2015      | no children of the form F20150302 M20180711
        4   | origin      | Nowhere    | no area or country that the profile knows
        5   | date        |            | needed, but not stated
        5   | destination |            | needed, but not stated
        7   | date        | 05.03.24   | no date of the form %d.%m.%Y
    """)
    assert [row["row"] for row in walk.moves("row")] == ["6"]


def test_a_rule_that_only_flags_leaves_the_move_and_counts_the_row(walk: Walk) -> None:
    walk.receive("2025-01-10", "BORN | SCHOOL\n01.02.2012 | 1\n01.02.2012 | 3\n01.02.2012 |\n01.02.1990 | 1")
    results = {result.rule: result for result in walk.line.process().data}
    flagged = results["schooling-of-a-child"]
    assert (flagged.items, flagged.passes, flagged.fails, flagged.missing) == (3, 2, 1, 0)
    assert len(walk.moves("row")) == 4
