"""What a statistician does next, read off the situation of the register: one sentence a step, most urgent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from qonys.evaluate.accounts import Account
from qonys.evaluate.deliveries import ExpectedDelivery


class Waiting(msgspec.Struct, frozen=True):
    """What waits for somebody.

    Args:
        at_entry: rows in quarantine since they were read, of deliveries that nothing replaces, not yet decided of.
        by_rule: slips that a rule put into quarantine, not yet decided of.
        flagged: slips that count although a rule found them odd, not yet decided of.
        pending: slips that came after the last `qonys process`.
        decisions: decisions of the review that were taken after it.
        stale_flows: flows were counted of other moves than those of today, or not at all.
    """

    at_entry: int = 0
    by_rule: int = 0
    flagged: int = 0
    pending: int = 0
    decisions: int = 0
    stale_flows: bool = False

    @property
    def quarantined(self) -> int:
        return self.at_entry + self.by_rule


def next_steps(expected: Iterable[ExpectedDelivery], accounts: Iterable[Account], waiting: Waiting) -> Iterator[str]:
    """The steps that are open; none where all is done."""
    yield from _of_deliveries(expected)
    if not any(account.delivered for account in accounts):
        yield "Nothing was collected yet: qonys collect FILE…"
        return
    if waiting.pending:
        yield f"{_slips(waiting.pending)} came after the last processing: qonys process"
    elif waiting.decisions:
        yield f"{waiting.decisions} decisions were taken after the last processing: qonys process"
    if waiting.quarantined:
        yield f"{_slips(waiting.quarantined, 'quarantined ')} {_waits(waiting.quarantined)}: qonys review"
    if waiting.flagged:
        yield f"{_slips(waiting.flagged, 'flagged ')} may be looked at: qonys findings"
    if waiting.stale_flows and not waiting.pending:
        yield "The flows are older than the moves: qonys tabulate"


def _of_deliveries(expected: Iterable[ExpectedDelivery]) -> Iterator[str]:
    missing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in expected:
        if one.state == "missing":
            missing[one.layout, one.supplier].append(one.period)
        elif one.state == "double":
            first, *_, last = one.deliveries
            yield (
                f"{one.layout} {one.period} came {len(one.deliveries)} times, as deliveries "
                f"{', '.join(map(str, one.deliveries))}: ask {one.supplier} which counts, and say it: "
                f"qonys withdraw {first} --replaced-by {last} --reason OWNER; "
                f"a corrected redelivery that is still to be taken: qonys collect --replaces {first} FILE"
            )
        elif one.state == "incomplete":
            yield f"{one.layout} {one.period} holds no slip of {', '.join(one.absent)}: ask {one.supplier}"
    for (layout, supplier), periods in missing.items():
        yield f"{layout} of {_span(periods)} {'is' if len(periods) == 1 else 'are'} missing: ask {supplier}"


def _span(periods: list[str]) -> str:
    return ", ".join(periods) if len(periods) < 4 else f"{periods[0]} … {periods[-1]} ({len(periods)} deliveries)"


def _slips(count: int, kind: str = "") -> str:
    return f"{count:,} {kind}slip{'' if count == 1 else 's'}"


def _waits(count: int) -> str:
    return "waits" if count == 1 else "wait"
