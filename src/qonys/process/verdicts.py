"""Confronts every registration with the rules of records, all rules in one pass: which slips make no move, and why.

A slip ends in exactly one place: it is quarantined, or set apart, or it is a move. The order decides: what is broken is
quarantined before it is asked whether it is a migration, and that before it is compared with other slips.

One pass: each rule gives a row a state of two bits, the states of 31 rules make one word, and rows with equal words are
counted together. Rows that break nothing fall into few groups; of the others the place of each is kept. So all counts,
reasons and flags are read from a result that is about as large as the number of faulty rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qonys.concepts.rule import Rule
from qonys.concepts.variable import VARIABLES
from qonys.datasets.finding import FLAG
from qonys.datasets.move import EXCEPTION
from qonys.process.rule_names import RECORD_NAMES, judged_query, names_of, parsed

RULES_A_WORD = 31
NOT_APPLICABLE, PASSES, FAILS, MISSING = 0, 1, 2, 3
"""The state that a rule gives a row. Missing: the condition cannot be told, as something is not stated."""

DERIVED = tuple(name for name in RECORD_NAMES if name not in VARIABLES)
"""What a rule may name besides the variables of a registration."""

Numbers: TypeAlias = NDArray[np.int64]
Absent: TypeAlias = Mapping[str, frozenset[str]]
"""Id of a rule -> the layouts that do not state what it names: there it is not applicable."""


@dataclass(frozen=True)
class Verdicts:
    """What the rules of records say.

    Args:
        states: rows of each state, by the place of the rule: shape (rules, 4), in the order of the states; without the rows of
            withdrawn deliveries, which are judged for earlier data cut-offs alone.
        exceptions: slips that make no move, as `datasets.move.EXCEPTION`.
        flags: slips that no rule took out and that broke one which only flags, as `datasets.finding.FLAG`.
        rejected: delivery -> ids of the rules for which the whole of it is rejected.
        broken_by: id of a rule -> places (delivery, row) of some slips that broke it, none of a withdrawn delivery.
    """

    states: Numbers
    exceptions: pa.Table
    flags: pa.Table
    rejected: dict[int, tuple[str, ...]]
    broken_by: dict[str, list[tuple[int, int]]]


def judged(registrations: str = "registrations") -> str:
    """Registrations with everything that a rule may name, and the variables that it may not."""
    rest = ", ".join(f"r.{name}" for name in VARIABLES if name not in RECORD_NAMES)
    return judged_query(RECORD_NAMES, registrations).replace(" from ", f", {rest} from ", 1)


def state_of(rule: Rule, absent: Absent | None = None, *, unit: int = 1) -> str:
    """The state of a row as an expression over `rule_names.judged_query`: a constant a case, for arithmetic takes longer.

    Args:
        rule: of the scope record.
        absent: where it is not applicable.
        unit: what the state is multiplied by.

    Raises:
        ProfileError: an expression of the rule is none, or names what there is not.
    """
    passes, fails, missing, none = (
        f"cast({unit * state} as bigint)" for state in (PASSES, FAILS, MISSING, NOT_APPLICABLE)
    )
    holds = f"cast({_sql(rule, rule.expr)} as boolean)"
    told = f"case when {holds} then {passes} when not {holds} then {fails} else {missing} end"
    applies = [_sql(rule, rule.when)] if rule.when else []
    applies += [f"date >= date '{rule.valid_from}'"] if rule.valid_from else []
    applies += [f"date < date '{rule.valid_to}'"] if rule.valid_to else []
    without = sorted((absent or {}).get(rule.id, ()))
    applies += [f"layout not in ({', '.join(_quoted(layout) for layout in without)})"] if without else []
    return f"case when {' and '.join(applies)} then {told} else {none} end" if applies else told


def breaks(rule: Rule, absent: Absent | None = None) -> str:
    """Condition over `judged`: the row breaks the rule, or cannot be told and counts as breaking it."""
    states = (FAILS, MISSING) if rule.on_null == "fail" else (FAILS,)
    return f"(({state_of(rule, absent)}) in ({', '.join(map(str, states))}))"


def verdicts_query(
    rules: Sequence[Rule], absent: Absent, registrations: str = "registrations", withdrawn: Collection[int] = ()
) -> str:
    """The pass: columns w0, w1 … (the words), n (rows) and slips (place, day and receipt of those that break a rule).

    Where deliveries are withdrawn, their rows are groups of their own, by the column ``withdrawn``. Tables: registrations,
    deliveries, territory.
    """
    words = [_word(rules[first : first + RULES_A_WORD], absent) for first in range(0, len(rules), RULES_A_WORD)]
    named = {name for rule in rules for name in names_of(rule)} | ({"layout"} if absent else set())
    told = ", ".join(f"{word} as w{number}" for number, word in enumerate(words))
    names = ", ".join(f"w{number}" for number in range(len(words)))
    if withdrawn:
        told += f", delivery in ({', '.join(str(delivery) for delivery in sorted(withdrawn))}) as withdrawn"
        names += ", withdrawn"
    breaking = " or ".join(
        _any_breaks(f"w{number}", rules[number * RULES_A_WORD : (number + 1) * RULES_A_WORD])
        for number in range(len(words))
    )
    return f"""
