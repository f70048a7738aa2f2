"""What was expected against what came, how late moves became known, and what a statistician is told in the morning."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.expectation import Expectation
from qonys.concepts.period import Period
from qonys.country.loading import SHIPPED, load_profile
from qonys.datasets.decision import Decision, Log
from qonys.errors import ProfileError, SupplierError
from qonys.evaluate.deliveries import expected_deliveries, period_of_delivery
from qonys.evaluate.next_steps import Waiting, next_steps
from qonys.store.receipts import Receipt
from qonys.store.withdrawals import withdrawals
from spec.command_line import qonys
from spec.drawn_slips import Walk, drawn
from walked_line import WalkedLine

ARRIVALS = Expectation("arrivals", "month", 20, "2024-01")
NOTHING_SAID = Log()


def receipts(text: str) -> list[Receipt]:
    """Drawn receipts: number, day received, months with their slips, corrections among them, what is replaced."""
    found = []
    for row in drawn(text):
        months = {month: int(n) for month, n in (part.split(":") for part in row["months"].split())}
        slips = sum(months.values())
        number, replaces = int(row["number"]), row.get("replaces", "")
        found.append(
            Receipt(
                number, f"{number}.csv", row.get("layout", "arrivals"), "office", f"{number}", 1,
                date.fromisoformat(row["received"]), slips, slips, 0, "synthetic", (), "0", "ff", months=months,
                corrections=int(row.get("corrections") or 0), replaces=int(replaces) if replaces else None,
            )
        )  # fmt: skip
    return found


def shown(
    text: str,
    day: str,
    expected: Expectation = ARRIVALS,
    held: dict[int, frozenset[str]] | None = None,
    log: Log = NOTHING_SAID,
) -> list[str]:
    """Period, state, days late, deliveries and what is absent, one line each."""
    came = receipts(text)
    lines = expected_deliveries(
        [expected],
        {"arrivals": "office"},
        came,
        date.fromisoformat(day),
        withdrawn=withdrawals(came, log),
        held=held or {},
    )
    parts = [(one.period, one.state, one.days_late, "+".join(map(str, one.deliveries)), *one.absent) for one in lines]
    return [" ".join(str(part) for part in some if part != "") for some in parts]


def test_a_delivery_is_in_time_late_awaited_or_missing() -> None:
    came = """
    number | received   | months
    1      | 2024-02-20 | 2024-01:9
    2      | 2024-03-23 | 2024-02:8 2024-01:1
    """
    # February ended on the 29th: its delivery is due on 20 March. April is due on 20 May, May is not over.
    assert shown(came, "2024-05-20") == [
        "2024-01 in_time 0 1",
        "2024-02 late 3 2",
        "2024-03 missing 30",
        "2024-04 awaited 0",
    ]
    assert shown(came, "2024-05-21")[-1] == "2024-04 missing 1"


def test_what_came_after_the_day_does_not_count_on_it() -> None:
    came = """
    number | received   | months
    1      | 2024-03-01 | 2024-01:9
    """
    assert shown(came, "2024-02-25") == ["2024-01 missing 5"]
    assert shown(came, "2024-03-01") == ["2024-01 late 10 1", "2024-02 awaited 0"]


def test_two_deliveries_of_one_period_are_double_unless_one_replaces_the_other() -> None:
    twice = """
    number | received   | months    | replaces
    1      | 2024-02-20 | 2024-01:9 |
    2      | 2024-02-28 | 2024-01:9 |
    """
    assert shown(twice, "2024-02-28") == ["2024-01 double 0 1+2"]
    assert shown(twice, "2024-02-27") == ["2024-01 in_time 0 1"]
    mended = """
    number | received   | months    | replaces
    1      | 2024-02-20 | 2024-01:9 |
    2      | 2024-02-28 | 2024-01:9 | 1
    """
    assert shown(mended, "2024-02-28") == ["2024-01 in_time 0 2"]


def test_a_delivery_that_was_withdrawn_stands_for_no_period_and_did_not_come_in_time() -> None:
    came = """
    number | received   | months
    1      | 2024-02-10 | 2024-01:9
    2      | 2024-02-25 | 2024-01:9
    """
    withdrawn = Decision(1, 0, "withdraw", "OTHER", "Asel", date(2024, 3, 5), entry=1, since=date(2024, 3, 1))
    log = Log((withdrawn,))
    assert shown(came, "2024-02-29", log=log) == ["2024-01 double 0 1+2"]
    assert shown(came, "2024-03-01", log=log)[0] == "2024-01 late 5 2"
    replaced = Log((msgspec.structs.replace(withdrawn, new="2"),))
    assert shown(came, "2024-03-01", log=replaced)[0] == "2024-01 in_time 0 2"
    both = Log((withdrawn, msgspec.structs.replace(withdrawn, delivery=2, entry=2)))
    assert shown(came, "2024-03-01", log=both)[0] == "2024-01 missing 10"


def test_a_delivery_stands_for_the_month_of_most_of_its_slips_and_corrections_alone_for_none() -> None:
    kinds = receipts(
        """
    number | received   | months              | corrections
    1      | 2024-03-20 | 2024-01:4 2024-02:5 |
    2      | 2024-03-20 | 2024-01:5 2024-02:5 |
    3      | 2024-03-20 | 2024-01:2           | 2
    4      | 2024-03-20 | 2024-01:2           | 1
    5      | 2024-03-20 |                     |
    6      | 2025-03-20 | 2024-01:3 2024-02:3 2025-01:4 |
    """
    )
    assert [str(period_of_delivery(receipt, "month")) for receipt in kinds] == [
        "2024-02", "2024-02", "None", "2024-01", "None", "2025-01"
    ]  # fmt: skip
    assert [str(period_of_delivery(receipt, "year")) for receipt in kinds][-1] == "2024"


def test_a_delivery_that_lacks_a_region_is_incomplete() -> None:
    expected = Expectation("arrivals", "month", 20, "2024-01", "2024-02", regions=("N1", "S1"), offices=("7",))
    came = """
    number | received   | months
    1      | 2024-02-20 | 2024-01:9
    2      | 2024-03-20 | 2024-02:9
    """
    held = {1: frozenset({"N1", "S1", "7"}), 2: frozenset({"N1"})}
    assert shown(came, "2024-04-30", expected, held) == ["2024-01 in_time 0 1", "2024-02 incomplete 0 2 S1 7"]


def test_years_are_expected_as_months_are() -> None:
    assert [str(period) for period in Expectation("x", "year", 31, "2023").periods(date(2025, 1, 1))] == [
        "2023",
        "2024",
    ]
    assert Expectation("x", "year", 31, "2023").due_day(Period(2023)) == date(2024, 1, 31)
    months = Expectation("x", "month", 5, "2023-11", "2024-01").periods(date(2025, 1, 1))
    assert [str(month) for month in months] == ["2023-11", "2023-12", "2024-01"]


def test_everything_that_mini_expects_came_in_time(walked: WalkedLine) -> None:
    found = walked.line.situation(date(2025, 1, 20))
    assert Counter(one.state for one in found.expected) == {"in_time": 36}
    assert (found.lacking, found.waiting.pending, found.waiting.stale_flows) == ((), 0, False)
    mid = walked.line.situation(date(2024, 7, 10))
    assert Counter(one.state for one in mid.expected) == {"in_time": 15, "awaited": 3}


def test_what_waits_is_what_stands_in_quarantine(walked: WalkedLine) -> None:
    found = walked.line.situation()
    assert found.waiting.at_entry == sum(receipt.quarantined for receipt in walked.line.office.store.receipts())
    assert found.waiting.quarantined == sum(account.quarantined for account in found.periods) > 0
    assert any(step.endswith("qonys review") for step in found.next_steps)


def test_a_delivery_without_a_region_is_told_by_name(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2024-02-20", "DAY | TO\n05.01.2024 | C11\n06.01.2024 | C11")
    walk.receive("2024-02-20", "DAY | TO\n2024-01-05 | C11\n2024-01-06 | N11", layout="bulk")
    found = {one.layout: one for one in walk.line.situation(date(2024, 2, 20)).expected}
    assert (found["arrivals"].state, found["arrivals"].absent) == ("incomplete", ("S1",))
    assert (found["bulk"].state, found["departures"].state) == ("in_time", "awaited")
    assert found["arrivals"].supplier == "Registration office"


def test_a_replaced_delivery_is_in_history_and_waits_no_more(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2024-02-10", "DAY | TO\n05.01.2024 | S11\n31.02.2024 | S11")
    assert walk.line.situation(date(2024, 2, 20)).waiting.at_entry == 1
    path = tmp_path / "arrivals_1.csv"
    path.write_text(path.read_text("utf-8").replace("31.02.2024", "30.01.2024"), encoding="utf-8")
    walk.line.collect([path], received=date(2024, 2, 20), replaces=1)
    found = walk.line.situation(date(2024, 2, 20))
    (arrivals,) = (one for one in found.expected if one.layout == "arrivals")
    assert (arrivals.state, arrivals.deliveries, found.waiting.at_entry) == ("in_time", (2,), 0)
    walk.process()
    (year, unknown) = walk.line.status()
    assert (year.delivered, year.set_apart, year.moved, unknown.quarantined) == (3, 1, 2, 1)
    assert [row["known_from"] for row in walk.moves("known_from", as_of="2024-02-15")] == ["2024-02-10"]
    assert [row["known_from"] for row in walk.moves("known_from", as_of="2024-02-20")] == ["2024-02-20"] * 2


def test_the_triangle_tells_in_which_month_the_moves_of_a_month_became_known(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive(
        "2024-02-20", "SLIP | DAY | CHILDREN\ns1 | 05.01.2024 | M20150306\ns2 | 06.01.2024 |\ns3 | 03.02.2024 |"
    )
    walk.receive("2024-03-20", "SLIP | DAY | CORRECTS | TO\ns4 | 07.01.2024 | | C11\ns5 | 06.01.2024 | s2 | C12")
    walk.process()
    assert [(lag.event_month, lag.known_month, lag.moves, lag.withdrawn) for lag in walk.line.lags()] == [
        ("2024-01", "2024-02", 3, 0), ("2024-01", "2024-03", 2, 1), ("2024-02", "2024-02", 1, 0),
    ]  # fmt: skip


def test_the_triangle_adds_up_to_what_counts_at_the_end_of_every_month(walked: WalkedLine) -> None:
    office = walked.line.office
    for end in ("2024-03-31", "2024-12-31", "2025-01-31", "2025-02-28"):
        query = f"""
            select strftime(date, '%Y-%m') as month, count(*) as n from moves
            where known_from <= date '{end}' and (known_to is null or known_to > date '{end}') group by 1
        """
        counted = {
            r["month"]: r["n"] for r in office.engine.run(query, moves=office.store.files("clean/moves")).to_pylist()
        }
        summed: Counter[str] = Counter()
        for lag in walked.line.lags():
            if lag.known_month <= end[:7]:
                summed[lag.event_month] += lag.moves - lag.withdrawn
        assert summed == counted


def test_status_says_all_of_it_on_the_terminal_and_as_json(walked: WalkedLine) -> None:
    here = ("--workspace", walked.line.office.workspace.folder)
    page = qonys("status", "--on", "2024-03-25", "--lags", *here)
    assert page.code == 0
    for words in (
        "Deliveries expected by 2024-03-25",
        "Registration office",
        "Moves by month",
        "What to do next",
        "2024-12",
    ):
        assert words in page.out
    told = qonys("status", "--on", "2024-03-25", "--lags", "--json", *here).json
    assert [(one["layout"], one["period"], one["state"]) for one in told["expected"]][:2] == [
        ("arrivals", "2024-01", "in_time"), ("arrivals", "2024-02", "in_time")
    ]  # fmt: skip
    assert set(told) == {"day", "expected", "periods", "waiting", "next_steps", "lags"}
    assert told["lags"][0]["event_month"] == "2023-01"


def test_a_script_sees_by_the_exit_code_that_a_delivery_is_missing(tmp_path: Path) -> None:
    office = tmp_path / "office"
    qonys("new", office, "--profile", "mini")
    early = qonys("status", "--on", "2024-02-20", "--strict", "--json", "--workspace", office)
    assert early.code == 0
    assert early.json["next_steps"] == ["Nothing was collected yet: qonys collect FILE…"]
    late = qonys("status", "--on", "2024-02-21", "--strict", "--workspace", office)
    assert late.code == SupplierError.exit_code
    assert "arrivals of 2024-01 is missing: ask Registration office" in late.said
    assert qonys("status", "--on", "2024-02-21", "--workspace", office).code == 0


def test_the_next_steps_are_those_that_are_open(walked: WalkedLine) -> None:
    accounts = walked.line.status()
    assert list(next_steps((), accounts, Waiting())) == []
    assert list(next_steps((), accounts, Waiting(at_entry=1, pending=1200, stale_flows=True))) == [
        "1,200 slips came after the last processing: qonys process",
        "1 quarantined slip waits: qonys review",
    ]
    assert list(next_steps((), accounts, Waiting(decisions=2, stale_flows=True))) == [
        "2 decisions were taken after the last processing: qonys process",
        "The flows are older than the moves: qonys tabulate",
    ]
    twice = expected_deliveries(
        [ARRIVALS],
        {"arrivals": "the office"},
        receipts("number | received | months\n4 | 2024-02-01 | 2024-01:1\n7 | 2024-02-02 | 2024-01:1"),
        date(2024, 2, 10),
        withdrawn=(),
        held={},
    )
    (step,) = next_steps(twice, accounts, Waiting())
    assert "arrivals 2024-01 came 2 times, as deliveries 4, 7: ask the office" in step
    assert "qonys withdraw 4 --replaced-by 7" in step
    assert "--replaces 4" in step


SPOILT = {
    "an unknown layout": ("layout: arrivals", "layout: gate", "gate: there is no such layout"),
    "a rhythm that nobody has": ("every: month", "every: week", "week"),
    "a period of the other rhythm": ("first: 2024-01", 'first: "2024"', "every month is expected"),
    "no period": ("first: 2024-01", "first: soon", "“soon”, which is no period"),
    "days before the end": ("due: 20", "due: -1", "due is -1"),
    "an unknown region": ("regions: [S1]", "regions: [S9]", "S9 is no area of the level region"),
    "offices that are not said": ("regions: [S1]", "offices: [a]", "its slips do not say the office"),
    "a layout twice": ("layout: bulk", "layout: arrivals", "arrivals stands 2 times"),
    "a typing error": ("due: 20", "dew: 20", "dew"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_wrong_expectation_is_refused_with_its_file(tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "country"))
    path, (old, new, message) = copy / "deliveries.yaml", SPOILT[name]
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError, match=message) as refusal:
        load_profile(str(copy))
    assert "deliveries.yaml" in refusal.value.where


def test_a_profile_may_expect_nothing(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "country"))
    (copy / "deliveries.yaml").unlink()
    assert load_profile(str(copy)).expectations == ()
