"""Pairs of slips that may be of one person: seen by a reviewer, decided, and what becomes of them."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from qonys.collect.name_encodings import NameEncodings
from qonys.concepts.integration import Linkage
from qonys.datasets.decision import DECIDED_PAIR
from qonys.engine.duck import DuckDBEngine
from qonys.errors import StatisticianError
from qonys.process.linkage import Linked, linked
from qonys.process.settled_pairs import contradicting
from qonys.production.building import _decisions
from qonys.production.deciding import decide
from qonys.production.link_sheet import link_sheet, requests_of_links
from qonys.production.linking import WaitingPair, waiting_pairs
from qonys.simulate.persons_with_errors import Written, persons_with_errors
from qonys.simulate.slips_of_persons import slips_of_persons
from spec.command_line import qonys
from spec.drawn_slips import Rows, drawn
from spec.reviewed_slips import ReviewedWalk

ENCODED = NameEncodings(b"key of a test").encoded
WRITTEN = persons_with_errors(1_500, 300, seed=4)
NAMED = Path(__file__).parent / "bad_files" / "sources" / "named.yaml"
MARK = "QQ7391"
Pairs = dict[tuple[int, int], str]


def found_with(*decided: tuple[int, int, bool], written: Sequence[Written] = WRITTEN, link: float = 0.95) -> Linked:
    """What linkage finds when pairs of rows of delivery 1 were decided."""
    rows = [dict(zip(DECIDED_PAIR.names, (1, one, 1, two, same), strict=True)) for one, two, same in decided]
    pairs = pa.Table.from_pylist(rows, schema=DECIDED_PAIR)
    return linked(DuckDBEngine(), Linkage(link=link, sample_pairs=100_000), pairs, **slips_of_persons(written, ENCODED))


def statuses(found: Linked) -> Pairs:
    return {(row["row"], row["other_row"]): row["status"] for row in found.links.to_pylist()}


def persons(found: Linked) -> dict[int, bytes]:
    return {row["row"]: row["person"] for row in found.persons.to_pylist()}


@pytest.fixture(scope="module")
def undecided() -> Linked:
    return found_with()


def with_status(found: Linked, status: str) -> tuple[int, int]:
    """The first pair of a status with a known person."""
    return next(pair for pair, said in statuses(found).items() if said == status and WRITTEN[pair[1]].identified)


def test_a_pair_above_the_threshold_that_is_said_to_be_different_is_not_linked(undecided: Linked) -> None:
    one, two = with_status(undecided, "linked")
    found = found_with((two, one, False))
    assert statuses(found)[one, two] == "different"
    assert persons(found).get(one) != persons(undecided)[one]


def test_a_pair_between_the_thresholds_that_is_said_to_be_the_same_is_linked(undecided: Linked) -> None:
    one, two = with_status(undecided, "linked")
    beyond_all = 1.1
    assert set(statuses(found_with(link=beyond_all)).values()) == {"review"}
    found = found_with((one, two, True), link=beyond_all)
    assert {pair for pair, said in statuses(found).items() if said == "linked"} == {(one, two)}
    assert persons(found) == {one: WRITTEN[two].person.to_bytes(16, "big")}


def test_what_a_person_says_goes_before_what_the_model_links_and_answers_the_other_pairs(undecided: Linked) -> None:
    one, two = with_status(undecided, "linked")
    another = next(row for row in range(1_500) if (one, row) not in statuses(undecided))
    found = found_with((one, another, True))
    assert persons(found)[one] == WRITTEN[another].person.to_bytes(16, "big")
    assert (statuses(found)[one, another], statuses(found)[one, two]) == ("linked", "different")
    assert (
        next(r for r in found.links.to_pylist() if (r["row"], r["other_row"]) == (one, another))["probability"] is None
    )


def test_slips_that_are_told_apart_do_not_meet_by_way_of_a_third_one(undecided: Linked) -> None:
    one, two = with_status(undecided, "linked")
    again = Written(
        WRITTEN[one].person,
        identified=False,
        **{n: getattr(WRITTEN[one], n) for n in ("surname", "given_name", "birth_place", "birth_date", "sex")},
    )
    written, third = [*WRITTEN, again], len(WRITTEN)
    together = persons(found_with(written=written))
    assert together[one] == together[third]
    apart = persons(found_with((one, two, False), written=written))
    assert apart.get(one) != WRITTEN[two].person.to_bytes(16, "big")
    joined = persons(found_with((one, third, True), (third, two, False), written=written))
    assert joined[one] == joined[third] != WRITTEN[two].person.to_bytes(16, "big")


def test_two_slips_with_numbers_are_never_linked(undecided: Linked) -> None:
    assert statuses(found_with((0, 1, True))) == statuses(undecided)


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("a b same, b c same", True),
        ("a b same, b c same, c a different", False),
        ("a X same, a b same, b X same", True),
        ("a X same, a Y same", False),
        ("a X same, b Y same, b a same", False),
        ("a X different, a Y different", True),
    ],
)
def test_decisions_that_make_one_slip_two_persons_contradict_each_other(said: str, *, fits: bool) -> None:
    key = {name: (1, place) for place, name in enumerate("abcXY")}
    words = [pair.split() for pair in said.split(", ")]
    pairs = [(key[one], key[two], how == "same") for one, two, how in words]
    assert (contradicting(pairs, {key["X"]: b"x", key["Y"]: b"y"}) is None) == fits


class NamedWalk(ReviewedWalk):
    """A walk by a profile that links slips without a number by names; one delivery of persons written twice."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        shutil.copy(NAMED, self.profile / "sources" / "named.yaml")
        with (self.profile / "integration.yaml").open("a", encoding="utf-8") as definition:
            definition.write("linkage: {link: 0.95, review: 0.5, seed: 1, sample_pairs: 100000}\n")
        lines = ["number,surname,given,born_in,day,sex,born,from,to"]
        for one in WRITTEN:
            number = f"{MARK}{one.person}" if one.identified else ""
            names = f"{one.surname},{one.given_name},{one.birth_place}"
            day = date(2024, 3, 5) if one.identified else date(2024, 9, 5)
            lines.append(f"{number},{names},{day},{one.sex or 'F'},{one.birth_date or '1990-02-01'},N11,C11")
        path = folder / "named_1.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        self.line.collect([path], received=date(2025, 1, 10))
        self.process()

    def links(self, one: int, two: int) -> Rows:
        files = self.office.store.files("clean/links")
        return self.rows(f"select status from l where row = {one} and other_row = {two}", l=files)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> NamedWalk:
    return NamedWalk(tmp_path_factory.mktemp("named"))