select {names}, count(*) as n,
  list(struct_pack(delivery := delivery, row := row, date := date, received := received)) filter (where {breaking}) as slips
from (select delivery, row, date, received, {told} from ({judged_query(named, registrations)}) as judged) as told
group by {names}
"""


def verdicts_of(rules: Sequence[Rule], told: pa.Table, *, examples: int = 5) -> Verdicts:
    """Read the result of a pass.

    Args:
        rules: the rules of the pass, in their order.
        told: the result of `verdicts_query`.
        examples: how many slips to name of each rule.
    """
    states = _states(rules, told)
    counts = np.zeros((len(rules), 4), np.int64)
    current = np.ones(told.num_rows, np.bool_)
    if "withdrawn" in told.schema.names:
        current = ~told["withdrawn"].to_numpy()
    rows = told["n"].to_numpy() * current
    for place in range(len(rules)):
        counts[place] = np.bincount(states[place], weights=rows, minlength=4).astype(np.int64)
    breaking = np.array([[FAILS, MISSING] if rule.on_null == "fail" else [FAILS, FAILS] for rule in rules], int)
    breaking = breaking.reshape(len(rules), 2)
    broken = (states == breaking[:, :1]) | (states == breaking[:, 1:])
    groups = [
        tuple(rules[place] for place in np.flatnonzero(broken[:, group]).tolist()) for group in range(told.num_rows)
    ]
    slips, of_group = _slips(told)
    return Verdicts(
        counts,
        _with_reasons(slips, of_group, [_reasons_out(group) for group in groups]),
        _flags(slips, of_group, [_reasons_flagged(group) for group in groups]),
        _rejected(slips, of_group, groups),
        _some(
            slips, of_group, [group if counts else () for group, counts in zip(groups, current, strict=True)], examples
        ),
    )


def _word(rules: Sequence[Rule], absent: Absent) -> str:
    parts = (f"({state_of(rule, absent, unit=4**place)})" for place, rule in enumerate(rules))
    return f"({' | '.join(parts)})"


def _any_breaks(word: str, rules: Sequence[Rule]) -> str:
    """Some rule of the word has the state fails, or missing where that counts as breaking it."""
    low = sum(1 << (2 * place) for place in range(len(rules)))
    unknown = sum(2 << (2 * place) for place, rule in enumerate(rules) if rule.on_null == "fail")
    return f"(({word} & {2 * low}) & (xor({2 * low}, ({word} & {low}) << 1) | {unknown})) <> 0"


def _states(rules: Sequence[Rule], told: pa.Table) -> Numbers:
    """The state of each rule in each group, shape (rules, groups)."""
    words = [told[f"w{number}"].to_numpy() for number in range(-(-len(rules) // RULES_A_WORD))]
    states = [(words[p // RULES_A_WORD] >> (2 * (p % RULES_A_WORD))) & 3 for p in range(len(rules))]
    return np.array(states, np.int64).reshape(len(rules), told.num_rows)


def _slips(told: pa.Table) -> tuple[pa.Table, Numbers]:
    """The slips that break a rule, and the number of the group of each."""
    lists = told["slips"].combine_chunks()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    slips = pc.list_flatten(lists)
    columns = {name: pc.struct_field(slips, name) for name in ("delivery", "row", "date", "received")}
    return pa.table(columns), np.repeat(np.arange(told.num_rows), lengths)


def _reasons_out(group: Sequence[Rule]) -> tuple[str, tuple[str, ...]]:
    """Fate and reasons of a slip that breaks these rules; no fate where it stays in."""
    for fate in ("quarantine", "set_apart"):
        reasons = tuple(dict.fromkeys(rule.id for rule in group if rule.action == fate))
        if reasons:
            return fate, reasons
    return "", ()


def _reasons_flagged(group: Sequence[Rule]) -> tuple[str, ...]:
    out = any(rule.action in ("quarantine", "set_apart") for rule in group)
    return () if out else tuple(dict.fromkeys(rule.id for rule in group if rule.action in ("flag", "edit")))


def _with_reasons(slips: pa.Table, of_group: Numbers, out: Sequence[tuple[str, tuple[str, ...]]]) -> pa.Table:
    chosen = np.flatnonzero(np.array([bool(fate) for fate, _ in out], bool)[of_group])
    kept, groups = slips.take(chosen), of_group[chosen]
    columns = {
        "delivery": kept["delivery"],
        "row": kept["row"],
        "date": kept["date"],
        "since": kept["received"],
        "fate": pa.array([fate for fate, _ in out], pa.string()).take(groups),
        "reasons": pa.array([list(reasons) for _, reasons in out], pa.list_(pa.string())).take(groups),
        "until": pa.nulls(kept.num_rows, pa.date32()),
    }
    return pa.table(columns).cast(EXCEPTION)


def _flags(slips: pa.Table, of_group: Numbers, flagged: Sequence[tuple[str, ...]]) -> pa.Table:
    chosen = np.flatnonzero(np.array([bool(reasons) for reasons in flagged], bool)[of_group])
    kept, groups = slips.take(chosen), of_group[chosen]
    reasons = pa.array([list(reasons) for reasons in flagged], pa.list_(pa.string())).take(groups)
    return kept.drop_columns(["received"]).append_column("reasons", reasons).cast(FLAG)


def _rejected(slips: pa.Table, of_group: Numbers, groups: Sequence[Sequence[Rule]]) -> dict[int, tuple[str, ...]]:
    found: dict[int, dict[str, None]] = {}
    for number, group in enumerate(groups):
        ids = dict.fromkeys(rule.id for rule in group if rule.action == "reject")
        if ids:
            for delivery in np.unique(slips["delivery"].to_numpy()[of_group == number]):
                found.setdefault(int(delivery), {}).update(ids)
    return {delivery: tuple(ids) for delivery, ids in sorted(found.items())}


def _some(
    slips: pa.Table, of_group: Numbers, groups: Sequence[Sequence[Rule]], count: int
) -> dict[str, list[tuple[int, int]]]:
    """The first slips, in the order of delivery and row, that broke each rule."""
    deliveries, rows = slips["delivery"].to_numpy(), slips["row"].to_numpy()
    order = np.lexsort((rows, deliveries, of_group))
    starts = np.searchsorted(of_group[order], np.arange(len(groups) + 1))
    found: dict[str, list[tuple[int, int]]] = {}
    for number, group in enumerate(groups):
        first = order[starts[number] : min(starts[number + 1], starts[number] + count)]
        places = list(zip(deliveries[first].tolist(), rows[first].tolist(), strict=True))
        for rule in dict.fromkeys(rule.id for rule in group):
            found.setdefault(rule, []).extend(places)
    return {rule: sorted(places)[:count] for rule, places in found.items()}


def broken_list(rules: Sequence[Rule], absent: Absent | None = None) -> str:
    """The list of the ids of the rules that a row breaks."""
    told = [f"case when {breaks(rule, absent)} then {_quoted(rule.id)} end" for rule in rules]
    return f"list_filter([{', '.join(['null', *told])}], lambda reason: reason is not null)"


def _sql(rule: Rule, text: str) -> str:
    return f"({parsed(rule, text).sql(dialect='duckdb')})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
