"""What waits for a person: slips that were quarantined or flagged, as they stand now, with what was decided of them.

Laws: no identifier is among what is shown; a value is shown as it would be corrected, so what was imputed is *not stated*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from qonys.concepts.correction import EDITABLE
from qonys.concepts.text import Text
from qonys.concepts.variable import VARIABLES
from qonys.datasets.decision import Decision, Key, Log, Place
from qonys.datasets.outcome import Table
from qonys.process.edits import as_text
from qonys.process.verdicts import record_rules
from qonys.production.amending import before_decisions, decision_log
from qonys.production.office import Office
from qonys.production.releasing import corrected_texts, key_table, quarantined_rows
from qonys.store.states import State

_ORDER = {"error": 0, "warning": 1, "info": 2}
ENTRY, RULE, FLAG = "entry", "rule", "flag"


class Waiting(msgspec.Struct, frozen=True):
    """Slips that wait for the same reason.

    Args:
        where: ``entry`` (quarantined as they came), ``rule`` (quarantined by a rule), ``flag`` (count, but broke a rule).
        rule: id of the rule; field and problem of a row that could not be typed.
        message: what is wrong, by language; empty where the problem says it.
        severity: error, warning or info.
        rows: how many slips.
    """

    where: str
    rule: str
    message: Text
    severity: str
    rows: int


class Slip(msgspec.Struct, frozen=True):
    """One slip as a reviewer sees it.

    Args:
        delivery: its delivery.
        row: its row there.
        place: ``entry``: texts of the file by column; ``register``: our codes by variable.
        reasons: rule or problem -> where it waits (``entry``, ``rule``, ``flag``).
        values: column or variable -> text; None: not stated.
        entries: what was decided of it, standing or not.
        readable: it could be cut into columns, so that it can be corrected at all.
        replaced: a corrected delivery came in place of its own.
    """

    delivery: int
    row: int
    place: Place
    reasons: dict[str, str]
    values: dict[str, str | None]
    entries: tuple[Decision, ...] = ()
    readable: bool = True
    replaced: bool = False

    @property
    def key(self) -> Key:
        return self.delivery, self.row


Reasons = dict[Key, dict[str, str]]


def waiting(office: Office) -> tuple[Waiting, ...]:
    """What waits, worst rule first: by severity, then by the number of slips."""
    rules = {rule.id: rule for rule in record_rules(office.profile.rules)}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for reasons in waiting_reasons(office).values():
        for reason, where in reasons.items():
            counts[where, reason] += 1
    found = []
    for (where, reason), rows in counts.items():
        rule = rules.get(reason)
        found.append(
            Waiting(where, reason, rule.message if rule else {}, rule.severity if rule else severity_of(where), rows)
        )
    return tuple(sorted(found, key=lambda one: (_ORDER.get(one.severity, 3), -one.rows, one.rule)))


def queue(office: Office) -> list[Key]:
    """The slips that wait, those of the worst rule first."""
    places = {(one.where, one.rule): place for place, one in enumerate(waiting(office))}
    reasons = waiting_reasons(office)
    worst = {key: min(places[where, reason] for reason, where in of.items()) for key, of in reasons.items()}
    return sorted(worst, key=lambda key: (worst[key], key))


def severity_of(where: str) -> str:
    """How bad it is where no rule of the profile says it."""
    return "warning" if where == FLAG else "error"


def waiting_reasons(office: Office) -> Reasons:
    """Slips that wait, with their reasons. What a rule of severity info flags waits for nobody.

    Slips of which something was decided since the last *process* wait for that.
    """
    log = decision_log(office)
    last = int(office.store.lineage("clean/moves").get("decisions", "0") or 0)
    decided = {entry.key for entry in log.entries if entry.entry > last} | _settled(log)
    replaced = _replaced(office)
    accepted = {(entry.key, entry.rule) for entry in log.acts("accept")}
    told = {rule.id for rule in record_rules(office.profile.rules) if rule.severity == "info"}
    found: Reasons = {}
    for key, reasons in _all_reasons(office, {entry.key for entry in log.acts("release")}).items():
        open_ = {
            reason: where
            for reason, where in reasons.items()
            if (key, reason) not in accepted and not (where == FLAG and reason in told)
        }
        if open_ and key not in decided and key[0] not in replaced:
            found[key] = open_
    return found


def slips_of(office: Office, keys: Sequence[Key]) -> list[Slip]:
    """Slips as they stand now, in the order of the keys; a key that is nowhere has no slip."""
    mine, replaced = decision_log(office).of_rows(keys), _replaced(office)
    released = {entry.key for entry in mine.acts("release")}
    reasons = _all_reasons(office, released, keys)
    by_key: dict[Key, tuple[Decision, ...]] = defaultdict(tuple)
    for entry in mine.entries:
        by_key[entry.key] += (entry,)
    found: dict[Key, Slip] = {}
    for row in quarantined_rows(office, keys):
        key = (row["delivery"], row["row"])
        if key not in released:
            texts = corrected_texts(row, Log(by_key[key]))
            found[key] = Slip(*key, "entry", reasons.get(key, {}), texts, by_key[key], bool(texts), key[0] in replaced)
    rest = [key for key in keys if key not in found]
    for key, values in register_values(office, rest, mine).items():
        found[key] = Slip(*key, "register", reasons.get(key, {}), values, by_key[key], replaced=key[0] in replaced)
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def register_values(office: Office, keys: Sequence[Key], log: Log) -> dict[Key, dict[str, str | None]]:
    """The values of slips of the register as texts, after what was decided of them; identifiers left out."""
    if not keys or office.store.version("input/registrations") is None:
        return {}
    tables: dict[str, Table] = {
        "registrations": office.registrations,
        "deliveries": office.counting_deliveries(),
        "territory": office.territory,
    }
    rows = before_decisions(office, tables, keys, log)
    texts = ", ".join(f"{as_text(name)} as {name}" for name in EDITABLE)
    values: dict[Key, dict[str, str | None]] = {}
    for row in office.engine.run(f"select delivery, row, {texts} from amending", amending=rows).to_pylist():
        values[row.pop("delivery"), row.pop("row")] = row
    for _, last in log.chains("register"):
        if last.key in values and last.field:
            values[last.key][last.field] = last.new
    return values


def messages(office: Office, language: str) -> dict[str, str]:
    """What each rule says of a slip that breaks it."""
    told = {rule.id: rule.message for rule in record_rules(office.profile.rules)}
    return {rule: text.get(language) or next(iter(text.values()), rule) for rule, text in told.items()}


def variable_order(values: Mapping[str, str | None]) -> list[str]:
    """Variables in their own order, columns in that of the file."""
    known = [name for name in VARIABLES if name in values]
    return known if len(known) == len(values) else list(values)


def _settled(log: Log) -> set[Key]:
    return {entry.key for entry in log.acts("leave_out")}


def _replaced(office: Office) -> set[int]:
    listed = office.counting_deliveries().to_pylist()
    return {row["delivery"] for row in listed if row["replaced_on"] is not None}


def _all_reasons(office: Office, released: Iterable[Key], keys: Sequence[Key] | None = None) -> Reasons:
    """Every slip that was quarantined or flagged, or those with some keys, with their reasons."""
    found: Reasons = defaultdict(dict)
    gone = set(released)
    for row in quarantined_rows(office, keys):
        key = (row["delivery"], row["row"])
        if key not in gone:
            for problem in row["problems"] or ():
                found[key][f"{problem['field']}: {problem['reason']}".removeprefix(": ")] = ENTRY
    for row in _state(office, "clean/exceptions", "where fate = 'quarantine'", keys):
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
