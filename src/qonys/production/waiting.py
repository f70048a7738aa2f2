"""Which slips wait for a person, and for what reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from qonys.datasets.decision import Key
from qonys.process.built_in_rules import record_rules
from qonys.production.office import Office
from qonys.production.quarantine import quarantined_rows
from qonys.production.register import key_table
from qonys.store.states import State
from qonys.store.withdrawals import open_withdrawals

ENTRY, RULE, FLAG = "entry", "rule", "flag"
Reasons = dict[Key, dict[str, str]]


def waiting_reasons(office: Office) -> Reasons:
    """Slips that wait, with their reasons. What a rule of severity info flags waits for nobody.

    Slips of which something was decided since the last *process* wait for that.
    """
    log = office.decision_log
    last = int(office.store.lineage("clean/moves").get("decisions", "0") or 0)
    decided = {entry.key for entry in log.entries if entry.entry > last} | {
        entry.key for entry in log.acts("leave_out")
    }
    withdrawn = open_withdrawals(office.withdrawals)
    accepted = {(entry.key, entry.rule) for entry in log.acts("accept")}
    told = {rule.id for rule in record_rules(office.profile.rules) if rule.severity == "info"}
    found: Reasons = {}
    for key, reasons in reasons_of_slips(office, {entry.key for entry in log.acts("release")}).items():
        open_ = {
            reason: where
            for reason, where in reasons.items()
            if (key, reason) not in accepted and not (where == FLAG and reason in told)
        }
        if open_ and key not in decided and key[0] not in withdrawn:
            found[key] = open_
    return found


def reasons_of_slips(office: Office, released: Iterable[Key], keys: Sequence[Key] | None = None) -> Reasons:
    """Every slip that was quarantined or flagged, or those with some keys, with their reasons."""
    found: Reasons = defaultdict(dict)
    gone = set(released)
    for row in quarantined_rows(office, keys):
        key = (row["delivery"], row["row"])
        if key not in gone:
            for problem in row["problems"] or ():
                found[key][f"{problem['field']}: {problem['reason']}".removeprefix(": ")] = ENTRY
    for row in _state(office, "clean/exceptions", "where fate = 'quarantine' and until is null", keys):
        found[row["delivery"], row["row"]].update(dict.fromkeys(row["reasons"], RULE))
    for row in _state(office, "clean/flags", "", keys):
        found[row["delivery"], row["row"]].update(dict.fromkeys(row["reasons"], FLAG))
    return {key: found[key] for key in sorted(found)}


def _state(office: Office, state: State, condition: str, keys: Sequence[Key] | None) -> list[dict[str, Any]]:
    if office.store.version(state) is None:
        return []
    chosen = "semi join keys using (delivery, row)" if keys is not None else ""
    query = f"select delivery, row, reasons from s {chosen} {condition}"
    return office.engine.run(query, s=office.store.files(state), keys=key_table(keys or ())).to_pylist()
