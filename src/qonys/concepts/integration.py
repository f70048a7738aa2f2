"""How registrations are set side by side: what repeats, what belongs together, what cannot follow, what did not last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Literal, TypeVar

import msgspec

Ends = Literal["area", "unit"]
Deed = Literal["flag", "set_apart", "quarantine"]
Unpaired = Literal["count", "wait"]
SequenceId = Literal[
    "arrival-without-departure",
    "departure-without-arrival",
    "origin-elsewhere",
    "two-places-on-one-day",
    "after-death",
]


class Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A definition that holds for slips dated from ``valid_from`` until the day before ``valid_to``."""

    valid_from: date | None = None
    valid_to: date | None = None


class NearDuplicates(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Slips that agree in ``key`` and lie at most ``days`` apart are one registration.

    Args:
        days: largest distance of their dates.
        counts: which of them counts: the ``first`` or the ``last`` that was delivered, or the ``most_complete`` one.
        key: variables in which they agree, none being unknown.
    """

    days: int
    counts: Literal["first", "last", "most_complete"] = "first"
    key: tuple[str, ...] = ("person", "kind", "origin", "destination")


class ChildSlips(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A child that stands on a parent's slip and has a slip of its own: the line on the parent's slip counts.

    The own slip has the child's sex and birth date, the ends of the parent's slip, and a date at most ``days`` away.
    """

    days: int
    action: Deed = "flag"


class Pairing(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Both sides are delivered: the departure and the arrival of one internal move are one move.

    Args:
        days: largest distance of their dates, in either direction.
        key: variables in which they agree, none being unknown.
        counts: which of the two slips counts; what it leaves open, the profile's `fills` may take from the other one.
        unpaired_arrivals: whether an arrival without its departure counts, or waits for it.
        unpaired_departures: the same of a departure without its arrival.
    """

    days: int
    key: tuple[str, ...] = ("person",)
    counts: Literal["arrival", "departure"] = "arrival"
    unpaired_arrivals: Unpaired = "count"
    unpaired_departures: Unpaired = "wait"


class SequenceRule(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What cannot follow in the life of a person, and what is done with the later slip.

    ``ends`` says how two places are compared: as the areas that the slips name, or by the unit that holds them.
    """

    id: SequenceId
    action: Deed = "flag"
    ends: Ends = "unit"


class Duration(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stay that did not last is no migration: the move and the return are set apart as ``temporary``.

    Args:
        months: a move counts if the person stays so long; whoever moves back earlier was away for a time.
        of_months: the stay may be interrupted: ``months`` of these (12 of 16) at the destination suffice.
        ends: how two places are compared.
    """

    months: int
    of_months: int | None = None
    ends: Ends = "unit"


class Linkage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which slips without a personal identifier are of a person who is known from another slip.

    Args:
        link: probability from which two slips are of one person.
        review: probability from which somebody should look at them.
        seed: of the sample by which the model is trained.
        sample_pairs: pairs of slips in that sample.
    """

    link: float = 0.95
    review: float = 0.5
    seed: int = 1
    sample_pairs: int = 1_000_000


class Integration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """integration.yaml: how a country's registrations are set side by side. What is not given is not done.

    Args:
        duplicate_key: slips that agree in these variables, none being unknown, are one registration. Empty: the source has
            no personal identifier, so equal rows are different persons.
        sources: layouts in the order in which they are believed: of two slips that say the same, the one of the earlier
            layout counts; those that are not named come last.
        near_duplicates: dated definitions; those of different dates do not overlap.
        children: the same.
        pairing: the same; empty where departures are derived from arrivals.
        duration: the same; empty where permanent registration decides.
        sequences: what cannot follow.
        linkage: how slips without an identifier find their person; none: they are compared with nothing.
    """

    duplicate_key: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    near_duplicates: tuple[NearDuplicates, ...] = ()
    children: tuple[ChildSlips, ...] = ()
    pairing: tuple[Pairing, ...] = ()
    duration: tuple[Duration, ...] = ()
    sequences: tuple[SequenceRule, ...] = ()
    linkage: Linkage | None = None


D = TypeVar("D", bound=Dated)


def holds_on(definition: Dated, column: str = "date") -> str:
    """The condition, as a query writes it, that a definition holds on the day in a column."""
    bounds = []
    if definition.valid_from:
        bounds.append(f"{column} >= date '{definition.valid_from.isoformat()}'")
    if definition.valid_to:
        bounds.append(f"{column} < date '{definition.valid_to.isoformat()}'")
    return " and ".join(bounds) or "true"


def overlapping(definitions: Iterable[D]) -> tuple[D, D] | None:
    """Two definitions that hold on one day, if there are any."""
    ordered = sorted(definitions, key=lambda one: one.valid_from or date.min)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or later.valid_from is None or later.valid_from < earlier.valid_to:
            return earlier, later
    return None