@pytest.fixture
def walk(named: NamedWalk, tmp_path: Path) -> NamedWalk:
    return named.copied(tmp_path)


def others_of(pair: WaitingPair, pairs: Sequence[WaitingPair]) -> list[WaitingPair]:
    """The pairs of the same slip, itself among them."""
    return [one for one in pairs if one.key == pair.key]


def test_pairs_are_shown_decided_taken_back_and_hashed(walk: NamedWalk) -> None:
    waiting = waiting_pairs(walk.office)
    probabilities = [pair.probability or 0 for pair in waiting]
    assert probabilities == sorted(probabilities, reverse=True)
    assert MARK not in repr(waiting)
    assert all(WRITTEN[pair.row - 2].surname not in repr(pair) for pair in waiting)
    first, second, *rest = waiting
    assert list(first.values) == ["kind", "date", "sex", "birth_date", "origin", "destination"]
    assert (first.values["date"], first.other_values["destination"]) == ("2024-09-05", "C11")
    for pair in waiting:
        one, two = WRITTEN[pair.row - 2], WRITTEN[pair.other_row - 2]
        assert (pair.names["surname"] == "equal") == (one.surname == two.surname)
        assert (
            pair.names["given_name"] == "different"
            or (pair.probability or 0) < 0.95
            or len(others_of(pair, waiting)) > 1
        )
        if one.given_name == two.given_name:
            assert pair.names["given_name"] == "equal"
    assert {pair.names["given_name"] for pair in waiting} >= {"different"}

    other = f"{first.other_delivery}:{first.other_row}"
    walk.decide(1, first.row, "same", new=other)
    walk.decide(1, second.other_row, "different", new=f"1:{second.row}", note="twins")
    assert waiting_pairs(walk.office) == tuple(rest)
    assert walk.log("entry row act new author note") == drawn(f"""
        entry | row          | act       | new                  | author | note
        1     | {first.row}  | same      | 1:{first.other_row}  | Olga   |
        2     | {second.row} | different | 1:{second.other_row} | Olga   | twins
    """)
    with pytest.raises(StatisticianError, match="Entry 1 says already that they are of the same person"):
        walk.decide(1, first.row, "different", new=other)
    with pytest.raises(StatisticianError, match="are no pair that was found"):
        walk.decide(1, 2, "same", new="1:3")
    with pytest.raises(StatisticianError, match="“x” names no slip"):
        walk.decide(1, 2, "same", new="x")
    walk.process()
    assert walk.links(first.row, first.other_row) == drawn("status\nlinked")
    assert walk.links(second.row, second.other_row) == drawn("status\ndifferent")

    hashed = _decisions(walk.office, {1: "aa"})
    assert hashed != _decisions(walk.office, {1: "bb"})
    walk.decide(1, second.row, "undo", of=2)
    assert _decisions(walk.office, {1: "aa"}) != hashed
    assert _decisions(walk.office, {}) == ""
    walk.process()
    assert walk.links(second.row, second.other_row) == drawn("status\nreview")


