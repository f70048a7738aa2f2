"""Amends registrations without rewriting them: corrections before they are judged, imputed values after.

Nothing is changed without an entry: of the profile, of a rule, or of the log of decisions. An entry that no slip meets any
more stops the step, so that none outlives its error. Where there is no entry, nothing is read and nothing costs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from qonys.concepts.correction import Correction
from qonys.concepts.rule import Rule, RuleSet
from qonys.concepts.variable import VARIABLES, Kind
from qonys.datasets.decision import AMENDMENT, Decision, Key, Log
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import Finding, Outcome, Overlay, Table
from qonys.errors import StatisticianError
from qonys.process import edits
from qonys.process.built_in_rules import record_rules
from qonys.process.confronting import confronted
from qonys.process.edits import Edit, Reach
from qonys.process.imputation import imputed_rows
from qonys.production.judging import absent_layouts
from qonys.production.office import Office
from qonys.production.register import key_table, stale_entry

_FEW = 5


def amended(
    office: Office, tables: Mapping[str, Table], log: Log, rules: Sequence[Rule] | None = None
) -> Outcome[Table]:
    """The registrations as they are judged.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        log: what persons decided.
        rules: those that edit; the profile's where they are not given.

    Raises:
        StatisticianError: an entry matches nothing any more, or gives what is no value of its field.
    """
    _fail_if_replaced(log, tables["deliveries"])
    steps, findings = _edits(office, tables, rules)
    rows = _amended_rows(office, tables, steps, log)
    if rows.num_rows == 0:
        return Outcome(tables["registrations"], findings)
    office.progress("amended", rows.num_rows)
    return Outcome(Overlay(tables["registrations"], rows), findings)


def before_decisions(office: Office, tables: Mapping[str, Table], keys: Sequence[Key], log: Log) -> pa.Table:
    """Some slips of the register after all deterministic edits, and before what persons decided of their fields.

    Returns:
        Rows of `datasets.decision.AMENDMENT`; released rows of the log are among them.
    """
    steps, _ = _edits(office, tables)
    released = {entry.key for entry in log.acts("release")}
    of_entry = Log(tuple(e for e in log.entries if e.key in released and (e.place == "entry" or e.act != "set")))
    return _of_keys(office, _amended_rows(office, tables, steps, of_entry, keys), keys)


def imputed(office: Office, tables: Mapping[str, Table], exceptions: pa.Table, spans: pa.Table) -> Outcome[Table]:
    """The registrations as they become moves.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: the slips that make no move, as `datasets.move.EXCEPTION`.
        spans: when slips count that do not simply count, as `datasets.standing.SPAN`.

    Returns:
        Measures give for each imputed variable how many values were missing, imputed, and the imputation rate.
    """
    below = tables["registrations"]
    plan = office.profile.imputation
    if not plan.variables:
        return Outcome(below)
    office.progress("imputed", 0)
    found = imputed_rows(office.engine, plan, {**tables, "exceptions": exceptions, "spans": spans})
    office.progress("imputed", found.data.num_rows)
    if found.data.num_rows == 0:
        return Outcome(below, (), found.measures)
    return Outcome(_over(office, below, found.data), (), found.measures)


def edit_counts(registrations: Table) -> dict[str, dict[str, int]]:
    """How many values of each field were amended, by how: the first two parts of each note in ``edits``."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    if isinstance(registrations, Overlay):
        notes = pc.list_flatten(registrations.rows["edits"].combine_chunks()).to_pylist()
        for note, times in Counter(":".join(str(note).split(":")[:2]) for note in notes).items():
            field, how = note.split(":")
            counts[field][how] += times
    return {field: dict(counts[field]) for field in sorted(counts)}


def keep_amendments(office: Office, registrations: Table, lineage: Mapping[str, str]) -> None:
    """Keep the amended slips as the state ``clean/amendments``: with the registrations they are the register as it counts."""
    rows = registrations.rows if isinstance(registrations, Overlay) else AMENDMENT.empty_table()
    if rows.num_rows or office.store.version("clean/amendments") is not None:
        office.store.replace("clean/amendments", rows.select(AMENDMENT.names).cast(AMENDMENT), lineage)


