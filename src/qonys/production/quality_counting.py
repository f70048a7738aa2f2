"""Counts the register for the quality report of a release, as its last data cut-off saw it: aggregates and nothing else.

Law: what came after the cut-off changes no count, so that a release built again later says the same of its quality.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from qonys.concepts.layout import SourceLayout
from qonys.concepts.period import Period
from qonys.datasets.decision import AMENDMENT
from qonys.datasets.finding import FLAG
from qonys.datasets.lag import LAG
from qonys.datasets.move import CHARACTERISTICS, EXCEPTION, MOVE
from qonys.datasets.outcome import Overlay, Table
from qonys.datasets.quality import DeliveryCounts, FieldCounts, RegisterCounts, SlipCounts
from qonys.datasets.registration import QUARANTINE, REGISTRATION
from qonys.production.accounting import counted_state
from qonys.production.office import Office
from qonys.production.situation import deliveries_owed

FIELDS = ("age", "origin_locality", "destination_locality", *CHARACTERISTICS)
"""Fields of a move of which it is counted how often they are stated."""
_STATED_BY = {"age": ("age", "birth_date", "person")}
_APPLIES = {
    **dict.fromkeys(("education", "speciality", "marital"), " and adult"),
    "origin_locality": " and from_inside",
    "destination_locality": " and to_inside",
}
"""Whom a field is asked: education of those of 15 and over, the type of a settlement inside the country."""

_IN_PERIOD = "date >= cast($first as date) and date <= cast($last as date)"
_IN_TIME = f"received <= cast($cut_off as date) and {_IN_PERIOD}"
_OF_A_YEAR = "date <= received"
"""A slip that is dated after the day on which it came, and is no move, is of no year (`accounting`)."""
_KNOWN = "known_from <= cast($cut_off as date) and (known_to is null or known_to > cast($cut_off as date))"
_OVERTAKEN = ("corrected", "replaced", "withdrawn")
_SLIPS = f"""
with known as (
  select count(*) as moved, count(*) filter (where date > received) as of_no_year,
    count(*) filter (where len(list_filter(edits, lambda e: split_part(e, ':', 2) <> 'imputed')) > 0) as edited
  from moves left join deliveries using (delivery) where line = 0 and {_KNOWN} and {_IN_PERIOD}
)
select moved, edited,
  (select count(*) from registrations semi join deliveries using (delivery) where {_IN_TIME} and {_OF_A_YEAR}) + of_no_year
    as entered,
  (select count(*) from quarantine semi join deliveries using (delivery) anti join amendments using (delivery, row)
   where {_IN_TIME} and {_OF_A_YEAR}) as refused
from known
"""
_OUT = f"""
select fate, reasons, count(*) as n from exceptions join deliveries using (delivery)
where {_IN_TIME} and {_OF_A_YEAR} and since <= cast($cut_off as date) and (until is null or until > cast($cut_off as date))
group by all
"""
_FLAGS = f"""
select unnest(reasons) as rule, count(*) as n from flags join deliveries using (delivery) where {_IN_TIME} group by 1
"""
_MOVERS = f"""
select y.layout, line = 0 and age >= 15 as adult, origin in (select code from territory where inside) as from_inside,
  destination in (select code from territory where inside) as to_inside, edits, count(*) as n,
  {", ".join(f"count({field}) as stated_{field}" for field in FIELDS)}
from moves as m join deliveries as y using (delivery) where {_KNOWN} and {_IN_PERIOD} group by all
"""
"""Movers who are asked the same fields and to whom the same was done: how many they are, and of how many a field is stated."""
_LAGS = """
select datediff('month', event_month, known_month) as lag, sum(moves) as n from lags
where event_month >= cast($first as date) and event_month <= cast($last as date)
  and known_month <= date_trunc('month', cast($cut_off as date))
