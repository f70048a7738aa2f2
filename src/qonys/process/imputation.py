"""Sequential hot-deck imputation: what a slip does not state is taken from a like slip that does.

The deck lies in an order that nobody chose and nobody can move: by the day from which a slip counts, within the day by record
key (a keyed pseudo-random number), then by delivery and row. A recipient takes the value of the nearest donor before it in its
class; where there is none, of the nearest after it that counts from the same day; where there is none, it looks in the next
class.
So the same data give the same values whatever the order of rows or threads, and what comes later changes none of them.

Only slips that become moves give or take; a value that does not apply is neither given nor taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa
from sqlglot import exp

from qonys.concepts.age import OLDEST_GROUP
from qonys.concepts.correction import ImputationPlan, Imputed
from qonys.concepts.variable import VARIABLES
from qonys.datasets.decision import AMENDMENT
from qonys.datasets.outcome import Engine, Outcome, Overlay, Table
from qonys.process.edits import typed
from qonys.queries.expressions import names_in, parsed_condition

_CLASS = {
    "age_group": f"case when age >= {OLDEST_GROUP} then {OLDEST_GROUP} else 5 * (age // 5) end",
    "month": "date_trunc('month', date)",
}
_PLACED = {
    end: {f"{end}_{what}": f"{end[0]}.{what}" for what in ("level", "unit", "inside")}
    for end in ("origin", "destination")
}
_NAMES = (*VARIABLES, "received", *_PLACED["origin"], *_PLACED["destination"])
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
    counts = _counted(engine, plan.variables, tables)
    for one in plan.variables:
        now = {**tables, "registrations": Overlay(tables["registrations"], fresh)}
        if fresh.num_rows:
            counts |= _counted(engine, [one], now)
        taken = _taken(engine, one, now) if counts[one.variable]["missing"] else _TAKEN.empty_table()
        if taken.num_rows:
            rows = engine.run(_imputed_query(one.variable), None, taken=taken, **now)
            rest = engine.run("select * from f anti join taken using (delivery, row)", f=fresh, taken=taken)
            fresh = pa.concat_tables([t.select(AMENDMENT.names).cast(AMENDMENT) for t in (rest, rows)])
        applicable = counts[one.variable]["applicable"]
        rate = taken.num_rows / applicable if applicable else 0.0
        measures[one.variable] = {**counts[one.variable], "imputed": taken.num_rows, "imputation_rate": rate}
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
    same_day = f"partition by {', '.join([*names, 'counts_from'])}"
    return f"""
with classed as (
  select delivery, row, counts_from, record_key, cast({one.variable} as varchar) as value{made}
  from ({_deck(one)}) as deck
),
stated as (select * from classed where {stated}),
lacking as (select * from stated anti join taken using (delivery, row) where value is null),
wanted as (select distinct {distinct} from lacking),
dealt as (
  select delivery, row, value,
    lag(value ignore nulls) over ({by} order by counts_from, record_key, delivery, row) as before,
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


def _counted(engine: Engine, variables: Sequence[Imputed], tables: Mapping[str, Table]) -> dict[str, dict[str, int]]:
    """For each variable, on how many slips that become moves it applies, and on how many of them it is missing."""
    counts = ", ".join(
        f"count(*) filter (where {_applies(one)}) as applicable_{one.variable}, "
        f"count(*) filter (where {_applies(one)} and {one.variable} is null) as missing_{one.variable}"
        for one in variables
    )
    used = frozenset().union(*(_names_of(one) for one in variables))
    found = engine.run(f"select {counts} from ({_moving(used)}) as moving", None, **tables).to_pylist()[0]
    return {
        one.variable: {told: found[f"{told}_{one.variable}"] for told in ("applicable", "missing")} for one in variables
    }


def _deck(one: Imputed) -> str:
    """Slips that become moves and to which the variable applies, with what classes are made of."""
    used = _names_of(one).union(*one.classes)
    return f"select * from ({_moving(used)}) as moving where {_applies(one)}"


def _moving(names: Collection[str]) -> str:
    """Slips that become moves for at least a day, with the first one, age, and what is derived from the territory where named."""
    sides = [(side, end) for side, end in (("o", "origin"), ("d", "destination")) if _PLACED[end].keys() & set(names)]
    placed = "".join(f", {value} as {name}" for _, end in sides for name, value in _PLACED[end].items())
    joins = "".join(
        f" join territory as {side} on {side}.code = r.{end} and r.date >= {side}.valid_from and r.date < {side}.valid_to"
        for side, end in sides
    )
    return f"""
select r.* exclude (age), coalesce(r.age, date_sub('year', r.birth_date, r.date)) as age,
  coalesce(f.counts_from, r.received) as counts_from{placed}
from registrations as r semi join deliveries using (delivery)
left join (select delivery, row, min(known_from) as counts_from from spans group by all) as f using (delivery, row)
anti join (select delivery, row from exceptions anti join spans using (delivery, row)) as gone using (delivery, row)
{joins}
"""


def _applies(one: Imputed) -> str:
    return f"coalesce({_condition(one).sql(dialect='duckdb')}, false)"


def _names_of(one: Imputed) -> frozenset[str]:
    return names_in(_condition(one)) | {one.variable}


def _condition(one: Imputed) -> exp.Expr:
    return parsed_condition(one.when or "true", names=_NAMES, where=f"imputation.yaml, {one.variable}")


def _imputed_query(variable: str) -> str:
    return f"""
select r.* exclude (edits) replace ({typed(variable, "t.value")} as {variable}),
  list_append(coalesce(r.edits, []), '{variable}:imputed') as edits
from registrations as r join taken as t using (delivery, row)
"""
