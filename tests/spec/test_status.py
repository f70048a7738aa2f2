"""`qonys status` proves after every step that no slip is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from qonys.country.loading import SHIPPED
from qonys.errors import StatisticianError
from qonys.evaluate.accounts import Account, fail_if_a_slip_is_lost
from spec.command_line import qonys
from spec.drawn_slips import Walk
from walked_line import WalkedLine


def shown(account: Account, *names: str) -> tuple[int | None, ...]:
    return tuple(getattr(account, name) for name in names)


def test_an_office_that_collected_nothing_has_no_account(tmp_path: Path) -> None:
    assert Walk(tmp_path).line.status() == ()


def test_collected_slips_are_pending_until_they_are_processed(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "DAY | CHILDREN\n05.03.2024 | M20150306\n05.03.2023 |\n31.02.2024 |")
    names = (
        "period",
        "delivered",
        "registrations",
        "quarantined",
        "set_apart",
        "moved",
        "pending",
        "accompanying",
        "moves",
    )
    assert [shown(a, *names) for a in walk.line.status()] == [
        ("2023", 1, 1, 0, 0, 0, 1, 0, 0),
        ("2024", 1, 1, 0, 0, 0, 1, 0, 0),
        ("unknown", 1, 0, 1, 0, 0, 0, 0, 0),
    ]
    walk.process()
    assert [shown(a, *names) for a in walk.line.status()] == [
        ("2023", 1, 1, 0, 0, 1, 0, 0, 1),
        ("2024", 1, 1, 0, 0, 1, 0, 1, 2),
        ("unknown", 1, 0, 1, 0, 0, 0, 0, 0),
    ]


def test_a_new_delivery_is_pending_beside_what_was_processed(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | TYPE\nann | 1\nbob | 3")
    walk.process()
    walk.receive("2025-01-20", "PERSON\ncat\nann\ndan")
    (account,) = walk.line.status()
    assert shown(account, "delivered", "set_apart", "moved", "pending") == (5, 1, 1, 3)
    walk.process()
    (account,) = walk.line.status()
    assert shown(account, "delivered", "set_apart", "moved", "pending") == (5, 2, 3, 0)


def test_moves_are_told_apart_by_their_ends(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "FROM | TO\nN11 | N12\nN11 | C11\nC11 | C12\nXB | C11\nC11 | XB\nXA | XA2")
    walk.process()
    account = walk.line.status()[0]
    assert shown(account, "moves", "internal", "within_area", "external_in", "external_out") == (5, 3, 2, 1, 1)


def test_a_corrected_slip_is_set_apart_and_its_correction_is_the_move(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "SLIP\ns1")
    walk.receive("2025-02-20", "SLIP | CORRECTS | CHILDREN\ns2 | s1 | M20150306")
    walk.process()
    (account,) = walk.line.status()
    assert shown(account, "delivered", "set_apart", "moved", "accompanying", "moves") == (2, 1, 1, 1, 2)


def test_a_slip_that_was_released_stands_in_one_place_again(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive(
        "2025-01-10",
        "PERSON | DAY | BORN\nann | 31.02.2024 | 01.02.1990\nbob | 05.03.2024 | 06.03.2024\ncat | 05.03.2024 |",
    )
    walk.process()
    here = ("--workspace", walk.line.office.workspace.folder, "--reason", "REVIEW", "--author", "Asel")
    assert [shown(a, "period", "delivered", "quarantined", "moved") for a in walk.line.status()] == [
        ("2024", 2, 1, 1), ("unknown", 1, 1, 0)
    ]  # fmt: skip
    ran = qonys("correct", "--delivery", 1, "--row", 2, "--set", "DAY=28.02.2023", "--release", *here)
    assert ran.code == 0, ran.said
    ran = qonys("correct", "--delivery", 1, "--row", 3, "--set", "birth_date=_U", *here)
    assert ran.code == 0, ran.said
    waiting = walk.line.situation().waiting
    assert (waiting.quarantined, waiting.decisions) == (0, 3)
    walk.process()
    assert [shown(a, "period", "delivered", "quarantined", "moved") for a in walk.line.status()] == [
        ("2023", 1, 0, 1), ("2024", 2, 0, 2)
    ]  # fmt: skip
    assert walk.line.situation().waiting.decisions == 0


def test_a_slip_dated_after_the_day_on_which_it_came_opens_no_year_and_is_told(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    slips = "DAY | SEX | FROM\n05.03.2204 | f | N11\n05.03.2204 | x | N11\n05.03.2025 | f | N11\n05.03.2024 | f | N11"
    walk.receive("2025-01-10", slips)
    names = ("period", "delivered", "quarantined", "moved", "pending")
    assert [shown(a, *names) for a in walk.line.status()] == [("2024", 1, 0, 0, 1), ("future", 3, 1, 0, 2)]
    walk.process()
    accounts = [("2024", 1, 0, 1, 0), ("future", 3, 3, 0, 0)]
    assert [shown(a, *names) for a in walk.line.status()] == accounts
    assert walk.line.office.store.receipts()[0].months == {"2024-03": 1}
    folder = walk.line.office.workspace.folder
    said = qonys("status", "--workspace", folder).said
    assert "future: slips that are dated after the day on which they came; they open no year." in said
    assert "2204" not in said
    # A later delivery of the day itself is no reason to let the old slips count.
    walk.receive("2025-03-01", "DAY | PERSON\n01.03.2025 | ann")
    walk.process()
    assert [shown(a, *names) for a in walk.line.status()] == [accounts[0], ("2025", 1, 0, 1, 0), accounts[1]]
    reviewed = ("--workspace", folder, "--reason", "REVIEW", "--author", "Asel")
    assert qonys("correct", "--delivery", 1, "--row", 2, "--set", "date=2024-03-05", *reviewed).code == 0
    walk.process()
    assert [shown(a, *names) for a in walk.line.status()][::2] == [("2024", 2, 0, 2, 0), ("future", 2, 2, 0, 0)]


def test_a_slip_that_a_profile_lets_count_ahead_of_its_day_is_of_its_year(tmp_path: Path) -> None:
    profile = tmp_path / "ahead"
    shutil.copytree(SHIPPED / "mini", profile)
    rules = profile / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    assert "expr: date <= received" in text
    rules.write_text(text.replace("expr: date <= received", "expr: date <= date '2026-01-01'"), encoding="utf-8")
    walk = Walk(tmp_path, profile=str(profile))
    walk.receive("2025-01-10", "DAY\n05.03.2025\n05.03.2204")
    walk.process()
    names = ("period", "delivered", "quarantined", "moved")
    assert [shown(a, *names) for a in walk.line.status()] == [("2025", 1, 0, 1), ("future", 1, 1, 0)]


def test_a_file_that_is_delivered_again_changes_no_account(walked: WalkedLine) -> None:
    before = walked.line.status()
    outcome = walked.line.collect([walked.deliveries])
    assert (outcome.measures["taken"], outcome.findings) == ([], ())
    assert len(outcome.measures["again"]) == len(outcome.data) > 0
    assert walked.line.status() == before


def test_the_whole_register_of_mini_is_accounted_for(walked: WalkedLine) -> None:
    accounts = walked.line.status()
    receipts = walked.line.office.store.receipts()
    assert sum(account.delivered for account in accounts) == sum(receipt.rows for receipt in receipts)
    assert all(account.pending == 0 for account in accounts)
    folder = walked.line.office.workspace.folder
    told = qonys("status", "--workspace", folder, "--json").json["periods"]
    assert told == [msgspec.to_builtins(account) for account in accounts]


LOST = [{"delivered": 4}, {"registrations": 4, "delivered": 4}, {"moves": 3}]


@pytest.mark.parametrize("change", LOST)
def test_a_slip_that_is_lost_is_found(change: dict[str, int]) -> None:
    whole = Account("2024", 3, 3, 0, 1, 2, 0, 0, 2, 1, 0, 1, None)
    fail_if_a_slip_is_lost(whole)
    with pytest.raises(StatisticianError, match="does not hold: the difference is 1"):
        fail_if_a_slip_is_lost(msgspec.structs.replace(whole, **change))
