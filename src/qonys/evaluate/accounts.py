"""The account of the slips: every delivered slip stands in exactly one place, and the counts prove it."""

from __future__ import annotations

import msgspec

from qonys.errors import StatisticianError

FUTURE = "future"
"""Period of the slips that are dated after the day on which they came, and are no move: they open no year."""


class Account(msgspec.Struct, frozen=True):
    """Slips and moves of one period, as of today.

    ``delivered`` = ``registrations`` + ``quarantined``; ``registrations`` = ``set_apart`` + ``moved`` + ``pending``;
    ``moves`` = ``moved`` + ``accompanying`` = ``internal`` + ``external_in`` + ``external_out``.

    Args:
        period: a year; ``future`` (`FUTURE`); ``unknown`` for slips whose date cannot be read.
        delivered: slips in the delivered files.
        registrations: slips that stand in the register and broke no rule.
        quarantined: slips that cannot be used, at entry or by a rule.
        set_apart: slips that are no migration, are said twice, were corrected by a later one, or came in a delivery that a
            corrected one replaced.
        moved: slips that are a move.
        pending: slips that came after the last `qonys process`.
        accompanying: children who moved on a parent's slip.
        moves: persons who moved.
        internal: both ends inside the country.
        within_area: of these, both ends inside one area of the level by which is published.
        external_in: from abroad; None where the sources do not hold it.
        external_out: abroad; None where the sources do not hold it.
    """

    period: str
    delivered: int
    registrations: int
    quarantined: int
    set_apart: int
    moved: int
    pending: int
    accompanying: int
    moves: int
    internal: int | None
    within_area: int | None
    external_in: int | None
    external_out: int | None


def fail_if_a_slip_is_lost(account: Account) -> None:
    """Check the identities of an account.

    Raises:
        StatisticianError: a slip stands in no place, or in two.
    """
    identities = {
        "delivered = registrations + quarantined": account.delivered - account.registrations - account.quarantined,
        "registrations = set apart + moved + pending": account.registrations
        - account.set_apart
        - account.moved
        - account.pending,
        "moves = internal + external": account.moves
        - sum(part or 0 for part in (account.internal, account.external_in, account.external_out)),
    }
    for identity, difference in identities.items():
        if difference:
            raise StatisticianError(
                f"{identity} does not hold: the difference is {difference}.",
                where=f"period {account.period}",
                next_step="This is a defect of ours: a slip must stand in exactly one place.",
            )