def settled(office: Office, tables: Mapping[str, Table], exceptions: pa.Table, log: Log) -> pa.Table:
    """The exceptions after what persons decided: slips whose broken rules were accepted are in, those left out are out."""
    accepted: dict[Key, set[str]] = defaultdict(set)
    for entry in log.acts("accept"):
        accepted[entry.key].add(entry.rule or "")
    left_out = [entry.key for entry in log.acts("leave_out")]
    if not accepted and not left_out:
        return exceptions
    keys = key_table(list(accepted))
    kept = office.engine.run("select e.* from e anti join keys using (delivery, row)", e=exceptions, keys=keys)
    rejected = _still_rejected(office, exceptions, accepted)
    for row in rejected.to_pylist():
        del accepted[row["delivery"], row["row"]]
    found = pa.concat_tables([kept.cast(EXCEPTION), rejected, *_judged_again(office, tables, accepted)])
    return pa.concat_tables([found, _left_out(office, tables, found, left_out)])


def _still_rejected(office: Office, exceptions: pa.Table, accepted: Mapping[Key, set[str]]) -> pa.Table:
    """Slips of which something was accepted, but not the rule for which their whole delivery is rejected."""
    rejecting = {rule.id for rule in office.profile.rules.rules if rule.action == "reject"}
    query = "select e.* from e semi join keys using (delivery, row)"
    rows = office.engine.run(query, e=exceptions, keys=key_table(list(accepted))).to_pylist()
    left = [
        {**row, "reasons": [reason for reason in row["reasons"] if reason not in accepted[row["delivery"], row["row"]]]}
        for row in rows
    ]
    return pa.Table.from_pylist([row for row in left if rejecting & set(row["reasons"])], schema=EXCEPTION)


def _judged_again(office: Office, tables: Mapping[str, Table], accepted: Mapping[Key, set[str]]) -> Iterable[pa.Table]:
    """What the rules that were not accepted say of slips of which some were."""
    groups: dict[frozenset[str], list[Key]] = defaultdict(list)
    for key, rules in accepted.items():
        groups[frozenset(rules)].append(key)
    for ids, keys in groups.items():
        left = RuleSet(tuple(rule for rule in office.profile.rules.rules if rule.id not in ids))
        rows = office.engine.run(
            "select * from registrations semi join keys using (delivery, row)", None, keys=key_table(keys), **tables
        )
        judging = record_rules(left)
        found = confronted(office.engine, judging, absent_layouts(office, judging), {**tables, "registrations": rows})
        yield found.verdicts.exceptions


def _left_out(office: Office, tables: Mapping[str, Table], exceptions: pa.Table, keys: Sequence[Key]) -> pa.Table:
    query = """
        select delivery, row, date, received as since, 'set_apart' as fate, ['left-out'] as reasons, cast(null as date) as until
        from registrations semi join keys using (delivery, row) anti join exceptions using (delivery, row)
        order by delivery, row
    """
    found = office.engine.run(query, None, keys=key_table(keys), exceptions=exceptions, **tables)
    return found.cast(EXCEPTION)


def _edits(
    office: Office, tables: Mapping[str, Table], rules: Sequence[Rule] | None = None
) -> tuple[list[Edit], tuple[Finding, ...]]:
    """The edits that profile and rules declare, in their order: corrections, then rules; and which of them wait."""
    entries = [(entry, _reach(office, entry)) for entry in office.profile.corrections.corrections]
    waiting = _guarded(office, tables, entries) if entries else ()
    steps = [edits.correction_edit(entry, reach) for entry, reach in entries]
    steps += [
        edits.rule_edit(r) for r in (office.profile.rules.rules if rules is None else rules) if r.action == "edit"
    ]
    return steps, waiting


