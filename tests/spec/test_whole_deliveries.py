"""A whole delivery is withdrawn, another one in its place or none, and reinstated; from a day on, and by an entry of its own."""

from __future__ import annotations

import dataclasses
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qonys.concepts.period import Period
from qonys.datasets.decision import Decision
from qonys.datasets.revision import Movement
from qonys.errors import StatisticianError
from qonys.production.inspecting import inspect
from qonys.production.movements import movement
from qonys.production.office import Office
from qonys.production.verifying import verify
from qonys.production.withdrawn_deliveries import Why, reinstate_delivery, withdraw_delivery
from spec.command_line import Ran, qonys
from spec.drawn_slips import Rows, Walk, arrivals_csv, drawn

HEAD = "PERSON | DAY | FROM | TO"
FIRST = f"{HEAD}\nann | 05.03.2024 | N11 | C11\nbob | 05.03.2024 | N11 | C11"
MENDED = f"{HEAD}\nann | 05.03.2024 | N11 | C11\nbob | 05.03.2024 | N11 | S11\ncem | 06.03.2024 | XB | C11"
"""Ann as before, Bob with another destination, Cem who was forgotten."""
WHY = Why("OWNER", "redelivery of March")
COUNTED = "delivery row origin destination"
ONCE = drawn("""
    delivery | row | origin | destination
    2        | 2   | N11    | C11
    2        | 3   | N11    | S11
    2        | 4   | XB     | C11
""")
YEAR = Period(2024)


def twice(folder: Path, *, replaces: int | None = None) -> Walk:
    """March came on 10 January, and corrected on the 20th."""
    walk = Walk(folder)
    walk.receive("2025-01-10", FIRST)
    walk.receive("2025-01-20", MENDED, replaces=replaces)
    return walk


def at(walk: Walk, today: str) -> Office:
    """The office on a day, with somebody who decides."""
    return dataclasses.replace(walk.line.office, operator="Asel", today=date.fromisoformat(today))


def withdrawn(walk: Walk, today: str, delivery: int = 1, by: int | None = 2, since: str = "") -> Decision | None:
    entry = withdraw_delivery(at(walk, today), delivery, WHY, by=by, since=date.fromisoformat(since) if since else None)
    walk.process()
    return entry.data


def reinstated(walk: Walk, today: str, delivery: int = 1, since: str = "") -> Decision | None:
    entry = reinstate_delivery(at(walk, today), delivery, WHY, since=date.fromisoformat(since) if since else None)
    walk.process()
    return entry.data


def everything(walk: Walk) -> tuple[Rows, Rows]:
    """All that *process* made of the slips."""
    return walk.moves("*"), walk.set_apart_or_quarantined("*", condition="true")


def test_a_forgotten_replacement_that_is_dated_back_is_as_if_it_had_been_said_at_once(tmp_path: Path) -> None:
    forgotten, said = twice(tmp_path / "forgotten"), twice(tmp_path / "said", replaces=1)
    said.process()
    withdrawn(forgotten, "2025-03-01", since="2025-01-20")
    assert everything(forgotten) == everything(said)
    assert said.moves(COUNTED, as_of="2025-01-31") == ONCE


def test_what_is_said_later_leaves_earlier_cut_offs_as_they_were_and_later_ones_as_if_it_had_been_said_at_once(
    tmp_path: Path,
) -> None:
    walk, said = twice(tmp_path / "forgotten"), twice(tmp_path / "said", replaces=1)
    said.process()
    walk.process()
    days = ("2025-01-15", "2025-01-20", "2025-02-09")
    before = [walk.moves(COUNTED, as_of=day) for day in days]
    assert len(before[-1]) == 4, "Bob counts twice"
    entry = withdrawn(walk, "2025-02-10")
    assert entry is not None and entry.since == date(2025, 2, 10)
    assert [walk.moves(COUNTED, as_of=day) for day in days] == before
    assert walk.moves(COUNTED, as_of="2025-02-10") == ONCE == said.moves(COUNTED, as_of="2025-02-10")
    assert [receipt.replaces for receipt in walk.line.office.store.receipts()] == [None, None]


