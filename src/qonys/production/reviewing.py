"""What waits for a person: slips that were quarantined or flagged, as they stand now, with what was decided of them.

Laws: no identifier is among what is shown; a value is shown as it would be corrected, so what was imputed is *not stated*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from qonys.concepts.correction import EDITABLE
from qonys.concepts.text import Text
from qonys.concepts.variable import VARIABLES
from qonys.datasets.decision import Decision, Key, Log, Place
from qonys.datasets.outcome import Table
from qonys.process.built_in_rules import record_rules
from qonys.process.edits import as_text
from qonys.production.amending import before_decisions
from qonys.production.office import Office
from qonys.production.quarantine import corrected_texts, quarantined_rows
from qonys.production.waiting import FLAG, reasons_of_slips, waiting_reasons
from qonys.store.withdrawals import open_withdrawals

_ORDER = {"error": 0, "warning": 1, "info": 2}


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
        withdrawn: its delivery does not count any more.
    """

    delivery: int
    row: int
    place: Place
    reasons: dict[str, str]
    values: dict[str, str | None]
    entries: tuple[Decision, ...] = ()
    readable: bool = True
    withdrawn: bool = False

    @property
    def key(self) -> Key:
        return self.delivery, self.row


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


def slips_of(office: Office, keys: Sequence[Key]) -> list[Slip]:
    """Slips as they stand now, in the order of the keys; a key that is nowhere has no slip."""
    mine, withdrawn = office.decision_log.of_rows(keys), open_withdrawals(office.withdrawals)
    released = {entry.key for entry in mine.acts("release")}
    reasons = reasons_of_slips(office, released, keys)
    by_key: dict[Key, tuple[Decision, ...]] = defaultdict(tuple)
    for entry in mine.entries:
        by_key[entry.key] += (entry,)
    found: dict[Key, Slip] = {}
    for row in quarantined_rows(office, keys):
        key = (row["delivery"], row["row"])
        if key not in released:
            texts = corrected_texts(row, Log(by_key[key]))
            found[key] = Slip(*key, "entry", reasons.get(key, {}), texts, by_key[key], bool(texts), key[0] in withdrawn)
    rest = [key for key in keys if key not in found]
    for key, values in register_values(office, rest, mine).items():
        found[key] = Slip(*key, "register", reasons.get(key, {}), values, by_key[key], withdrawn=key[0] in withdrawn)
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
