"""The situation of the register on a morning: what came, what waits, where every slip is, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec
import pyarrow as pa

from qonys.evaluate.accounts import Account
from qonys.evaluate.deliveries import ExpectedDelivery, expected_deliveries
from qonys.evaluate.next_steps import Waiting, next_steps
from qonys.production.accounting import accounts_by_year
from qonys.production.office import Office
from qonys.production.waiting import ENTRY, FLAG, RULE, waiting_reasons

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
    expected, waiting = deliveries_expected_by(office, day), _waiting(office, accounts)
    return Situation(day, expected, accounts, waiting, tuple(next_steps(expected, accounts, waiting)))


def deliveries_expected_by(office: Office, day: date) -> tuple[ExpectedDelivery, ...]:
    """What was owed by a day against what had come by then."""
    expectations = office.profile.expectations
    asked = {expected.layout for expected in expectations if expected.regions or expected.offices}
    wanted = [receipt.delivery for receipt in office.store.receipts() if receipt.layout in asked]
    return deliveries_owed(office, day, held=_held(office, wanted) if wanted else {})


def deliveries_owed(office: Office, day: date, *, held: Mapping[int, frozenset[str]]) -> tuple[ExpectedDelivery, ...]:
    """The same of whoever knows which regions and offices deliveries hold, or does not ask. See `expected_deliveries`."""
    profile = office.profile
    suppliers = {layout.id: layout.supplier for layout in profile.layouts.values()}
    return expected_deliveries(
        profile.expectations, suppliers, office.store.receipts(), day, withdrawn=office.withdrawals, held=held
    )


def _held(office: Office, deliveries: list[int]) -> dict[int, frozenset[str]]:
    """Regions (units of the publishing level) and offices of the slips of deliveries."""
    wanted = pa.table({"delivery": pa.array(deliveries, pa.int32())})
    registrations = office.registrations
    found = office.engine.run(_HELD, registrations=registrations, wanted=wanted, territory=office.territory)
    held: dict[int, set[str]] = {}
    for row in found.to_pylist():
        held.setdefault(row["delivery"], set()).add(row["held"])
    return {delivery: frozenset(codes) for delivery, codes in held.items()}


def _waiting(office: Office, accounts: tuple[Account, ...]) -> Waiting:
    if not accounts:
        return Waiting()
    slips = [set(reasons.values()) for reasons in waiting_reasons(office).values()]
    store, made_of = office.store, office.store.lineage("clean/moves")
    return Waiting(
        at_entry=sum(ENTRY in places for places in slips),
        by_rule=sum(RULE in places and ENTRY not in places for places in slips),
        flagged=sum(places == {FLAG} for places in slips),
        pending=sum(account.pending for account in accounts),
        decisions=sum(entry.entry > int(made_of.get("decisions", 0)) for entry in office.decision_log.entries),
        stale_flows=bool(made_of)
        and store.lineage("statistics/flows").get("moves") != str(store.version("clean/moves")),
    )