def test_one_slip_is_not_said_to_be_of_two_persons(walk: NamedWalk) -> None:
    of_slip: dict[int, list[int]] = {}
    for pair in waiting_pairs(walk.office):
        if WRITTEN[pair.other_row - 2].identified:
            of_slip.setdefault(pair.row, []).append(pair.other_row)
    row, others = next((row, others) for row, others in of_slip.items() if len(others) > 1)
    walk.decide(1, row, "same", new=f"1:{others[0]}")
    with pytest.raises(StatisticianError, match="would be of one person and of two"):
        walk.decide(1, row, "same", new=f"1:{others[1]}")
    walk.decide(1, row, "different", new=f"1:{others[1]}")


def test_pairs_go_out_as_a_sheet_and_their_decisions_come_in(walk: NamedWalk) -> None:
    sheet = link_sheet(walk.office)
    assert MARK not in sheet
    assert requests_of_links(sheet, "pairs.csv") == []
    reader = csv.DictReader(io.StringIO(sheet.lstrip("\N{BYTE ORDER MARK}")), delimiter=";")
    lines = list(reader)
    lines[0] |= {"action": "same", "reason": "REVIEW"}
    lines[1] |= {"action": "different", "reason": "OTHER", "note": "twins"}

    def text() -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, list(reader.fieldnames or ()), delimiter=",")
        writer.writeheader()
        writer.writerows(lines)
        return out.getvalue()

    good = text()
    lines[2] |= {"action": "perhaps", "reason": "REVIEW"}
    with pytest.raises(StatisticianError, match="line 4: “perhaps” is no action"):
        requests_of_links(text(), "pairs.csv")
    decide(walk.office, requests_of_links(good, "pairs.csv"))
    assert walk.log("row act note") == drawn(f"""
        row               | act       | note
        {lines[0]["row"]} | same      |
        {lines[1]["row"]} | different | twins
    """)
    assert len(link_sheet(walk.office).splitlines()) == len(sheet.splitlines()) - 2


def test_the_commands_list_decide_and_export_pairs(walk: NamedWalk, tmp_path: Path) -> None:
    where = ("--workspace", tmp_path / "workspace")
    pairs = qonys("review", "--links", *where, "--json").json["links"]
    one = pairs[0]
    slips = ("--delivery", 1, "--row", one["row"], "--with", f"1:{one['other_row']}")
    assert f"{len(pairs)} pairs" in qonys("review", "--links", *where).said
    assert qonys("link", *where, *slips).code == 2
    made = qonys("link", *where, *slips, "--different", "--note", "twins", "--author", "Pia", "--json").json[
        "decisions"
    ]
    assert [(e["act"], e["new"], e["note"], e["author"]) for e in made] == [
        ("different", f"1:{one['other_row']}", "twins", "Pia")
    ]
    assert qonys("link", *where, *slips, "--same").code == 4
    assert f"another person than 1:{one['other_row']}" in qonys("corrections", *where).said
    assert (
        qonys("review", "--links", *where, "--export", tmp_path / "pairs.csv", "--json").json["lines"] == len(pairs) - 1
    )
    assert qonys("review", "--links", *where, "--import", tmp_path / "pairs.csv").code == 0