def _reach(office: Office, entry: Correction) -> Reach:
    deliveries = office.counting_deliveries().to_pylist()
    supplier = {receipt.delivery: receipt.supplier for receipt in office.store.receipts()}
    of_entry = [
        d
        for d in deliveries
        if (not entry.layouts or d["layout"] in entry.layouts)
        and (not entry.suppliers or supplier[d["delivery"]] in entry.suppliers)
        and (entry.closed is None or d["received"] < entry.closed)
    ]
    watched = [d for d in of_entry if d["withdrawn_on"] is None] if entry.closed is None else []
    return Reach(tuple(d["delivery"] for d in of_entry), tuple(d["delivery"] for d in watched))


def _guarded(
    office: Office, tables: Mapping[str, Table], entries: Sequence[tuple[Correction, Reach]]
) -> tuple[Finding, ...]:
    counts = office.engine.run(edits.guard_query(entries), None, **tables).to_pylist()[0]
    waiting = []
    for number, (entry, _) in enumerate(entries):
        if counts[f"reach_{number}"] and not counts[f"met_{number}"]:
            raise StatisticianError(
                f"The correction {entry.id} matches nothing any more: in none of {counts[f'reach_{number}']} slips is "
                f"{entry.field} “{_said(entry.old)}” as it says. Its error is gone from the source.",
                where="corrections",
                next_step="Remove the entry, or give it `closed:` with the day of the first delivery without the error.",
            )
        if not counts[f"reach_{number}"] and entry.closed is None:
            told = f"The correction {entry.id} waits: no slip of its layouts and days came yet."
            waiting.append(Finding(told, where="corrections", severity="info"))
    return tuple(waiting)


def _amended_rows(
    office: Office, tables: Mapping[str, Table], steps: Sequence[Edit], log: Log, more: Sequence[Key] = ()
) -> pa.Table:
    """The slips that something is done to, after everything that is done to them."""
    wanted = list(dict.fromkeys([*(first.key for first, _ in log.chains("register")), *more]))
    fills = office.profile.corrections.fills
    if not (steps or fills or wanted or log.acts("release")):
        return AMENDMENT.empty_table()
    alone = more and not fills
    rows = _fetched(office, tables, key_table(wanted) if alone else _touched(office, tables, steps, wanted))
    rows = pa.concat_tables([rows, *_released(office, log)])
    for step in steps:
        rows = _edited(office, tables, rows, step)
    for fill in fills:
        amending = Overlay(tables["registrations"], rows.drop_columns(["edits"]))
        taken = office.engine.run(edits.fill_query(fill), amended=amending, deliveries=tables["deliveries"])
        absent = office.engine.run("select delivery, row from t anti join r using (delivery, row)", t=taken, r=rows)
        rows = pa.concat_tables([rows, _fetched(office, tables, absent)])
        rows = _run(office, edits.filled_query(fill), tables, amending=rows, taken=taken)
    rows = _decided(office, tables, rows, log)
    return rows if more else rows.filter(pc.is_valid(rows["edits"]))


def _released(office: Office, log: Log) -> Iterable[pa.Table]:
    """The rows that were released from the quarantine; what reads deliveries is loaded only where there are such."""
    if log.acts("release"):
        from qonys.production.releasing import released_rows

        yield released_rows(office, log)


def _touched(office: Office, tables: Mapping[str, Table], steps: Sequence[Edit], wanted: Sequence[Key]) -> pa.Table:
    keys = key_table(wanted)
    if not steps:
        return keys
    touched = office.engine.run(edits.touched_query(steps), None, **tables)
    return office.engine.run("select * from touched union select * from keys", touched=touched, keys=keys)


def _fetched(office: Office, tables: Mapping[str, Table], wanted: pa.Table) -> pa.Table:
    if wanted.num_rows == 0:
        return AMENDMENT.empty_table()
    return _run(office, edits.fetch_query(), tables, wanted=wanted)


def _run(office: Office, query: str, tables: Mapping[str, Table], **more: Table) -> pa.Table:
    return office.engine.run(query, None, **{**tables, **more}).select(AMENDMENT.names).cast(AMENDMENT)


