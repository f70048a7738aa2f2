"""Where the slips of a data cut-off went, counted over the states of the data as they were, or as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pyarrow as pa

from qonys.analyse.waterfalls import public_steps
from qonys.datasets.decision import AMENDMENT
from qonys.datasets.explanation import Change, Step, after
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Table
from qonys.datasets.registration import QUARANTINE
from qonys.disseminate.how_we_know import Grounds
from qonys.errors import StatisticianError
from qonys.process.built_in_rules import every_rule
from qonys.process.standing import PRECEDENCE
from qonys.production.accounting import counted_state
from qonys.production.office import Office
from qonys.queries.explaining import slips_query
from qonys.store.receipts import Receipt
from qonys.store.states import State

Versions = Mapping[str, int]
"""State -> the version that is meant."""
_MERGED = ("on-parents-slip", "paired")
_BESIDE = frozenset(PRECEDENCE)
_REPLACED = ("replaced", "withdrawn", "duplicate", "corrected", "near-duplicate")


def slip_steps(
    office: Office, cut_offs: Collection[date], receipts: Collection[Receipt], versions: Versions
) -> dict[date, tuple[Step, ...]]:
    """The steps from the slips that were read to the moves that are known, by data cut-off.

    Args:
        office: the office at work.
        cut_offs: the days.
        receipts: the deliveries that count.
        versions: versions of the derived states; one that is not there has no row.

    Raises:
        StatisticianError: a slip stands nowhere, or in two places.
    """
    days = tuple(dict.fromkeys(cut_offs))
    deliveries = {
        "delivery": pa.array([receipt.delivery for receipt in receipts], pa.int32()),
        "received": pa.array([receipt.received for receipt in receipts], pa.date32()),
    }
    rows = office.engine.run(
        slips_query(),
        None,
        cut_offs=pa.table({"cut_off": pa.array(days, pa.date32())}),
        deliveries=pa.table(deliveries),
        registrations=office.store.files("input/registrations"),
        quarantine=counted_state(office, "input/quarantine", QUARANTINE),
        amendments=state_at(office, "clean/amendments", AMENDMENT, versions),
        exceptions=state_at(office, "clean/exceptions", EXCEPTION, versions),
        moves=office.store.files("clean/moves", versions["clean/moves"]),
    ).to_pylist()
    found: dict[date, dict[tuple[str, str], int]] = {day: {} for day in days}
    for row in rows:
        found[row["cut_off"]][row["what"], row["reason"]] = int(row["n"])
    read = {day: sum(receipt.rows for receipt in receipts if receipt.received <= day) for day in days}
    return {day: _steps(of_day, read[day], day) for day, of_day in found.items()}


def state_at(office: Office, state: State, schema: pa.Schema, versions: Versions) -> Table:
    """A derived state in one of its versions, or without a row where there is none."""
    return office.store.files(state, versions[state]) if state in versions else schema.empty_table()


def _steps(found: Mapping[tuple[str, str], int], read: int, cut_off: date) -> tuple[Step, ...]:
    """Read, taken, sound, migrations, told once, moved slips, persons: each the one before it less its reasons."""
    steps = after([Step("read", read)], "taken", _changes(found, "entry", "field"))
    entered = found.get(("registrations", ""), 0) + found.get(("released", ""), 0)
    if steps[-1].count != entered:
        raise _lost(f"{steps[-1].count:g} slips should be in the register, {entered} are", cut_off)
    steps = after(steps, "sound", _changes(found, "quarantine", "rule"))
    apart = list(_changes(found, "set_apart", "rule"))
    kinds = [_kind(change) for change in apart]
    for step, kind in (("migrations", "rule"), ("standing", "replaced"), ("merged", "merged"), ("counting", "beside")):
        steps = after(steps, step, [change for change, of in zip(apart, kinds, strict=True) if of == kind])
    moved = found.get(("moved", ""), 0)
    steps = after(steps, "moved", [Change("apart-then", moved - steps[-1].count)])
    if any(change.count > 0 for change in steps[-1].changes):
        raise _lost("some slip stands in two places", cut_off)
    return after(steps, "moves", [Change("accompanying", found.get(("accompanying", ""), 0))])


def _changes(found: Mapping[tuple[str, str], int], what: str, kind: str) -> Iterator[Change]:
    for (where, reason), n in found.items():
        if where == what:
            yield Change(f"{'beside' if reason in _BESIDE else kind}:{reason}", -n)


def _kind(change: Change) -> str:
    """Which step a reason belongs to: a rule or a decision, a slip in its place, a slip it belongs to, or the others."""
    reason = change.reason.split(":", 1)[1]
    if reason not in _BESIDE:
        return "rule"
    return "replaced" if reason in _REPLACED else "merged" if reason in _MERGED else "beside"


def _lost(what: str, cut_off: date) -> StatisticianError:
    return StatisticianError(
        f"The slips do not add up: {what}.",
        where=f"data cut-off {cut_off}",
        next_step="Run `qonys doctor`; if it finds nothing, this is a defect of ours.",
    )


def public_grounds(office: Office, cut_offs: Mapping[str, date]) -> Grounds:
    """What stands behind all figures of a release, as it may be published.

    Args:
        office: the office at work; the states that count now are meant.
        cut_offs: the days, by name.
    """
    states: tuple[State, ...] = ("clean/moves", "clean/exceptions", "clean/amendments")
    versions: dict[str, int] = {state: v for state in states if (v := office.store.version(state)) is not None}
    receipts, threshold = office.store.receipts(), office.profile.protection.threshold
    steps = slip_steps(office, cut_offs.values(), receipts, versions)
    ways = {name: public_steps(steps[day], threshold) for name, day in cut_offs.items()}
    return Grounds(ways, every_rule(office.profile.rules))
