"""The situation of the register on a morning: what came, what waits, where every slip is, what to do next."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Table
from qonys.datasets.registration import QUARANTINE
from qonys.evaluate.accounts import Account
from qonys.evaluate.deliveries import ExpectedDelivery, expected_deliveries
from qonys.evaluate.next_steps import Waiting, next_steps
from qonys.production.accounting import accounts_by_year, counted_state
from qonys.production.amending import decision_log
from qonys.production.office import Office
from qonys.production.releasing import key_table

_WAITING = """
select count(*) as n from waiting
semi join (select delivery from deliveries where replaced_on is null) as counting using (delivery)
anti join decided using (delivery, row)
"""
_HELD = """
select distinct delivery, unnest([office, t.unit]) as held
from registrations as r semi join wanted using (delivery)
left join territory as t on t.code = case when r.kind = 'departure' then r.origin else r.destination end
  and r.date >= t.valid_from and r.date < t.valid_to
"""


class Situation(msgspec.Struct, frozen=True):
    """What `qonys status` says.

    Args:
        day: the day as of which deliveries are looked at.
        expected: what was expected against what came.
        periods: slips and moves by year of registration.
        waiting: what waits for somebody.
        next_steps: what to do, most urgent first.
    """

    day: date
    expected: tuple[ExpectedDelivery, ...]
    periods: tuple[Account, ...]
    waiting: Waiting
    next_steps: tuple[str, ...]

    @property
    def lacking(self) -> tuple[ExpectedDelivery, ...]:
        """Deliveries of which a supplier must be asked."""
        return tuple(one for one in self.expected if one.state in ("missing", "double", "incomplete"))


def situation(office: Office, day: date | None = None) -> Situation:
    """Where the register stands.

    Args:
        office: the office at work.
        day: day as of which deliveries are looked at; today where it is not given.

    Raises:
        StatisticianError: a slip stands in no place or in two.
    """
    office, day = office.reading(), day or office.today
    accounts = accounts_by_year(office)
    expected, waiting = _expected(office, day), _waiting(office, accounts)
    return Situation(day, expected, accounts, waiting, tuple(next_steps(expected, accounts, waiting)))


def _expected(office: Office, day: date) -> tuple[ExpectedDelivery, ...]:
    profile, receipts = office.profile, office.store.receipts()
    suppliers = {layout.id: layout.supplier for layout in profile.layouts.values()}
    asked = {expected.layout for expected in profile.expectations if expected.regions or expected.offices}
    wanted = [receipt.delivery for receipt in receipts if receipt.layout in asked]
    held = _held(office, wanted) if wanted else {}
    return expected_deliveries(profile.expectations, suppliers, receipts, day, held=held)


def _held(office: Office, deliveries: list[int]) -> dict[int, frozenset[str]]:
    """Regions (units of the publishing level) and offices of the slips of deliveries."""
    wanted = pa.table({"delivery": pa.array(deliveries, pa.int32())})
    registrations = office.store.files("input/registrations")
    found = office.engine.run(_HELD, registrations=registrations, wanted=wanted, territory=office.territory)
    held: dict[int, set[str]] = {}
    for row in found.to_pylist():
        held.setdefault(row["delivery"], set()).add(row["held"])
    return {delivery: frozenset(codes) for delivery, codes in held.items()}


def _waiting(office: Office, accounts: tuple[Account, ...]) -> Waiting:
    if not accounts:
        return Waiting()
    log, store = decision_log(office), office.store
    decided = [entry.key for entry in (*log.acts("release"), *log.acts("leave_out"), *log.acts("accept"))]
    tables: dict[str, Any] = {"deliveries": office.counting_deliveries(), "decided": key_table(decided)}
    exceptions = counted_state(office, "clean/exceptions", EXCEPTION)
    by_rule = "select * from exceptions where fate = 'quarantine'"
    made_of = store.lineage("clean/moves")
    return Waiting(
        at_entry=_count(office, counted_state(office, "input/quarantine", QUARANTINE), tables),
        by_rule=_count(office, office.engine.run(by_rule, exceptions=exceptions), tables),
        pending=sum(account.pending for account in accounts),
        decisions=sum(entry.entry > int(made_of.get("decisions", 0)) for entry in log.entries),
        stale_flows=bool(made_of)
        and store.lineage("statistics/flows").get("moves") != str(store.version("clean/moves")),
    )


def _count(office: Office, waiting: Table, tables: dict[str, Any]) -> int:
    return int(office.engine.run(_WAITING, waiting=waiting, **tables)["n"][0].as_py())