def _edited(office: Office, tables: Mapping[str, Table], rows: pa.Table, step: Edit) -> pa.Table:
    """Rows after one edit, whose expressions must give values that the fields can have."""
    counts = office.engine.run(edits.unreadable_query(step), None, amending=rows, **tables).to_pylist()[0]
    bad = {field: count for field, count in counts.items() if count}
    changed = _run(office, edits.edit_query(step), tables, amending=rows)
    for field in (name for name in step.values if _coded(name)):
        unknown = set(pc.unique(changed[field]).to_pylist()) - {None, *office.profile.codes_of(field)}
        bad.update({field: len(unknown)} if unknown else {})
    if bad:
        raise StatisticianError(
            f"The edit {step.how} gives what is no value of {', '.join(bad)}.",
            where="rules or corrections",
            next_step="Mend its expression: a code that the profile knows, a whole number, or a date.",
        )
    return changed


def _coded(field: str) -> bool:
    return VARIABLES[field].kind in (Kind.CODE, Kind.AREA)


def _decided(office: Office, tables: Mapping[str, Table], rows: pa.Table, log: Log) -> pa.Table:
    chains = log.chains("register")
    if not chains:
        return rows
    fields = list(dict.fromkeys(last.field or "" for _, last in chains))
    found = _decided_table([first for first, _ in chains])
    for stale in office.engine.run(edits.stale_query(fields), amending=rows, decided=found).to_pylist():
        key = (stale["delivery"], stale["row"])
        what = f"{stale['field']} is “{_said(stale['found'])}”, not “{_said(stale['old'])}”"
        raise stale_entry(
            stale["entry"], key, "there is no such slip" if stale["absent"] else what, "its error is gone."
        )
    last = _decided_table([last for _, last in chains])
    return _run(office, edits.decided_query(fields), tables, amending=rows, decided=last)


def _decided_table(entries: Sequence[Decision]) -> pa.Table:
    columns = {
        "entry": pa.int64(), "delivery": pa.int32(), "row": pa.int64(), "field": pa.string(), "old": pa.string(), "new": pa.string(),
    }  # fmt: skip
    return pa.table({name: pa.array([getattr(e, name) for e in entries], kind) for name, kind in columns.items()})


def _fail_if_replaced(log: Log, deliveries: Table) -> None:
    """The error of a slip may be gone from the file that came in its place: a person must look."""
    listed = deliveries.to_pylist() if isinstance(deliveries, pa.Table) else []
    replaced = {row["delivery"] for row in listed if row["replaced_by"] is not None}
    stale = [e for e in log.standing if e.delivery in replaced and e.act != "accept" and e.entry not in log.closed]
    if stale:
        told = ", ".join(str(entry.entry) for entry in stale[:_FEW]) + (" …" if len(stale) > _FEW else "")
        number = stale[0].delivery
        raise StatisticianError(
            f"Entries of the log of decisions are about delivery {number}, which a corrected one replaced: {told}.",
            where=f"delivery {number}, row {stale[0].row}",
            next_step="See with `qonys review` whether the new delivery has the error still and decide there; then say "
            f"that these hold for the old one only: qonys correct --close-delivery {number} --reason OWNER --note “…”.",
        )


def _over(office: Office, below: Table, rows: pa.Table) -> Overlay:
    """One layer over the registrations, whatever was amended before."""
    if not isinstance(below, Overlay):
        return Overlay(below, rows)
    query = "select * from old anti join fresh using (delivery, row) union all by name select * from fresh"
    both = office.engine.run(query, old=below.rows, fresh=rows).select(AMENDMENT.names).cast(AMENDMENT)
    return Overlay(below.below, both)


def _of_keys(office: Office, rows: pa.Table, keys: Sequence[Key]) -> pa.Table:
    query = "select * from rows_ semi join keys using (delivery, row) order by delivery, row"
    return office.engine.run(query, rows_=rows, keys=key_table(keys)).cast(AMENDMENT)


def _said(value: object) -> str:
    return "not stated" if value is None else str(value)