def test_a_delivery_that_should_not_have_been_taken_counts_until_it_is_withdrawn(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", FIRST)
    withdrawn(walk, "2025-02-10", by=None)
    assert len(walk.moves("row", as_of="2025-02-09")) == 2
    assert walk.moves("row", as_of="2025-02-10") == []
    assert walk.set_apart_or_quarantined() == drawn("""
        row | fate      | reasons
        2   | set_apart | withdrawn
        3   | set_apart | withdrawn
    """)
    (account,) = walk.line.status()
    assert (account.delivered, account.set_apart, account.moved) == (2, 2, 0)


def test_a_delivery_counts_again_from_the_day_on_which_it_is_reinstated(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", FIRST)
    withdrawn(walk, "2025-02-10", by=None)
    reinstated(walk, "2025-02-20")
    days = ("2025-02-09", "2025-02-10", "2025-02-19", "2025-02-20")
    assert [len(walk.moves("row", as_of=day)) for day in days] == [2, 0, 0, 2]
    assert walk.set_apart_or_quarantined() == []
    withdrawn(walk, "2025-02-25", by=None)
    assert [len(walk.moves("row", as_of=day)) for day in (*days, "2025-02-25")] == [2, 0, 0, 2, 0]


def test_what_is_taken_back_as_of_its_first_day_was_never_said(tmp_path: Path) -> None:
    walk = twice(tmp_path)
    walk.process()
    before = everything(walk)
    withdrawn(walk, "2025-02-10")
    assert everything(walk) != before
    reinstated(walk, "2025-02-20", since="2025-02-10")
    assert everything(walk) == before


def test_that_a_receipt_says_what_a_delivery_replaces_can_be_taken_back_too(tmp_path: Path) -> None:
    walk = twice(tmp_path, replaces=1)
    walk.process()
    before = walk.moves(COUNTED, as_of="2025-02-09")
    entry = reinstated(walk, "2025-02-10")
    assert entry is not None and (entry.of, entry.new) == (None, "2")
    assert walk.moves(COUNTED, as_of="2025-02-09") == before == ONCE
    # Ann is on both slips: the one that counted goes on.
    assert walk.moves(COUNTED, as_of="2025-02-10") == [drawn(f"{' | '.join(COUNTED.split())}\n1|3|N11|C11")[0], *ONCE]
    withdrawn(walk, "2025-02-15")
    assert walk.moves(COUNTED, as_of="2025-02-15") == ONCE


def test_a_chain_of_redeliveries_leaves_the_last_one(tmp_path: Path) -> None:
    walk = twice(tmp_path)
    walk.receive("2025-01-30", f"{HEAD}\ndot | 07.03.2024 | C11 | XB")
    withdrawn(walk, "2025-02-10", 2, by=3)
    withdrawn(walk, "2025-02-11", 1, by=2)
    assert walk.moves("delivery row", as_of="2025-02-11") == drawn("delivery | row\n3 | 2")


def test_reasons_are_told_of_what_stands(tmp_path: Path) -> None:
    walk, slips = Walk(tmp_path), "PERSON | TYPE | BORN\nann | 3 | 01.02.1990\nbob | 1 | 01.02.1940"
    walk.receive("2025-01-10", slips)
    walk.receive("2025-01-20", f"{slips}\ncid | 1 | 01.02.1990", replaces=1)
    outcome = walk.line.process()
    told = {finding.what: finding.count for finding in outcome.findings}
    assert told == {"not-a-move": 1, "work-in-old-age": 1, "replaced": 1}
    assert outcome.measures["flags"] == 1


def test_movements_between_two_cut_offs_name_the_withdrawal(tmp_path: Path) -> None:
    walk = twice(tmp_path)
    walk.receive("2025-01-25", f"{HEAD}\ndot | 07.03.2024 | C11 | XB")
    withdrawn(walk, "2025-02-10")
    withdrawn(walk, "2025-02-11", 3, by=None)

    def moved(before: str, after: str) -> Movement:
        days = (date.fromisoformat(before), date.fromisoformat(after))
        return movement(walk.line.office, date(2024, 1, 1), date(2024, 12, 31), *days)

    left = {"replaced": {"interregional": 2}, "withdrawn": {"external_out": 1}}
    assert moved("2025-01-31", "2025-02-28") == Movement({"returned": {"interregional": 1}}, left)
    reinstated(walk, "2025-02-27", 3)
    assert moved("2025-01-31", "2025-02-20").went == left
    assert moved("2025-02-20", "2025-02-28") == Movement({"returned": {"external_out": 1}}, {})


def test_what_was_said_already_is_not_said_twice(tmp_path: Path) -> None:
    walk = twice(tmp_path)
    withdrawn(walk, "2025-02-10")
    for day, since in (("2025-02-10", ""), ("2025-02-20", ""), ("2025-02-20", "2025-02-10")):
        assert withdrawn(walk, day, since=since) is None
    reinstated(walk, "2025-02-25")
    assert reinstated(walk, "2025-02-26") is None
    assert [entry.act for entry in walk.line.office.decision_log.entries] == ["withdraw", "reinstate"]
    replaced = twice(tmp_path / "at once", replaces=1)
    assert withdrawn(replaced, "2025-02-10") is None


def test_open_decisions_about_its_slips_are_told_and_stop_the_step_only_where_another_one_takes_its_place(
    tmp_path: Path,
) -> None:
    from qonys.production.deciding import Request, decide

    walk = twice(tmp_path)
    walk.process()
    decide(at(walk, "2025-02-01"), [Request(1, 3, "set", "REVIEW", field="sex", new="M")])
    other = walk.copied(tmp_path / "other")
    withdrawn(other, "2025-02-10", by=None)
    outcome = withdraw_delivery(at(walk, "2025-02-10"), 1, WHY, by=2)
    assert "--close-delivery 1" in outcome.findings[0].next_step
    with pytest.raises(StatisticianError, match="delivery 1, which a corrected one replaced"):
        walk.process()


def test_whoever_withdraws_a_redelivery_is_told_what_it_stood_for(tmp_path: Path) -> None:
    walk = twice(tmp_path, replaces=1)
    outcome = withdraw_delivery(at(walk, "2025-02-10"), 2, Why("OTHER", "a file of February"))
    assert "Delivery 1, in whose place it stood, does not count either" in outcome.findings[0].what
    reinstate_delivery(at(walk, "2025-02-10"), 1, WHY)
    walk.process()
    assert walk.moves("delivery row", as_of="2025-02-10") == drawn("delivery | row\n1 | 2\n1 | 3")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The command line's office: three deliveries, of which one is of another layout."""
    folder = tmp_path / "office"
    assert qonys("new", folder, "--profile", "mini").code == 0
    for number, (text, day) in enumerate(((FIRST, "2025-01-10"), (MENDED, "2025-01-20")), start=1):
        path = tmp_path / f"arrivals_{number}.csv"
        path.write_text(arrivals_csv(drawn(text)), encoding="utf-8")
        assert qonys("collect", path, "--received", day, "--workspace", folder).code == 0
    ledger = tmp_path / "ledger_1.txt"
    ledger.write_text("20240305N11C11F\n", encoding="utf-8")
    qonys("collect", ledger, "--received", "2025-01-25", "--layout", "ledger", "--workspace", folder)
    return folder


def say(office: Path, *words: object) -> Ran:
    return qonys(*words, "--author", "Asel", "--workspace", office)


def test_the_command_tells_what_it_wrote_and_every_page_of_the_office_knows_it(office: Path) -> None:
    qonys("process", "--workspace", office)
    said = say(
        office, "withdraw", 1, "--replaced-by", 2, "--reason", "OWNER", "--note", "March", "--since", "2025-01-20"
    )
    assert said.code == 0, said.err
    assert "delivery 2 stands in its place from 2025-01-20 on" in said.said
    log = qonys("corrections", "--json", "--workspace", office).json["decisions"]
    told = ("entry", "delivery", "row", "act", "new", "since", "reason", "author", "note", "stands")
    assert [log[0][name] for name in told] == [1, 1, 0, "withdraw", "2", "2025-01-20", "OWNER", "Asel", "March", True]
    status = qonys("status", "--json", "--workspace", office).json
    assert "1 decisions were taken after the last processing: qonys process" in status["next_steps"]
    (came,) = (one for one in status["expected"] if (one["layout"], one["period"]) == ("arrivals", "2024-03"))
    assert came["deliveries"] == [2]
    (event,) = (
        one for one in qonys("history", "--json", "--workspace", office).json["events"] if one["step"] == "withdraw"
    )
    assert event["what"] == "delivery 1: delivery 2 stands in its place from 2025-01-20 on, OWNER"
    again = say(office, "withdraw", 1, "--replaced-by", 2, "--reason", "OWNER")
    assert (again.code, "nothing was done" in again.said) == (0, True)
    collected = qonys("collect", office.parent / "arrivals_2.csv", "--replaces", 1, "--workspace", office)
    assert (collected.code, "nothing was done" in collected.said) == (0, True)


REFUSED: dict[str, tuple[list[object], str]] = {
    "an unknown delivery": (["withdraw", 9], "There is no delivery 9. Deliveries are 1 to 3"),
    "an unknown one in its place": (["withdraw", 1, "--replaced-by", 9], "There is no delivery 9."),
    "itself": (["withdraw", 1, "--replaced-by", 1], "Delivery 1 cannot stand in its own place."),
    "another layout": (["withdraw", 1, "--replaced-by", 3], "is of the layout “arrivals”, delivery 3 of “ledger”"),
    "an earlier one": (["withdraw", 2, "--replaced-by", 1], "Delivery 2 came on 2025-01-20, after delivery 1"),
    "a day before either came": (
        ["withdraw", 1, "--replaced-by", 2, "--since", "2025-01-15"],
        "Delivery 2 came on 2025-01-20: nothing can be said of 2025-01-15.",
    ),
    "a day to come": (["withdraw", 1, "--since", "2999-01-01"], "2999-01-01 is still to come"),
    "no note": (["withdraw", 1, "--reason", "OTHER"], "The reason OTHER needs a note."),
    "no such reason": (["withdraw", 1, "--reason", "BORED"], "“BORED” is no reason."),
    "a personal number": (["withdraw", 1, "--note", "see 720621400000"], "may hold an identifier"),
    "one that counts": (["reinstate", 1], "Delivery 1 counts: nothing withdrew it."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_said_is_refused_with_what_can_and_nothing_is_written(office: Path, kind: str) -> None:
    words, told = REFUSED[kind]
    ran = say(office, *words, *([] if "--reason" in words else ["--reason", "OWNER"]))
    assert ran.code == StatisticianError.exit_code
    assert told in ran.said
    assert "→" in ran.err
    assert qonys("corrections", "--json", "--workspace", office).json["decisions"] == []


REFUSED_LATER: dict[str, tuple[list[object], str]] = {
    "another in its place": (
        ["withdraw", 1, "--replaced-by", 2],
        "Delivery 1 was withdrawn already, as of 2025-02-01.",
    ),
    "another day": (["withdraw", 1, "--since", "2025-02-02"], "Delivery 1 was withdrawn already, as of 2025-02-01."),
    "a return before it left": (["reinstate", 1, "--since", "2025-01-31"], "counts until 2025-02-01 anyhow"),
    "the entry alone": (["correct", "--undo", 1], "Entry 1 is about a whole delivery: qonys reinstate 1."),
}


@pytest.mark.parametrize("kind", REFUSED_LATER)
def test_what_contradicts_an_entry_is_refused(office: Path, kind: str) -> None:
    assert say(office, "withdraw", 1, "--since", "2025-02-01", "--reason", "OWNER").code == 0
    words, told = REFUSED_LATER[kind]
    ran = say(office, *words, "--reason", "OWNER")
    assert (ran.code, told in ran.said) == (StatisticianError.exit_code, True), ran.said
    again = qonys("collect", new_file(office), "--replaces", 1, "--workspace", office)
    assert "Delivery 1 was withdrawn already" in again.said


def new_file(office: Path) -> Path:
    path = office.parent / "arrivals_9.csv"
    path.write_text(arrivals_csv(drawn("PERSON\nzed")), encoding="utf-8")
    return path


def test_before_the_day_on_which_it_was_reinstated_nothing_more_is_said_of_a_delivery(office: Path) -> None:
    say(office, "withdraw", 1, "--since", "2025-02-01", "--reason", "OWNER")
    say(office, "reinstate", 1, "--since", "2025-02-10", "--reason", "OWNER")
    ran = say(office, "withdraw", 1, "--since", "2025-02-05", "--reason", "OWNER")
    assert "Delivery 1 was reinstated as of 2025-02-10, after 2025-02-05." in ran.said
    early = qonys("collect", new_file(office), "--received", "2025-02-05", "--replaces", 1, "--workspace", office)
    assert "Delivery 1 was reinstated as of 2025-02-10" in early.said
    late = qonys("collect", new_file(office), "--received", "2025-02-10", "--replaces", 1, "--workspace", office)
    assert late.code == 0, late.err


def test_of_two_of_one_day_neither_stands_in_the_place_of_the_other_in_turn(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    for text in (FIRST, MENDED, f"{HEAD}\ndot | 07.03.2024 | C11 | XB"):
        walk.receive("2025-01-10", text)
    withdrawn(walk, "2025-02-10", 1, by=2)
    withdrawn(walk, "2025-02-10", 2, by=3)
    with pytest.raises(StatisticianError, match="Delivery 1 was itself replaced by 2, then by 3"):
        withdrawn(walk, "2025-02-10", 3, by=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Walk, Any]:
    """The release of 2024 with March counted twice."""
    walk = Walk(tmp_path_factory.mktemp("built"))
    walk.receive("2024-01-10", f"{HEAD}\nold | 05.03.2023 | N11 | C11")
    people = "\n".join(f"p{n:02} | {n % 27 + 1:02}.03.2024 | N11 | C11" for n in range(30))
    walk.receive("2025-01-10", f"{HEAD}\n{people}")
    walk.receive("2025-01-20", f"{HEAD}\n{people.replace('C11', 'S11')}")
    walk.process()
    walk.line.tabulate()
    return walk, walk.line.build(YEAR).data


def test_a_day_after_the_cut_off_leaves_the_vintage_and_an_earlier_one_makes_another(
    built: tuple[Walk, Any], tmp_path: Path, only_pages: None
) -> None:
    walk, first = built[0].copied(tmp_path), built[1]
    withdraw_delivery(at(walk, "2025-03-01"), 2, WHY, by=3)
    with pytest.raises(StatisticianError, match="decisions were taken after they were counted"):
        walk.line.build(YEAR)
    assert walk.line.build_from_slips(YEAR).data.vintage == first.vintage
    reinstate_delivery(at(walk, "2025-03-01"), 2, WHY)
    withdraw_delivery(at(walk, "2025-03-01"), 2, WHY, by=3, since=date(2025, 3, 1))
    assert walk.line.build_from_slips(YEAR).data.vintage == first.vintage
    reinstate_delivery(at(walk, "2025-03-01"), 2, WHY, since=date(2025, 3, 1))
    withdraw_delivery(at(walk, "2025-03-01"), 2, WHY, by=3, since=date(2025, 2, 28))
    assert walk.line.build_from_slips(YEAR).data.vintage != first.vintage


def test_a_release_of_withdrawn_deliveries_is_built_again_byte_for_byte_and_the_doctor_finds_nothing(
    built: tuple[Walk, Any], tmp_path: Path
) -> None:
    walk = built[0].copied(tmp_path)
    withdraw_delivery(at(walk, "2025-02-20"), 2, WHY, by=3)
    reinstate_delivery(at(walk, "2025-02-27"), 2, WHY)
    second = walk.line.build_from_slips(YEAR).data
    assert second.vintage != built[1].vintage
    found = verify(walk.line.office, YEAR, second.vintage, environment=os.environ)
    assert found.holds, found
    assert [one for one in inspect(walk.line.office).symptoms if one.severity != "info"] == []


def test_the_doctor_misses_the_receipt_of_a_delivery_that_an_entry_names(tmp_path: Path) -> None:
    walk = twice(tmp_path)
    withdrawn(walk, "2025-02-10")
    (walk.line.office.store.folder / "deliveries" / "000002" / "receipt.json").unlink()
    found = [one.what for one in inspect(walk.line.office, quick=True).symptoms if one.check == "decisions"]
    assert found == ["Entry 1 of the log of decisions names delivery 2, which has no receipt."]
