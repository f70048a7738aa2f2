"""No silent fix: what is not as delivered has an entry, which a move tells and which outlives no error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qonys.concepts.period import Period
from qonys.errors import ProfileError, StatisticianError
from spec.drawn_slips import arrivals_csv, drawn
from spec.reviewed_slips import ReviewedWalk

KNOWN_ERROR = """
corrections:
  - id: school-of-march
    layouts: [arrivals]
    valid_from: 2024-03-01
    valid_to: 2024-04-01
    when: origin = 'N11'
    field: education
    old: "2"
    new: "1"
    reason: OTHER_SOURCE
    source: Letter of the office of registration
    author: A. Clerk
    date: 2025-01-12
"""


def test_a_known_error_is_corrected_where_the_entry_says_and_nowhere_else(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR)
    walk.receive("2025-01-10", """
        DAY        | FROM | SCHOOL
        05.03.2024 | N11  | 2
        31.03.2024 | N11  | 2
        01.04.2024 | N11  | 2
        05.03.2024 | N12  | 2
        05.03.2024 | N11  | 3
        05.03.2024 | N11  |
    """)  # fmt: skip
    walk.receive("2025-01-11", "FROM | SCHOOL\nN11 | 2", layout="bulk")
    walk.process()
    assert walk.moves("delivery row education edits") == drawn("""
        delivery | row | education | edits
        1        | 2   | 1         | education:corrected:school-of-march
        1        | 3   | 1         | education:corrected:school-of-march
        1        | 4   | 2         |
        1        | 5   | 2         |
        1        | 6   | 3         |
        1        | 7   |           |
        2        | 1   | 2         |
    """)


def test_registrations_stay_as_delivered(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR)
    walk.receive("2025-01-10", "FROM | SCHOOL\nN11 | 2")
    walk.process()
    files = walk.office.store.files("input/registrations")
    assert walk.rows("select education from r", r=files) == drawn("education\n2")
    kept = walk.office.store.files("clean/amendments")
    assert walk.rows("select education, edits from a", a=kept) == drawn(
        "education | edits\n1 | education:corrected:school-of-march"
    )


def test_a_correction_whose_error_is_gone_from_the_source_stops_the_step(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR)
    walk.receive("2025-01-10", "FROM | SCHOOL\nN11 | 2")
    walk.process()
    walk.receive("2025-01-20", "FROM | SCHOOL\nN11 | 1", replaces=1)
    with pytest.raises(StatisticianError, match="school-of-march matches nothing any more") as caught:
        walk.process()
    assert "closed:" in caught.value.next_step


def test_a_closed_correction_holds_for_what_came_before(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR + "    closed: 2025-01-20\n")
    walk.receive("2025-01-10", "FROM | SCHOOL\nN11 | 2")
    walk.receive("2025-01-20", "FROM | SCHOOL | SEX\nN11 | 2 | m", replaces=1)
    walk.process()
    assert walk.moves("delivery education", as_of="2025-01-15") == drawn("delivery | education\n1 | 1")
    assert walk.moves("delivery education", as_of="2025-01-31") == drawn("delivery | education\n2 | 2")


def test_a_correction_waits_for_slips_of_its_layouts_and_days(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR)
    walk.receive("2025-01-10", "DAY | SCHOOL\n05.06.2024 | 2")
    found = walk.line.process().findings
    assert [f.severity for f in found if "school-of-march waits" in f.what] == ["info"]


@pytest.mark.parametrize(
    ("words", "instead", "told"),
    [
        ("field: education", "field: person", "no variable that can be corrected"),
        ('new: "1"', 'new: "17"', "no value of education"),
        ('new: "1"', 'new: "2"', "the new value is the old one"),
        ("layouts: [arrivals]", "layouts: [arrival]", "there is no layout"),
        ("reason: OTHER_SOURCE", "reason: BECAUSE", "Invalid enum value"),
        ("when: origin = 'N11'", "when: orgin = 'N11'", "there is no orgin"),
    ],
)
def test_a_mistake_in_a_correction_is_told(tmp_path: Path, words: str, instead: str, told: str) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR.replace(words, instead))
    with pytest.raises(ProfileError, match=told):
        walk.receive("2025-01-10", "FROM | SCHOOL\nN11 | 2")
        walk.process()


def test_a_rule_edits_and_is_kept_from_then_on(tmp_path: Path) -> None:
    walk = ReviewedWalk(
        tmp_path,
        edits="""
rules:
  - id: locality-of-the-harbour
    message: {en: The Harbour is a town., es: El Puerto es una ciudad.}
    when: destination = 'C11'
    expr: destination_locality = 'U'
    on_null: fail
    action: edit
    edit: {destination_locality: "'U'"}
""",
    )
    walk.receive("2025-01-10", "TO | TO_KIND | CHILDREN\nC11 | R | M20150306\nC11 | U |\nS11 | R |")
    walk.process()
    assert walk.moves("row line destination_locality edits") == drawn("""
        row | line | destination_locality | edits
        2   | 0    | U                    | destination_locality:edited:locality-of-the-harbour
        2   | 1    | U                    | destination_locality:edited:locality-of-the-harbour
        3   | 0    | U                    |
        4   | 0    | R                    |
    """)


def test_an_edit_that_gives_no_code_stops_the_step(tmp_path: Path) -> None:
    walk = ReviewedWalk(
        tmp_path,
        edits="""