group by 1 order by 1
"""


def register_counts(office: Office, period: Period, cut_off: date) -> RegisterCounts:
    """What a quality report counts in the register: slips, fields, lags and deliveries of a period."""
    return RegisterCounts(
        slips=_slips(office, period, cut_off),
        fields=_fields(office, period, cut_off),
        lags=_lags(office, period, cut_off),
        deliveries=_deliveries(office, period, cut_off),
        imputes=tuple(one.variable for one in office.profile.imputation.variables),
    )


def _parameters(period: Period, cut_off: date) -> dict[str, Any]:
    days = {"first": period.first_day, "last": period.last_day, "cut_off": cut_off}
    return {name: day.isoformat() for name, day in days.items()}


def _slips(office: Office, period: Period, cut_off: date) -> SlipCounts:
    at, deliveries = _parameters(period, cut_off), office.counting_deliveries()
    amendments = counted_state(office, "clean/amendments", AMENDMENT)
    below = counted_state(office, "input/registrations", REGISTRATION)
    amended = office.engine.run("select * from a", a=amendments)
    tables: dict[str, Table] = {
        "registrations": Overlay(below, amended) if amended.num_rows else below,
        "quarantine": counted_state(office, "input/quarantine", QUARANTINE),
        "amendments": amendments,
        "moves": counted_state(office, "clean/moves", MOVE),
    }
    counts = office.engine.run(_SLIPS, at, deliveries=deliveries, **tables).to_pylist()[0]
    apart = counted_state(office, "clean/exceptions", EXCEPTION)
    out = office.engine.run(_OUT, at, exceptions=apart, deliveries=deliveries).to_pylist()
    raised = counted_state(office, "clean/flags", FLAG)
    flags = office.engine.run(_FLAGS, at, flags=raised, deliveries=deliveries).to_pylist()
    return _slip_counts(counts, out, {row["rule"]: row["n"] for row in flags})


def _slip_counts(counts: dict[str, Any], out: list[dict[str, Any]], flags: dict[str, int]) -> SlipCounts:
    reasons: dict[str, int] = {}
    for row in out:
        for reason in row["reasons"]:
            reasons[reason] = reasons.get(reason, 0) + row["n"]
    apart = [row for row in out if row["fate"] == "set_apart"]
    superseded = sum(row["n"] for row in apart if set(row["reasons"]) & set(_OVERTAKEN))
    return SlipCounts(
        delivered=counts["entered"] + counts["refused"],
        refused=counts["refused"],
        moved=counts["moved"],
        quarantined=sum(row["n"] for row in out if row["fate"] == "quarantine"),
        over_covering=sum(row["n"] for row in apart) - superseded,
        superseded=superseded,
        edited=counts["edited"],
        reasons=reasons,
        flags=flags,
    )


def _fields(office: Office, period: Period, cut_off: date) -> tuple[FieldCounts, ...]:
    layouts = office.profile.layouts
    asked = {field: [name for name, layout in layouts.items() if _states(layout, field)] for field in FIELDS}
    counted = [field for field in FIELDS if asked[field]]
    query = "select " + ", ".join(_counts_of(field, asked[field]) for field in counted)
    query += f" from ({_MOVERS})"
    moves = counted_state(office, "clean/moves", MOVE)
    tables: dict[str, Table] = {"deliveries": office.counting_deliveries(), "territory": office.territory}
    found = office.engine.run(query, _parameters(period, cut_off), moves=moves, **tables).to_pylist()[0]
    return tuple(
        FieldCounts(
            field, int(found[f"applicable_{field}"]), int(found[f"missing_{field}"]), int(found[f"imputed_{field}"])
        )
        if field in counted
        else FieldCounts(field, 0, 0, 0, asked=False)
        for field in FIELDS
    )


def _states(layout: SourceLayout, field: str) -> bool:
    return any(name in layout.variables for name in _STATED_BY.get(field, (field,)))


def _counts_of(field: str, layouts: list[str]) -> str:
    """Three counts of a field: movers to whom it applies, of these not stated, of these imputed."""
    listed = ", ".join(f"'{name}'" for name in layouts)
    applies = f"layout in ({listed}){_APPLIES.get(field, '')}"
    imputed = f"coalesce(list_contains(edits, '{field}:imputed'), false)"
    missing = f"case when {imputed} then n else n - stated_{field} end"
    counts = {
        "applicable": f"sum(n) filter (where {applies})",
        "missing": f"sum({missing}) filter (where {applies})",
        "imputed": f"sum(n) filter (where {applies} and {imputed})",
    }
    return ", ".join(f"coalesce({count}, 0) as {name}_{field}" for name, count in counts.items())


def _lags(office: Office, period: Period, cut_off: date) -> dict[int, int]:
    lags: pa.Table = office.engine.run(
        _LAGS, _parameters(period, cut_off), lags=counted_state(office, "clean/lags", LAG)
    )
    return {int(row["lag"]): int(row["n"]) for row in lags.to_pylist() if row["n"]}


def _deliveries(office: Office, period: Period, cut_off: date) -> DeliveryCounts | None:
    """Deliveries that were owed for the period, a year counting its months too."""
    lines = deliveries_owed(office, cut_off, held={})
    of_period = [line for line in lines if line.period.startswith(str(period)) and line.due <= cut_off]
    if not of_period:
        return None
    return DeliveryCounts(
        owed=len(of_period),
        in_time=sum(bool(line.deliveries) and line.days_late == 0 for line in of_period),
        missing=sum(not line.deliveries for line in of_period),
    )
