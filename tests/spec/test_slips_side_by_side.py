"""What shows only beside other slips: repetitions, corrections, replaced deliveries, pairs, sequences, short stays.

Each country is mini with an integration.yaml of its own; where both sides are delivered, the layout ``arrivals`` takes the
kind of a slip from its type.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qonys.country.loading import SHIPPED
from spec.drawn_slips import Walk, drawn

DUPLICATES = "duplicate_key: [person, date, kind, origin, destination]\n"


def country(folder: Path, integration: str, *, both_sides: bool = False, deaths: bool = False) -> Path:
    """Mini with another integration.yaml."""
    profile = folder / "country"
    shutil.copytree(SHIPPED / "mini", profile)
    (profile / "integration.yaml").write_text(DUPLICATES + integration, encoding="utf-8")
    # Mini forbids what another country allows: a correction with the number of what it corrects.
    rules = profile / "rules" / "rules.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("corrects <> slip", "corrects is not null"), encoding="utf-8"
    )
    path = profile / "sources" / "arrivals.yaml"
    layout = path.read_text(encoding="utf-8")
    if both_sides:
        kind = "kind: {expr: \"case when TYPE = '7' then 'departure' else 'arrival' end\"}"
        layout = layout.replace("kind: {constant: arrival}", kind).replace(
            '"1": residence', '"1": residence, "7": residence'
        )
    if deaths:
        layout = layout.replace("  ethnicity: {column: GROUP}\n", '  death_date: {column: GROUP, date: "%d.%m.%Y"}\n')
    path.write_text(layout, encoding="utf-8")
    return profile


def walk_in(folder: Path, integration: str = "", *, both_sides: bool = False, deaths: bool = False) -> Walk:
    return Walk(folder, profile=str(country(folder, integration, both_sides=both_sides, deaths=deaths)))


class TestNearDuplicates:
    SLIPS = """
        PERSON | DAY        | TO  | SCHOOL
        ann    | 05.03.2024 | C11 |
        ann    | 08.03.2024 | C11 | 2
        ann    | 11.03.2024 | C11 | 2
        bob    | 05.03.2024 | C11 | 2
        bob    | 09.03.2024 | C11 | 2
               | 05.03.2024 | C11 | 2
               | 06.03.2024 | C11 | 2
        cid    | 05.03.2024 | C11 | 2
        cid    | 06.03.2024 | C12 | 2
    """

    @pytest.mark.parametrize(
        ("counts", "out"), [("first", ["3", "4"]), ("last", ["2", "3"]), ("most_complete", ["2", "4"])]
    )
    def test_the_same_move_registered_again_within_some_days_counts_once(
        self, tmp_path: Path, counts: str, out: list[str]
    ) -> None:
        walk = walk_in(tmp_path, f"near_duplicates: [{{days: 3, counts: {counts}}}]")
        walk.receive("2025-01-10", self.SLIPS)
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == [
            {"row": row, "reasons": "near-duplicate"} for row in out
        ]
        assert [row["row"] for row in walk.moves("row")] == [row for row in map(str, range(2, 11)) if row not in out]

    def test_the_last_one_takes_the_place_of_the_first_on_the_day_it_comes(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "near_duplicates: [{days: 3, counts: last}]")
        walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024")
        walk.receive("2025-02-10", "PERSON | DAY\nann | 06.03.2024")
        walk.process()
        assert walk.moves("delivery known_from known_to") == drawn("""
            delivery | known_from | known_to
            1        | 2025-01-10 | 2025-02-10
            2        | 2025-02-10 |
        """)

    def test_of_two_sources_the_one_that_is_believed_counts(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "sources: [bulk, arrivals]\nnear_duplicates: [{days: 3}]")
        walk.receive("2025-01-10", "PERSON | DAY\nann | 05.03.2024")
        walk.receive("2025-01-20", "PERSON | DAY\nann | 2024-03-06", layout="bulk")
        walk.process()
        assert walk.set_apart_or_quarantined("delivery reasons since") == drawn("""
            delivery | reasons        | since
            1        | near-duplicate | 2025-01-20
        """)

    def test_a_definition_holds_on_its_days_only(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "near_duplicates: [{days: 3, valid_from: 2024-01-01}]")
        walk.receive("2025-01-10", """
            PERSON | DAY
            ann    | 05.03.2024
            ann    | 06.03.2024
            bob    | 05.03.2023
            bob    | 06.03.2023
        """)  # fmt: skip
        walk.process()
        assert walk.set_apart_or_quarantined("row") == drawn("row\n3")

    def test_a_correction_of_the_day_is_no_repetition(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "near_duplicates: [{days: 3}]")
        walk.receive(
            "2025-01-10", "SLIP | CORRECTS | PERSON | DAY\ns1 | | ann | 05.03.2024\ns2 | s1 | ann | 06.03.2024"
        )
        walk.process()
        assert walk.moves("row known_to") == drawn("row | known_to\n3 |")
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n2 | corrected")


class TestNumbersOfSlips:
    def test_a_number_that_two_slips_bear_is_corrected_once(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | PERSON | TO\ns1 | ann | C11\ns1 | bob | C11")
        walk.receive("2025-02-20", "SLIP | CORRECTS | PERSON | TO\ns2 | s1 | bob | S11")
        outcome = walk.line.process()
        assert walk.set_apart_or_quarantined("delivery row reasons") == drawn(
            "delivery | row | reasons\n1 | 3 | corrected"
        )
        assert [row["destination"] for row in walk.moves("destination", as_of="2025-02-28")] == ["C11", "S11"]
        assert "corrected" in {finding.what for finding in outcome.findings}

    def test_a_number_that_two_slips_bear_is_told(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | PERSON\ns1 | ann\ns1 | bob\ns2 | cid")
        findings = {finding.what: finding.count for finding in walk.line.process().findings}
        assert findings["slip-number-twice"] == 1

    def test_of_unknown_persons_the_slip_that_came_first_is_the_one_corrected(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | TO\ns1 | C11\ns1 | C12")
        walk.receive("2025-02-20", "SLIP | CORRECTS | TO\ns2 | s1 | S11")
        walk.process()
        assert [row["destination"] for row in walk.moves("destination", as_of="2025-02-28")] == ["C12", "S11"]

    def test_a_correction_may_bear_the_number_of_what_it_corrects(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        for day, destination, corrects in [
            ("2025-01-10", "C11", ""),
            ("2025-01-20", "C12", "s1"),
            ("2025-02-20", "S11", "s1"),
        ]:
            walk.receive(day, f"SLIP | CORRECTS | TO\ns1 | {corrects} | {destination}")
        findings = {finding.what for finding in walk.line.process().findings}
        for as_of, destination in [("2025-01-15", "C11"), ("2025-01-31", "C12"), ("2025-02-28", "S11")]:
            assert walk.moves("destination", as_of=as_of) == [{"destination": destination}]
        assert "slip-number-twice" not in findings

    def test_of_two_slips_that_correct_each_other_the_later_one_corrects(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | CORRECTS | TO\ns1 | s2 | C11")
        walk.receive("2025-02-10", "SLIP | CORRECTS | TO\ns2 | s1 | C12")
        walk.process()
        assert walk.moves("destination", as_of="2025-01-31") == drawn("destination\nC11")
        assert walk.moves("destination", as_of="2025-02-28") == drawn("destination\nC12")

    def test_the_end_of_a_chain_stays_when_its_middle_comes_last(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | CORRECTS | TO\ns1 | | C11\ns3 | s2 | S11")
        walk.receive("2025-02-10", "SLIP | CORRECTS | TO\ns2 | s1 | C12")
        walk.process()
        assert [row["destination"] for row in walk.moves("destination", as_of="2025-01-31")] == ["C11", "S11"]
        assert walk.moves("destination", as_of="2025-02-28") == drawn("destination\nS11")


class TestReplacedDeliveries:
    def test_the_slips_of_a_replaced_delivery_count_until_the_redelivery_came(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "near_duplicates: [{days: 3}]")
        walk.receive("2025-01-10", "SLIP | PERSON | TO\ns1 | ann | C11\ns2 | bob | C11")
        walk.receive("2025-02-20", "SLIP | PERSON | TO\ns1 | ann | C11\ns2 | bob | C12", replaces=1)
        walk.process()
        assert walk.moves("delivery row destination known_from known_to") == drawn("""
            delivery | row | destination | known_from | known_to
            1        | 2   | C11         | 2025-01-10 | 2025-02-20
            1        | 3   | C11         | 2025-01-10 | 2025-02-20
            2        | 2   | C11         | 2025-02-20 |
            2        | 3   | C12         | 2025-02-20 |
        """)
        assert walk.set_apart_or_quarantined("delivery row reasons since") == drawn("""
            delivery | row | reasons  | since
            1        | 2   | replaced | 2025-02-20
            1        | 3   | replaced | 2025-02-20
        """)

    def test_a_correction_takes_back_the_slip_and_then_its_redelivery(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | PERSON | TO\ns1 | ann | C11")
        walk.receive("2025-01-15", "SLIP | CORRECTS | PERSON | TO\ns2 | s1 | ann | S11")
        walk.receive("2025-01-20", "SLIP | PERSON | TO | SCHOOL\ns1 | ann | C11 | 1", replaces=1)
        walk.process()
        for as_of, destination in [("2025-01-12", "C11"), ("2025-01-16", "S11"), ("2025-01-31", "S11")]:
            assert walk.moves("destination", as_of=as_of) == [{"destination": destination}]

    def test_what_repeated_a_slip_counts_when_the_slip_is_gone(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "PERSON | TO\nann | C11")
        walk.receive("2025-01-15", "PERSON | TO | SCHOOL\nann | C11 | 1")
        walk.receive("2025-01-20", "PERSON | TO\nbob | C11", replaces=1)
        walk.process()
        assert walk.moves("delivery known_from known_to") == drawn("""
            delivery | known_from | known_to
            1        | 2025-01-10 | 2025-01-20
            2        | 2025-01-20 |
            3        | 2025-01-20 |
        """)

    def test_what_was_corrected_counts_again_when_the_correction_is_gone(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive("2025-01-10", "SLIP | TO\ns1 | C11")
        walk.receive("2025-01-15", "SLIP | CORRECTS | TO\ns2 | s1 | S11")
        walk.receive("2025-01-20", "SLIP | TO\ns3 | C12", replaces=2)
        walk.process()
        assert walk.moves("delivery known_from known_to") == drawn("""
            delivery | known_from | known_to
            1        | 2025-01-10 | 2025-01-15
            1        | 2025-01-20 |
            2        | 2025-01-15 | 2025-01-20
            3        | 2025-01-20 |
        """)
        assert walk.line.status()[0].moved == 2


class TestBothSides:
    PAIRING = "pairing: [{days: 10}]"

    def test_a_departure_and_its_arrival_are_one_move(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.PAIRING, both_sides=True)
        walk.receive("2025-01-10", """
            PERSON | TYPE | DAY        | FROM | TO
            ann    | 7    | 01.03.2024 | N11  | C12
            ann    | 1    | 05.03.2024 | N11  | C11
            bob    | 7    | 01.03.2024 | N11  | C11
            bob    | 1    | 20.03.2024 | N11  | C11
            cid    | 7    | 01.03.2024 | N11  | XB
                   | 7    | 01.03.2024 | N11  | C11
                   | 1    | 01.03.2024 | N11  | C11
        """)  # fmt: skip
        outcome = walk.line.process()
        assert walk.moves("row date origin destination") == drawn("""
            row | date       | origin | destination
            3   | 2024-03-05 | N11    | C11
            5   | 2024-03-20 | N11    | C11
            6   | 2024-03-01 | N11    | XB
            7   | 2024-03-01 | N11    | C11
            8   | 2024-03-01 | N11    | C11
        """)
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n2 | paired\n4 | unpaired")
        findings = {finding.what: finding.count for finding in outcome.findings}
        assert (findings["unpaired-arrival"], findings["unpaired-departure"]) == (1, 1)

    def test_a_departure_counts_from_the_day_on_which_its_arrival_came(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "pairing: [{days: 10, counts: departure}]", both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE\nann | 7")
        walk.receive("2025-02-10", "PERSON | TYPE\nann | 1")
        walk.process()
        assert walk.moves("delivery known_from known_to") == drawn("delivery | known_from | known_to\n1 | 2025-02-10 |")

    def test_an_arrival_may_wait_and_a_departure_may_count_meanwhile(self, tmp_path: Path) -> None:
        policy = "pairing: [{days: 10, unpaired_arrivals: wait, unpaired_departures: count}]"
        walk = walk_in(tmp_path, policy, both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE | TO\nann | 7 | C12\nbob | 1 | C11")
        walk.receive("2025-02-10", "PERSON | TYPE | TO\nann | 1 | C11")
        walk.process()
        assert walk.moves("delivery destination known_from known_to") == drawn("""
            delivery | destination | known_from | known_to
            1        | C12         | 2025-01-10 | 2025-02-10
            2        | C11         | 2025-02-10 |
        """)
        assert walk.set_apart_or_quarantined("row reasons since") == drawn("""
            row | reasons  | since
            2   | paired   | 2025-02-10
            3   | unpaired | 2025-01-10
        """)

    def test_of_several_arrivals_each_departure_finds_the_nearest(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.PAIRING, both_sides=True)
        walk.receive("2025-01-10", """
            PERSON | TYPE | DAY        | FROM | TO
            ann    | 7    | 01.03.2024 | N11  | C11
            ann    | 1    | 09.03.2024 | C11  | S11
            ann    | 1    | 02.03.2024 | N11  | C11
            ann    | 7    | 08.03.2024 | C11  | S11
        """)  # fmt: skip
        walk.process()
        assert [row["row"] for row in walk.moves("row")] == ["3", "4"]

    def test_a_pair_that_stands_is_not_broken_by_a_slip_that_comes_later(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.PAIRING, both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE | DAY | TO\nann | 7 | 01.03.2024 | C11\nann | 1 | 09.03.2024 | C11")
        walk.receive("2025-02-10", "PERSON | TYPE | DAY | TO\nann | 1 | 01.03.2024 | C12")
        walk.process()
        assert walk.set_apart_or_quarantined("delivery row reasons") == drawn(
            "delivery | row | reasons\n1 | 2 | paired"
        )

    def test_the_reason_is_told_that_holds_and_each_that_held_before_with_its_days(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.PAIRING, both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE\nann | 7\nann | 7")
        walk.receive("2025-01-15", "PERSON | TYPE\nann | 1")
        walk.receive("2025-01-20", "PERSON | TYPE\nbob | 7", replaces=1)
        outcome = walk.line.process()
        told = walk.set_apart_or_quarantined("delivery row reasons since until", condition="true")
        assert told == drawn("""
            delivery | row | reasons   | since      | until
            1        | 2   | unpaired  | 2025-01-10 | 2025-01-15
            1        | 2   | paired    | 2025-01-15 | 2025-01-20
            1        | 2   | replaced  | 2025-01-20 |
            1        | 3   | duplicate | 2025-01-10 | 2025-01-20
            1        | 3   | replaced  | 2025-01-20 |
            3        | 2   | unpaired  | 2025-01-20 |
        """)
        findings = {finding.what: finding.count for finding in outcome.findings}
        assert (findings["replaced"], findings["unpaired"], findings["unpaired-departure"]) == (2, 1, 1)
        assert not {"paired", "duplicate"} & set(findings)
        assert outcome.measures["exceptions"] == 3

    def test_a_slip_whose_other_side_is_gone_waits_again(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.PAIRING, both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE\nann | 7")
        walk.receive("2025-01-15", "PERSON | TYPE\nann | 1")
        walk.receive("2025-01-20", "PERSON | TYPE\nbob | 1", replaces=2)
        walk.process()
        assert walk.moves("delivery known_from known_to") == drawn("""
            delivery | known_from | known_to
            2        | 2025-01-15 | 2025-01-20
            3        | 2025-01-20 |
        """)
        assert walk.set_apart_or_quarantined("delivery reasons") == drawn(
            "delivery | reasons\n1 | unpaired\n2 | replaced"
        )


class TestSequences:
    def rules(self, *ids: str, action: str = "set_apart") -> str:
        return "sequences:\n" + "".join(f"  - {{id: {rule}, action: {action}}}\n" for rule in ids)

    def test_two_arrivals_without_a_departure_between_are_found_where_both_sides_are_delivered(
        self, tmp_path: Path
    ) -> None:
        definition = "pairing: [{days: 10}]\n" + self.rules("arrival-without-departure")
        walk = walk_in(tmp_path, definition, both_sides=True)
        walk.receive("2025-01-10", """
            PERSON | TYPE | DAY        | FROM | TO
            ann    | 1    | 01.03.2024 | N11  | C11
            ann    | 1    | 01.06.2024 | N11  | S11
            bob    | 1    | 01.03.2024 | N11  | C11
            bob    | 7    | 01.06.2024 | C11  | S11
            bob    | 1    | 03.06.2024 | C11  | S11
            cid    | 1    | 01.03.2024 | XB   | C11
            cid    | 7    | 01.06.2024 | C11  | XB
            cid    | 1    | 01.09.2024 | XB   | C11
        """)  # fmt: skip
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == drawn("""
            row | reasons
            3   | arrival-without-departure
            5   | paired
        """)

    def test_two_departures_without_an_arrival_between_are_found(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("departure-without-arrival", action="quarantine"), both_sides=True)
        walk.receive("2025-01-10", "PERSON | TYPE | DAY | TO\nann | 7 | 01.03.2024 | XB\nann | 7 | 01.06.2024 | XC")
        walk.process()
        assert walk.set_apart_or_quarantined() == drawn(
            "row | fate | reasons\n3 | quarantine | departure-without-arrival"
        )

    def test_a_move_that_starts_where_the_person_does_not_live_is_found(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("origin-elsewhere"))
        walk.receive("2025-01-10", """
            PERSON | DAY        | FROM | TO
            ann    | 01.03.2024 | N11  | C11
            ann    | 01.06.2024 | S11  | N11
            ann    | 01.07.2024 | N12  | S11
            ann    | 01.08.2024 | _U   | S11
        """)  # fmt: skip
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | origin-elsewhere")

    def test_two_places_on_one_day_are_found_and_two_moves_on_one_day_are_none(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("two-places-on-one-day"))
        walk.receive("2025-01-10", """
            PERSON | FROM | TO
            ann    | N11  | C11
            ann    | N11  | S11
            bob    | C11  | S11
            bob    | N11  | C11
        """)  # fmt: skip
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | two-places-on-one-day")

    def test_what_happens_after_death_leaves_when_the_death_becomes_known(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("after-death", action="quarantine"), deaths=True)
        walk.receive("2025-01-10", "PERSON | DAY | GROUP\nann | 01.06.2024 |\nann | 01.02.2024 |\nbob | 01.06.2024 |")
        walk.receive("2025-02-10", "PERSON | DAY | GROUP | TO\nann | 01.01.2024 | 01.03.2024 | S11")
        walk.process()
        assert walk.set_apart_or_quarantined("delivery row fate reasons since") == drawn("""
            delivery | row | fate       | reasons     | since
            1        | 2   | quarantine | after-death | 2025-02-10
        """)
        assert len(walk.moves("row", as_of="2025-01-31")) == 3

    def test_a_slip_that_tells_of_a_death_before_its_day_needs_no_other_slip(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("after-death", action="quarantine"), deaths=True)
        walk.receive("2025-01-10", "PERSON | DAY | GROUP\nann | 05.03.2024 | 01.03.2024\nbob | 05.03.2024 | 05.03.2024")
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n2 | after-death")

    def test_a_sequence_that_is_only_flagged_leaves_the_moves_and_is_told(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, self.rules("two-places-on-one-day", action="flag"))
        walk.receive("2025-01-10", "PERSON | FROM | TO\nann | N11 | C11\nann | N11 | S11")
        findings = {finding.what: finding.count for finding in walk.line.process().findings}
        assert findings["two-places-on-one-day"] == 1
        assert len(walk.moves("row")) == 2


class TestChildren:
    SLIPS = """
        PERSON | SEX | BORN       | DAY        | CHILDREN
        ann    | f   | 01.02.1990 | 05.03.2024 | M20150306 F20180101
        kid    | m   | 06.03.2015 | 07.03.2024 |
        far    | m   | 06.03.2015 | 30.03.2024 |
        two    | m   | 06.03.2015 | 06.03.2024 |
    """

    def test_a_child_that_also_has_a_slip_of_its_own_counts_once(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "children: [{days: 3, action: set_apart}]")
        walk.receive("2025-01-10", self.SLIPS)
        walk.process()
        assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n5 | on-parents-slip")
        assert [row["row"] for row in walk.moves("row")] == ["2", "2", "2", "3", "4"]

    def test_it_may_only_be_told(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "children: [{days: 3, action: flag}]")
        walk.receive("2025-01-10", self.SLIPS)
        assert {f.what: f.count for f in walk.line.process().findings}["on-parents-slip"] == 1
        assert len(walk.moves("row")) == 6


class TestDuration:
    def left(self, walk: Walk) -> list[str]:
        return [row["row"] for row in walk.set_apart_or_quarantined("row")]

    def test_a_move_and_the_return_within_the_limit_are_temporary(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "duration: [{months: 12}]")
        walk.receive("2025-01-10", """
            PERSON | DAY        | FROM | TO
            ann    | 05.03.2023 | N11  | C11
            ann    | 04.03.2024 | C12  | N12
            bob    | 05.03.2023 | N11  | C11
            bob    | 05.03.2024 | C11  | N11
            cid    | 05.03.2023 | N11  | C11
            cid    | 05.06.2023 | C11  | S11
            dan    | 05.03.2023 | N11  | C11
            dan    | 05.06.2023 | C11  | N11
            dan    | 05.09.2023 | N11  | C11
            eve    | 05.03.2023 | N11  | N12
            eve    | 05.06.2023 | N12  | N11
        """)  # fmt: skip
        walk.process()
        assert self.left(walk) == ["2", "3", "8", "9"]
        assert {row["reasons"] for row in walk.set_apart_or_quarantined("reasons")} == {"temporary"}

    def test_twelve_of_sixteen_months_allow_an_interruption(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "duration: [{months: 12, of_months: 16}]")
        walk.receive("2025-01-10", """
            PERSON | DAY        | FROM | TO
            ann    | 05.01.2023 | N11  | C11
            ann    | 05.11.2023 | C11  | N11
            ann    | 05.12.2023 | N11  | C11
            bob    | 05.01.2023 | N11  | C11
            bob    | 05.02.2024 | C11  | N11
            cid    | 05.01.2023 | N11  | C11
            cid    | 05.11.2023 | C11  | N11
        """)  # fmt: skip
        walk.process()
        assert self.left(walk) == ["3", "4", "7", "8"]

    def test_a_data_cut_off_before_the_return_was_known_keeps_the_move(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path, "duration: [{months: 12}]")
        walk.receive("2024-04-10", "PERSON | DAY | FROM | TO\nann | 05.03.2024 | N11 | C11")
        walk.receive("2024-07-10", "PERSON | DAY | FROM | TO\nann | 05.06.2024 | C11 | N11")
        walk.process()
        assert walk.moves("delivery", as_of="2024-06-30") == drawn("delivery\n1")
        assert walk.moves("delivery", as_of="2024-07-10") == []

    def test_without_the_definition_every_registration_counts(self, tmp_path: Path) -> None:
        walk = walk_in(tmp_path)
        walk.receive(
            "2025-01-10", "PERSON | DAY | FROM | TO\nann | 05.03.2024 | N11 | C11\nann | 05.06.2024 | C11 | N11"
        )
        walk.process()
        assert len(walk.moves("row")) == 2