rules:
  - id: no-code
    message: {en: It has no code., es: No tiene código.}
    expr: reason <> 'work'
    action: edit
    edit: {reason: "upper(reason)"}
""",
    )
    walk.receive("2025-01-10", "REASON\nwork")
    with pytest.raises(StatisticianError, match=r"edited:no-code gives what is no value of reason"):
        walk.process()


FILLS = """
fills:
  - {id: other-slip, from: other_kind, days: 3, fields: [sex, ethnicity]}
  - {id: first-slip, from: corrected, fields: [education, sex]}
"""


def test_a_slip_takes_what_it_lacks_from_the_slip_that_it_corrects(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=FILLS)
    walk.receive("2025-01-10", "SLIP | SCHOOL | SEX\ns1 | 3 | f")
    walk.receive("2025-01-20", "SLIP | CORRECTS | SCHOOL | SEX\ns2 | s1 | | m")
    walk.process()
    assert walk.moves("delivery education sex edits", as_of="2025-01-31") == drawn("""
        delivery | education | sex | edits
        2        | 3         | M   | education:filled:first-slip
    """)


def test_a_slip_takes_nothing_from_a_file_that_was_replaced_before_it_came(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=FILLS)
    walk.receive("2025-01-10", "SLIP | SCHOOL\ns1 | 3")
    walk.receive("2025-01-15", "SLIP | SCHOOL\ns1 | 1", replaces=1)
    walk.receive("2025-01-20", "SLIP | CORRECTS | SCHOOL\ns2 | s1 |")
    walk.process()
    assert walk.moves("delivery education edits", as_of="2025-01-31") == drawn("""
        delivery | education | edits
        3        | 1         | education:filled:first-slip
    """)


def test_an_arrival_takes_from_the_departure_of_the_same_person_only_what_came_before(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=FILLS)
    layout = (
        (walk.profile / "sources" / "arrivals.yaml")
        .read_text("utf-8")
        .replace("constant: arrival", "constant: departure")
    )
    layout = layout.replace("id: arrivals", "id: leaving").replace("arrivals_", "leaving_")
    (walk.profile / "sources" / "leaving.yaml").write_text(layout, "utf-8")
    leaving = tmp_path / "leaving_1.csv"
    slips = drawn("""
        PERSON | DAY        | SEX | GROUP | FROM | TO
        ann    | 03.03.2024 | f   | ard   | C11  | XB
        bob    | 01.03.2024 | m   | ard   | C11  | XB
        cid    | 04.03.2024 | m   | ard   | C11  | XB
        cid    | 05.03.2024 | f   | ard   | C12  | XB
    """)
    leaving.write_text(arrivals_csv(slips), "utf-8")
    walk.receive("2025-01-10", "PERSON | DAY | SEX | FROM | TO\nann | 05.03.2024 | | XB | S11")
    walk.line.collect([leaving], received=date(2025, 1, 11))
    walk.receive("2025-01-12", """
        PERSON | DAY        | SEX | GROUP | FROM | TO
        ann    | 06.03.2024 |     |       | XB   | N11
        bob    | 05.03.2024 |     | ard   | XB   | N11
        cid    | 06.03.2024 |     | ard   | XB   | N11
    """)  # fmt: skip
    walk.process()
    taken = walk.rows("select delivery, row, edits from a order by all", a=walk.office.store.files("clean/amendments"))
    assert taken == drawn("""
        delivery | row | edits
        3        | 2   | sex:filled:other-slip, ethnicity:filled:other-slip
    """)


def test_a_decision_changes_the_slip_and_is_told_by_its_move(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX | TO | CHILDREN\n | C11 | M20150306\nf | C11 |")
    walk.process()
    walk.decide(1, 2, "set", "OTHER_SOURCE", field="sex", new="F", source="telephone")
    walk.decide(1, 2, "set", field="destination", new="S11")
    walk.process()
    assert walk.moves("row line sex destination edits") == drawn("""
        row | line | sex | destination | edits
        2   | 0    | F   | S11         | sex:reviewed:1, destination:reviewed:2
        2   | 1    | M   | S11         | destination:reviewed:2
        3   | 0    | F   | C11         |
    """)
    assert walk.log("entry row act field old new reason author day source") == drawn("""
        entry | row | act | field       | old | new | reason       | author | day        | source
        1     | 2   | set | sex         |     | F   | OTHER_SOURCE | Olga   | 2025-03-01 | telephone
        2     | 2   | set | destination | C11 | S11 | REVIEW       | Olga   | 2025-03-01 |
    """)


def test_of_two_entries_of_one_field_the_later_wins_and_both_stay(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX\nf")
    walk.process()
    walk.decide(1, 2, "set", field="sex", new="M")
    walk.process()
    walk.decide(1, 2, "set", field="sex", new="_U")
    walk.process()
    assert walk.moves("sex edits") == drawn("sex | edits\n | sex:reviewed:2")
    assert walk.log("entry old new") == drawn("entry | old | new\n1 | F | M\n2 | M |")
    with pytest.raises(StatisticianError, match="Entry 2 stands upon entry 1"):
        walk.decide(1, 2, "undo", of=1)
    walk.decide(1, 2, "undo", of=2)
    walk.process()
    assert walk.moves("sex edits") == drawn("sex | edits\nM | sex:reviewed:1")
    walk.decide(1, 2, "undo", of=1)
    walk.process()
    assert walk.moves("sex edits") == drawn("sex | edits\nF |")


def test_a_decision_whose_error_is_gone_stops_the_step_and_names_itself(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "FROM | SCHOOL\nN11 | 2")
    walk.process()
    walk.decide(1, 2, "set", field="education", new="1")
    walk.write("corrections", KNOWN_ERROR)
    with pytest.raises(StatisticianError, match=r"Entry 1 .* education is “1”, not “2”") as caught:
        walk.process()
    assert "--undo 1" in caught.value.next_step


def test_a_decision_about_a_replaced_delivery_stops_the_step_until_it_is_closed(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX\nf")
    walk.decide(1, 2, "set", field="sex", new="M")
    walk.receive("2025-02-20", "SEX\nm", replaces=1)
    with pytest.raises(StatisticianError, match=r"delivery 1, which a corrected one replaced: 1\."):
        walk.process()
    with pytest.raises(StatisticianError, match="was replaced by a corrected one"):
        walk.decide(1, 2, "set", field="sex", new="F")
    walk.decide(1, 2, "close", "OWNER", of=1)
    walk.process()
    assert walk.moves("delivery sex edits", as_of="2025-01-31") == drawn(
        "delivery | sex | edits\n1 | M | sex:reviewed:1"
    )
    assert walk.moves("delivery sex edits", as_of="2025-02-28") == drawn("delivery | sex | edits\n2 | M |")


def test_a_slip_that_was_left_out_is_set_apart(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX\nf\nm")
    walk.process()
    walk.decide(1, 3, "leave_out", "DUPLICATE")
    walk.process()
    assert walk.set_apart_or_quarantined() == drawn("row | fate | reasons\n3 | set_apart | left-out")
    assert walk.moves("row") == drawn("row\n2")


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> ReviewedWalk:
    """Of one sound slip; decisions that are refused leave it as it is."""
    walk = ReviewedWalk(tmp_path_factory.mktemp("processed"))
    walk.receive("2025-01-10", "SEX\nf")
    walk.process()
    return walk


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"field": "sex", "new": "X"}, "“X” is not a code of sex"),
        ({"field": "date", "new": "_U"}, "date must be stated"),
        ({"field": "birth_date", "new": "1.2.1990"}, "not a date such as"),
        ({"field": "age", "new": "3.5"}, "not a whole number"),
        ({"field": "children", "new": "F2015"}, "not children such as"),
        ({"field": "children", "new": "F20150231"}, "not children such as"),
        ({"field": "person", "new": "ann"}, "no variable that can be corrected"),
        ({"field": "sex", "new": "F"}, "sex is “F” already"),
        ({"field": "sex", "new": "M", "old": "_"}, "it was changed since it was read"),
        ({"field": "sex", "new": "M", "reason": "TIRED"}, "“TIRED” is no reason"),
        ({"field": "sex", "new": "M", "reason": "OTHER"}, "needs a note"),
        ({"field": "sex", "new": "M", "note": "number 900101300123"}, "may hold an identifier"),
        ({"act": "release"}, "not in quarantine at entry"),
        ({"act": "accept", "rule": "age-range"}, "does not wait for age-range"),
        ({"act": "undo", "of": 7}, "no standing entry 7"),
        ({"row": 9, "field": "sex", "new": "M"}, "no row 9 in delivery 1"),
    ],
)  # fmt: skip
def test_a_decision_with_a_fault_is_refused_and_nothing_is_written(
    processed: ReviewedWalk, request_: dict[str, object], told: str
) -> None:
    with pytest.raises(StatisticianError, match=told):
        processed.decide(**{"delivery": 1, "row": 2, "act": "set", **request_})  # type: ignore[arg-type]
    assert processed.log("entry") == []


@pytest.mark.usefixtures("only_pages")
def test_no_release_is_built_from_flows_older_than_a_decision_and_a_decision_gives_another_vintage(
    tmp_path: Path,
) -> None:
    walk = ReviewedWalk(tmp_path)
    walk.receive("2025-01-10", "SEX\nf")

    def vintage() -> str:
        walk.process()
        walk.line.tabulate()
        return walk.line.build(Period(2024)).data.vintage

    first = vintage()
    walk.decide(1, 2, "set", field="sex", new="M")
    with pytest.raises(StatisticianError, match="decisions were taken"):
        walk.line.build(Period(2024))
    second = vintage()
    walk.decide(1, 2, "undo", of=1)
    assert first != second
    assert vintage() == first
