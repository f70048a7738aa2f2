"""The account of all slips: reads each state and puts the counts side by side.

A slip that is dated after the day on which it came, and is no move, is of no year: a mistyped one would open it.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from qonys.datasets.decision import AMENDMENT
from qonys.datasets.move import EXCEPTION, MOVE
from qonys.datasets.outcome import Files, Table
from qonys.datasets.registration import QUARANTINE, REGISTRATION
from qonys.evaluate.accounts import FUTURE, Account, fail_if_a_slip_is_lost
from qonys.production.office import Office
from qonys.production.register import current_registrations
from qonys.store.states import State

_YEAR = "coalesce(cast(year(date) as varchar), 'unknown')"
_YEAR_UNLESS_LATER = f"case when date > received then '{FUTURE}' else {_YEAR} end"
_SLIPS = f"""
with later as (
  select delivery, row, date from registrations semi join deliveries using (delivery) where date > received
),
moved as (select delivery, row from moves semi join later using (delivery, row) where line = 0 and known_to is null),
entered as (
  select period, sum(n)::bigint as n from (
    select {_YEAR} as period, count(*) as n from registrations semi join deliveries using (delivery)
    where date is null or date <= received group by 1
    union all select case when moved.row is null then '{FUTURE}' else {_YEAR} end, count(*)
    from later left join moved using (delivery, row) group by 1
  ) group by 1
),
refused as (
  select {_YEAR_UNLESS_LATER} as period, count(*) as n
  from quarantine semi join deliveries using (delivery) anti join amendments using (delivery, row) group by 1
)
select period, coalesce(e.n, 0) as entered, coalesce(r.n, 0) as refused
from entered as e full join refused as r using (period) order by period
"""
_EXCEPTIONS = f"""
select {_YEAR_UNLESS_LATER} as period,
  count(*) filter (where fate = 'quarantine') as quarantined, count(*) filter (where fate = 'set_apart') as set_apart
from exceptions join deliveries using (delivery) where until is null group by 1
"""
_MOVES = """
select cast(year(m.date) as varchar) as period,
  count(*) filter (where line = 0) as moved, count(*) filter (where line > 0) as accompanying, count(*) as moves,
  count(*) filter (where o.inside and d.inside) as internal,
  count(*) filter (where o.inside and d.inside and o.unit = d.unit and o.unit <> '_U') as within_area,
  count(*) filter (where not o.inside) as external_in, count(*) filter (where not d.inside) as external_out
from moves as m
join territory as o on o.code = m.origin and m.date >= o.valid_from and m.date < o.valid_to
join territory as d on d.code = m.destination and m.date >= d.valid_from and m.date < d.valid_to
where m.known_to is null group by 1
"""


def accounts_by_year(office: Office) -> tuple[Account, ...]:
    """One account a year of registration; empty where nothing was collected.

    Raises:
        StatisticianError: the clean state is there, and a slip stands in no place or in two.
    """
    office = office.reading()
    if not office.store.receipts():
        return ()
    deliveries, made = office.counting_deliveries(), counted_state(office, "clean/moves", MOVE)
    slips = _by_period(
        office,
        _SLIPS,
        registrations=_registrations(office),
        quarantine=counted_state(office, "input/quarantine", QUARANTINE),
        amendments=counted_state(office, "clean/amendments", AMENDMENT),
        deliveries=deliveries,
        moves=made,
    )
    apart = counted_state(office, "clean/exceptions", EXCEPTION)
    exceptions = _by_period(office, _EXCEPTIONS, exceptions=apart, deliveries=deliveries)
    moves = _by_period(office, _MOVES, moves=made, territory=office.territory)
    pending = _has_pending(office)
    accounts = tuple(
        _account(period, row, exceptions.get(period, {}), moves.get(period, {}), office, pending=pending)
        for period, row in slips.items()
    )
    for account in accounts:
        fail_if_a_slip_is_lost(account)
    return accounts


def _has_pending(office: Office) -> bool:
    processed = office.store.lineage("clean/moves").get("deliveries")
    return processed != str(len(office.store.receipts()))


def _registrations(office: Office) -> Table:
    """The registrations with the amended and the released slips among them, as they were when last processed."""
    if office.store.version("input/registrations") is None:
        return REGISTRATION.empty_table()
    return current_registrations(office)


def counted_state(office: Office, state: State, schema: pa.Schema) -> pa.Table | Files:
    """A state as it counts, or without a row where no step has written it yet."""
    return office.store.files(state) if office.store.version(state) is not None else schema.empty_table()


def _by_period(office: Office, query: str, **tables: Table) -> dict[str, dict[str, Any]]:
    return {row["period"]: row for row in office.engine.run(query, None, **tables).to_pylist()}


def _account(
    period: str, slips: dict[str, Any], apart: dict[str, Any], moves: dict[str, Any], office: Office, *, pending: bool
) -> Account:
    covers = office.profile.covers
    quarantined = slips["refused"] + apart.get("quarantined", 0)
    placed = apart.get("quarantined", 0) + apart.get("set_apart", 0) + moves.get("moved", 0)

    def count(name: str, stream: str) -> int | None:
        return moves.get(name, 0) if stream in covers else None

    return Account(
        period=period,
        delivered=slips["entered"] + slips["refused"],
        registrations=slips["entered"] + slips["refused"] - quarantined,
        quarantined=quarantined,
        set_apart=apart.get("set_apart", 0),
        moved=moves.get("moved", 0),
        pending=slips["entered"] - placed if pending else 0,
        accompanying=moves.get("accompanying", 0),
        moves=moves.get("moves", 0),
        internal=count("internal", "internal"),
        within_area=count("within_area", "internal"),
        external_in=count("external_in", "external_in"),
        external_out=count("external_out", "external_out"),
    )
