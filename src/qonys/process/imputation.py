"""Sequential hot-deck imputation: what a slip does not state is taken from a like slip that does.

The deck lies in an order that nobody chose and nobody can move: by day of delivery, within the day by record key (a keyed
pseudo-random number), then by delivery and row. A recipient takes the value of the nearest donor before it in its class;
where there is none, of the nearest after it that came on the same day; where there is none, it looks in the next class.
So the same data give the same values whatever the order of rows or threads, and what comes later changes none of them.

Only slips that become moves give or take; a value that does not apply is neither given nor taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from qonys.concepts.correction import ImputationPlan, Imputed
from qonys.concepts.variable import VARIABLES
from qonys.datasets.decision import AMENDMENT
from qonys.datasets.outcome import Engine, Outcome, Overlay, Table
from qonys.process.edits import typed
from qonys.queries.expressions import parsed_condition

_OLDEST_GROUP = 85
_CLASS = {
    "age_group": f"least(5 * (age // 5), {_OLDEST_GROUP})",
    "month": "date_trunc('month', date)",
}
_NAMES = (
    *VARIABLES,
    "received",
    "origin_level",
    "destination_level",
    "origin_unit",
    "destination_unit",
    "origin_inside",
    "destination_inside",
)
"""What a condition of the plan may name."""
_TAKEN_COLUMNS: dict[str, pa.DataType] = {"delivery": pa.int32(), "row": pa.int64(), "value": pa.string()}
_TAKEN = pa.schema(_TAKEN_COLUMNS)


def imputed_rows(engine: Engine, plan: ImputationPlan, tables: Mapping[str, Table]) -> Outcome[pa.Table]:
    """The slips of which something was imputed, as `datasets.decision.AMENDMENT`.

    Args:
        engine: runs the queries.
        plan: what is imputed, in which classes.
        tables: registrations, deliveries, territory, exceptions, spans.

    Returns:
        Measures give for each variable ``applicable`` (slips that become moves and to which it applies), ``missing``,
        ``imputed``, and ``imputation_rate``: imputed values over applicable ones.
    """
    fresh = AMENDMENT.empty_table()
    measures: dict[str, dict[str, int | float]] = {}
    for one in plan.variables:
        now = {**tables, "registrations": Overlay(tables["registrations"], fresh)}
        counts = engine.run(_count_query(one), None, **now).to_pylist()[0]
        taken = _taken(engine, one, now) if counts["missing"] else _TAKEN.empty_table()
        if taken.num_rows:
            rows = engine.run(_imputed_query(one.variable), None, taken=taken, **now)
            rest = engine.run("select * from f anti join taken using (delivery, row)", f=fresh, taken=taken)
            fresh = pa.concat_tables([t.select(AMENDMENT.names).cast(AMENDMENT) for t in (rest, rows)])
        rate = taken.num_rows / counts["applicable"] if counts["applicable"] else 0.0
        measures[one.variable] = {**counts, "imputed": taken.num_rows, "imputation_rate": rate}
    return Outcome(fresh, (), {"imputation": measures} if measures else {})


def donor_query(one: Imputed, classes: Sequence[str]) -> str:
    """Slips that lack a variable and what they take in one class: delivery, row, value (text).

    Tables: registrations, deliveries, territory, exceptions, spans, and ``taken``, what was taken in earlier classes.
    """
    names = [f"c{place}" for place in range(len(classes))]
    made = "".join(f", {_CLASS.get(name, name)} as c{place}" for place, name in enumerate(classes))
    stated = " and ".join(f"{name} is not null" for name in names) or "true"
    only = f"semi join wanted using ({', '.join(names)})" if names else ""
    distinct = ", ".join(names) or "1 as one"
    by = f"partition by {', '.join(names)}" if names else ""
    same_day = f"partition by {', '.join([*names, 'received'])}"
    return f"""
with classed as (
  select delivery, row, received, record_key, cast({one.variable} as varchar) as value{made}
  from ({_deck(one)}) as deck
),
stated as (select * from classed where {stated}),
lacking as (select * from stated anti join taken using (delivery, row) where value is null),
wanted as (select distinct {distinct} from lacking),
dealt as (
  select delivery, row, value,
    lag(value ignore nulls) over ({by} order by received, record_key, delivery, row) as before,
    lead(value ignore nulls) over ({same_day} order by record_key, delivery, row) as after
  from stated {only}
)
select delivery, row, coalesce(before, after) as value
from dealt anti join taken using (delivery, row)
where value is null and coalesce(before, after) is not null
"""


def _taken(engine: Engine, one: Imputed, tables: Mapping[str, Table]) -> pa.Table:
    taken = _TAKEN.empty_table()
    for classes in one.classes:
        found = engine.run(donor_query(one, classes), None, taken=taken, **tables)
        taken = pa.concat_tables([taken, found.select(_TAKEN.names).cast(_TAKEN)])
    return taken


def _count_query(one: Imputed) -> str:
    lacking = f"count(*) filter (where {one.variable} is null)"
    return f"select count(*) as applicable, {lacking} as missing from ({_deck(one)}) as deck"


def _deck(one: Imputed) -> str:
    """Slips that become moves for at least a day, and to which the variable applies, with what classes are made of."""
    where = f"imputation.yaml, {one.variable}"
    applies = parsed_condition(one.when, names=_NAMES, where=where).sql(dialect="duckdb") if one.when else "true"
    return f"""
select * from (
  select r.* exclude (age), coalesce(r.age, date_sub('year', r.birth_date, r.date)) as age,
    o.level as origin_level, d.level as destination_level, o.unit as origin_unit, d.unit as destination_unit,
    o.inside as origin_inside, d.inside as destination_inside
  from registrations as r semi join deliveries using (delivery)
  anti join (select delivery, row from exceptions anti join spans using (delivery, row)) as gone using (delivery, row)
  join territory as o on o.code = r.origin and r.date >= o.valid_from and r.date < o.valid_to
  join territory as d on d.code = r.destination and r.date >= d.valid_from and r.date < d.valid_to
) as moving where coalesce({applies}, false)
"""


def _imputed_query(variable: str) -> str:
    return f"""
select r.* exclude (edits) replace ({typed(variable, "t.value")} as {variable}),
  list_append(coalesce(r.edits, []), '{variable}:imputed') as edits
from registrations as r join taken as t using (delivery, row)
"""
