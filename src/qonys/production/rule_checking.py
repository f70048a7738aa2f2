"""Checks the expressions of rules: what they name, and that an engine can compute them, over tables without a row."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from qonys.concepts.rule import Rule
from qonys.country.profile import Profile
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Table
from qonys.datasets.registration import REGISTRATION
from qonys.datasets.territory import territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.errors import ProfileError, QueryError
from qonys.process.confronting import confronted, without_broken
from qonys.process.groups import KEYS, counts_query, families, judged_groups_query
from qonys.process.rule_names import RECORD_NAMES, parsed
from qonys.queries.expressions import parsed_condition

_DELIVERY_COLUMNS: dict[str, pa.DataType] = {
    "delivery": pa.int32(),
    "layout": pa.string(),
    "received": pa.date32(),
    "withdrawn_on": pa.date32(),
    "replaced_by": pa.int32(),
    "delivered": pa.int64(),
    "refused": pa.int64(),
}


def fail_if_rules_are_wrong(profile: Profile, rules: Iterable[Rule] | None = None) -> None:
    """Check the rules of a profile, or others for it.

    Raises:
        ProfileError: an expression is none, names what there is not, or cannot be computed.
    """
    checked = tuple(profile.rules.rules if rules is None else rules)
    engine, territory = DuckDBEngine(threads=1), territory_table(profile.areas, profile.identity.level)
    tables: dict[str, Table] = {
        "registrations": REGISTRATION.empty_table(), "deliveries": pa.schema(_DELIVERY_COLUMNS).empty_table(), "territory": territory,
    }  # fmt: skip
    of_records = [rule for rule in checked if rule.scope == "record"]
    for rule in checked:
        _fail_if_misnamed(rule)
    if of_records:
        for rule, why in confronted(engine, of_records, {}, tables).broken:
            _fail(rule, why)
    tables["exceptions"] = EXCEPTION.empty_table()
    for family in families([rule for rule in checked if rule.scope != "record"]):
        _check_family(engine, family, tables)


def _check_family(engine: DuckDBEngine, family: list[Rule], tables: dict[str, Table]) -> None:
    """Check rules of groups that share a scan."""
    groups, sound, broken = without_broken(lambda some: engine.run(counts_query(some), None, **tables), family)
    for rule, why in broken:
        _fail(rule, why)
    for number, rule in enumerate(sound):
        keys = rule.published.by.values() if rule.published else ()
        columns: dict[str, pa.DataType] = {**dict.fromkeys(keys, pa.string()), "value": pa.float64()}
        published = pa.schema(columns).empty_table()
        try:
            query = judged_groups_query(rule, number)
            engine.run(query, None, groups=groups, published=published, deliveries=tables["deliveries"])
        except QueryError as error:
            _fail(rule, error.what)


def _fail_if_misnamed(rule: Rule) -> None:
    for key in rule.per:
        if key not in KEYS:
            raise ProfileError(
                f"“{key}” is no key of groups.", where=f"rules, {rule.id}", next_step=f"Allowed: {', '.join(KEYS)}."
            )
    for text in rule.edit.values():
        parsed_condition(text, names=RECORD_NAMES, where=f"rules, {rule.id}")
    if rule.scope == "record":
        parsed(rule, rule.expr)


def _fail(rule: Rule, why: str) -> None:
    raise ProfileError(
        f"The expressions of the rule cannot be computed: {why}",
        where=f"rules, {rule.id}",
        next_step="Mend expr or when.",
    )
