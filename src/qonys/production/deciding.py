"""Writes decisions about slips into the log, all that are asked for or none; each is checked against the slip as it stands.

Laws: the log is only added to; an entry names the value that it found; nothing with a fault is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from qonys.concepts.correction import EDITABLE, REASONS
from qonys.concepts.layout import SourceLayout
from qonys.concepts.text import NOT_STATED
from qonys.concepts.variable import VARIABLES, Kind
from qonys.datasets.decision import DELIVERY_ACTS, PAIR_ACTS, Act, Decision, Key, decision_table
from qonys.errors import OperatorError, StatisticianError
from qonys.production.delivery_desk import DeliveryDesk
from qonys.production.linking import PairDesk
from qonys.production.office import Office
from qonys.production.releasing import KEPT, told, typed_again
from qonys.production.reviewing import Slip, slips_of
from qonys.production.waiting import ENTRY, FLAG, RULE

_NUMBER = re.compile(r"\d{10}")
_CHILDREN = re.compile(r"[FM]\d{8}( [FM]\d{8})*")
_TOLD_FAULTS = 10
_UNREADABLE = "Nothing of the row was kept, for it could not be cut into columns: only a corrected delivery mends it."


class Request(msgspec.Struct, frozen=True):
    """A decision that somebody wants to be written down.

    Args:
        delivery: delivery of the slip.
        row: its row there.
        act: what to do.
        reason: code of the reason.
        field: variable, or column of the file, that is set.
        new: its new value as text; ``_U`` or None for *not stated*. The other slip of a pair, as ``2:17``.
        old: the value that was seen, where it was; compared with what stands there.
        rule: rule that is accepted; all that the slip waits for where None.
        of: entry that is taken back or closed.
        note: what a reader should know besides.
        source: document or register that says so.
        where: where the request stands, for messages.
        since: of a whole delivery: the day from which on it holds; today where None.
    """

    delivery: int
    row: int
    act: Act
    reason: str
    field: str | None = None
    new: str | None = None
    old: str | msgspec.UnsetType | None = msgspec.UNSET
    rule: str | None = None
    of: int | None = None
    note: str = ""
    source: str = ""
    where: str = ""
    since: date | None = None

    @property
    def key(self) -> Key:
        return self.delivery, self.row


class _FaultError(Exception):
    """What is wrong with one request."""


def decide(office: Office, requests: Sequence[Request]) -> tuple[Decision, ...]:
    """Write decisions into the log.

    Raises:
        OperatorError: nobody says who decides.
        StatisticianError: some request has a fault; nothing is written. The message names the first ones.
    """
    if not office.operator:
        raise OperatorError("Nobody says who decides.", next_step="Name the author with --author.")
    with office.store.locked():
        made = tuple(_Desk(office, requests).decisions(requests))
        if made:
            office.store.append("input/decisions", decision_table(made), {**office.lineage(), **_told(made)})
    return made


def _told(made: Sequence[Decision]) -> dict[str, str]:
    """What `qonys history` says besides of decisions about whole deliveries."""
    whole = [entry for entry in made if entry.act in DELIVERY_ACTS]
    what = "; ".join(f"delivery {entry.delivery}: {entry.of_delivery}, {entry.reason}" for entry in whole)
    return {"step": whole[0].act, "what": what} if whole else {}


def undo_request(entry: Decision, reason: str, note: str) -> Request:
    """A request to take an entry back."""
    return Request(entry.delivery, entry.row, "undo", reason, of=entry.entry, note=note, where=f"entry {entry.entry}")


def closing_requests(office: Office, delivery: int, reason: str, note: str) -> list[Request]:
    """Requests to close all standing entries about a delivery that was replaced."""
    log = office.decision_log
    open_ = [e for e in log.standing if e.delivery == delivery and e.entry not in log.closed]
    return [Request(e.delivery, e.row, "close", reason, of=e.entry, note=note, where=f"entry {e.entry}") for e in open_]


class _Desk:
    """The slips that requests are about, as they stand while one request after the other is made an entry."""

    def __init__(self, office: Office, requests: Sequence[Request]) -> None:
        self._office, self._log = office, office.decision_log
        keys = list(dict.fromkeys(request.key for request in requests))
        self._slips = {slip.key: slip for slip in slips_of(office, keys)}
        self._layouts = {receipt.delivery: receipt.layout for receipt in office.store.receipts()}
        self._made: list[Decision] = []
        pairs = any(request.act in PAIR_ACTS for request in requests)
        self._pairs = PairDesk(office, self._log.pairs) if pairs else None
        whole = any(request.act in DELIVERY_ACTS for request in requests)
        self._deliveries = DeliveryDesk(office.store.receipts(), office.withdrawals, office.today) if whole else None

    def decisions(self, requests: Iterable[Request]) -> Iterator[Decision]:
        faults: list[tuple[str, str]] = []
        for request in sorted(requests, key=lambda one: one.act == "release"):
            try:
                self._take(request)
            except _FaultError as fault:
                faults.append((request.where or f"delivery {request.delivery}, row {request.row}", str(fault)))
        faults += self._still_untyped({request.key: request.where for request in requests if request.act == "release"})
        if faults:
            raise _refusal(faults)
        yield from self._made

    def _take(self, request: Request) -> None:
        _fail_if_unreasoned(request)
        if request.act in ("undo", "close"):
            self._add(request, of=self._entry(request).entry)
            return
        if self._pairs is not None and request.act in PAIR_ACTS:
            self._say_of_pair(request, self._pairs)
            return
        if self._deliveries is not None and request.act in DELIVERY_ACTS:
            self._say_of_delivery(request, self._deliveries)
            return
        slip = self._slip(request)
        match request.act:
            case "set":
                self._set(request, slip)
            case "release":
                self._release(request, slip)
            case "accept":
                for rule in self._accepted(request, slip):
                    self._add(request, rule=rule)
            case "leave_out":
                self._add(request)

    def _say_of_pair(self, request: Request, pairs: PairDesk) -> None:
        number = self._log.last + len(self._made) + 1
        try:
            (delivery, row), other = pairs.taken(request.key, request.new, same=request.act == "same", entry=number)
        except ValueError as fault:
            raise _FaultError(str(fault)) from fault
        self._add(
            msgspec.structs.replace(request, delivery=delivery, row=row), place="register", new=f"{other[0]}:{other[1]}"
        )

    def _say_of_delivery(self, request: Request, desk: DeliveryDesk) -> None:
        number = self._log.last + len(self._made) + 1
        try:
            said = desk.said(request.act, request.delivery, request.new, request.since, entry=number)
        except ValueError as fault:
            raise _FaultError(str(fault)) from fault
        self._add(request, **msgspec.structs.asdict(said))

    def _add(self, request: Request, **more: object) -> None:
        number = self._log.last + len(self._made) + 1
        slip = self._slips.get(request.key)
        said = {"place": slip.place if slip else "register", "note": request.note, "source": request.source, **more}
        self._made.append(
            msgspec.convert(
                {
                    "delivery": request.delivery, "row": request.row, "act": request.act, "reason": request.reason,
                    "author": self._office.operator, "day": self._office.today, "entry": number, **said,
                },
                Decision,
            )
        )  # fmt: skip

    def _slip(self, request: Request) -> Slip:
        slip = self._slips.get(request.key)
        if slip is None:
            raise _FaultError(f"There is no row {request.row} in delivery {request.delivery}.")
        if slip.withdrawn:
            raise _FaultError(
                f"Delivery {request.delivery} was replaced by a corrected one, or withdrawn: decide in the one that counts."
            )
        return slip

    def _set(self, request: Request, slip: Slip) -> None:
        new = None if request.new in (None, "", NOT_STATED) else request.new
        if slip.place == "entry":
            field, new = self._column(request, slip, new)
        else:
            field = request.field or ""
            self._fail_if_no_value(field, new)
        old = slip.values[field]
        if request.old is not msgspec.UNSET and (request.old or "") != (old or ""):
            raise _FaultError(
                f"{field} is “{old or ''}” now, not “{request.old or ''}”: it was changed since it was read."
            )
        if (new or "") == (old or ""):
            raise _FaultError(f"{field} is “{new or 'not stated'}” already.")
        self._add(request, field=field, old=old, new=new)
        slip.values[field] = new

    def _column(self, request: Request, slip: Slip, new: str | None) -> tuple[str, str | None]:
        """The column of the file that a name means, and the new text as the supplier would write it."""
        if not slip.readable:
            raise _FaultError(_UNREADABLE)
        layout = self._office.profile.layouts[self._layouts[slip.delivery]]
        name = request.field or ""
        source = layout.variables.get(name)
        column = name if name in slip.values else source.column if source else None
        if column is None or column not in slip.values:
            raise _FaultError(f"The row has no “{name}”. It has: {', '.join(slip.values)}.")
        if new is not None and (_NUMBER.search(new) or len(new) > 1000):
            raise _FaultError(f"{column}: a text with ten digits on end may be an identifier; it is not kept.")
        return column, _as_supplier_writes(new, name, column, layout)

    def _fail_if_no_value(self, field: str, new: str | None) -> None:
        if field not in EDITABLE:
            raise _FaultError(f"“{field}” is no variable that can be corrected. Allowed: {', '.join(EDITABLE)}.")
        variable = VARIABLES[field]
        if new is None:
            if variable.required:
                raise _FaultError(f"{field} must be stated.")
            return
        match variable.kind:
            case Kind.CODE | Kind.AREA:
                good, form = (
                    new in self._office.profile.codes_of(field),
                    f"a code of {variable.classification or 'areas'}",
                )
            case Kind.DATE:
                good, form = _is_date(new), "a date such as 2024-01-31"
            case Kind.INTEGER:
                good, form = re.fullmatch(r"-?\d{1,9}", new) is not None, "a whole number"
            case Kind.CHILDREN:
                good = _CHILDREN.fullmatch(new) is not None and all(_is_date(_day(c)) for c in new.split())
                form = "children such as F20150302 M20180711"
            case _:
                good, form = not _NUMBER.search(new), "a text without ten digits on end, which may be an identifier"
        if not good:
            raise _FaultError(f"{field}: “{new}” is not {form}.")

    def _release(self, request: Request, slip: Slip) -> None:
        if slip.place != "entry":
            raise _FaultError("The row is not in quarantine at entry; accept the rules that it breaks, or correct it.")
        if not slip.readable:
            raise _FaultError(_UNREADABLE)
        self._add(request)

    def _still_untyped(self, releases: dict[Key, str]) -> list[tuple[str, str]]:
        """Released rows that cannot be typed even now."""
        slips = [self._slips[key] for key in releases if key in self._slips and self._slips[key].place == "entry"]
        rows = [{**dict.fromkeys(KEPT), "delivery": s.delivery, "row": s.row} for s in slips if s.readable]
        texts = {slip.key: slip.values for slip in slips}
        faults = []
        for typed in typed_again(self._office, rows, texts) if rows else ():
            key = (typed["delivery"], typed["row"])
            if typed["problems"]:
                where = releases[key] or f"delivery {key[0]}, row {key[1]}"
                faults.append((where, f"It still cannot be read: {told(typed['problems'])}. Correct that first."))
        return faults

    def _accepted(self, request: Request, slip: Slip) -> list[str]:
        waiting = [reason for reason, where in slip.reasons.items() if where in (RULE, FLAG)]
        rules = [request.rule] if request.rule else waiting
        if not rules or not set(rules) <= set(waiting):
            waits = ", ".join(waiting) or "nothing that can be accepted"
            raise _FaultError(f"The slip does not wait for {request.rule or 'a rule'}. It waits for: {waits}.")
        known = {rule.id for rule in self._office.profile.rules.rules}
        bound = [rule for rule in rules if slip.reasons[rule] == RULE and rule not in known]
        if bound or ENTRY in slip.reasons.values():
            raise _FaultError(f"{', '.join(bound) or 'The row'} cannot be accepted: correct the slip, or leave it out.")
        return rules

    def _entry(self, request: Request) -> Decision:
        entries = {entry.entry: entry for entry in self._log.entries}
        entry = entries.get(request.of or 0)
        gone = {e.of for e in (*self._log.entries, *self._made) if e.act == "undo"}
        if entry is None or entry.act == "undo" or entry.entry in gone:
            raise _FaultError(f"There is no standing entry {request.of}.")
        if entry.act in DELIVERY_ACTS:
            other = "reinstate" if entry.act == "withdraw" else "withdraw"
            raise _FaultError(f"Entry {request.of} is about a whole delivery: qonys {other} {entry.delivery}.")
        if request.act == "close":
            return entry
        later = [
            e.entry
            for e in self._log.standing
            if e.entry > entry.entry and e.entry not in gone and _stands_on(e, entry)
        ]
        if later:
            raise _FaultError(f"Entry {later[-1]} stands upon entry {entry.entry}: take that back first.")
        return entry


def _stands_on(later: Decision, entry: Decision) -> bool:
    """A later entry says of the same subject what holds after the earlier one; so does a release after what it needs."""
    if later.key != entry.key:
        return False
    if entry.act == "release":
        return later.place == "register"
    return later.subject == entry.subject or (later.act == "release" and entry.place == "entry" and entry.act == "set")


def _fail_if_unreasoned(request: Request) -> None:
    if request.reason not in REASONS:
        raise _FaultError(f"“{request.reason}” is no reason. Allowed: {', '.join(REASONS)}.")
    if request.reason == "OTHER" and not request.note.strip():
        raise _FaultError("The reason OTHER needs a note.")
    if _NUMBER.search(request.note) or _NUMBER.search(request.source):
        raise _FaultError("A note with ten digits on end may hold an identifier; it is not kept.")


def _refusal(faults: Sequence[tuple[str, str]]) -> StatisticianError:
    lines = [f"{where}: {what}" for where, what in faults[1:_TOLD_FAULTS]]
    more = f" Also: {' '.join(lines)}" if lines else ""
    rest = f" And {len(faults) - _TOLD_FAULTS} more." if len(faults) > _TOLD_FAULTS else ""
    where, what = faults[0]
    return StatisticianError(
        f"{what}{more}{rest}", where=where, next_step="Nothing was written. Mend it and try again."
    )


def _as_supplier_writes(new: str | None, name: str, column: str, layout: SourceLayout) -> str | None:
    """A date that was given as 2024-01-31 for a variable, in the form of the layout; other texts as they are."""
    source = layout.variables.get(name)
    if new is None or source is None or name == column or VARIABLES[name].kind is not Kind.DATE or not _is_date(new):
        return new
    return date.fromisoformat(new).strftime(source.date)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).year >= 1000 and len(text) == len("2024-01-31")
    except ValueError:
        return False


def _day(child: str) -> str:
    return f"{child[1:5]}-{child[5:7]}-{child[7:9]}"
