"""What a quality report is made of, and the measures that come of it: plain records, aggregates only.

Law: no record here tells of one slip; a count below the threshold of protection leaves the office in no measure.
"""

from __future__ import annotations

from datetime import date

import msgspec

from qonys.concepts.text import Text


class SlipCounts(msgspec.Struct, frozen=True):
    """Slips of a period as a data cut-off sees them.

    Args:
        delivered: rows of all files received in time.
        refused: of these, quarantined as they were read.
        moved: those that are a move.
        quarantined: taken out by a rule until somebody acts.
        over_covering: set apart because they are no migration, or say again what another slip says.
        superseded: set apart because a later slip or delivery stands in their place.
        edited: of those that are a move, those of which some value is not as it was delivered, imputed ones left out.
        reasons: why slips were set apart or quarantined -> how many; a slip may have several.
        flags: rule that only flags -> slips that broke it.
    """

    delivered: int
    refused: int
    moved: int
    quarantined: int
    over_covering: int
    superseded: int
    edited: int
    reasons: dict[str, int] = {}
    flags: dict[str, int] = {}


class FieldCounts(msgspec.Struct, frozen=True):
    """Persons who moved in a period, by what is known of one field.

    Args:
        field: variable of a move.
        applicable: persons to whom it applies and of whose source it is asked.
        not_stated: of these, the field is not stated, whether imputed or not.
        imputed: of these, it was imputed.
        asked: some source states it.
    """

    field: str
    applicable: int
    not_stated: int
    imputed: int
    asked: bool = True


class DeliveryCounts(msgspec.Struct, frozen=True):
    """Deliveries that were owed for a period, as of the data cut-off."""

    owed: int
    in_time: int
    missing: int


class RegisterCounts(msgspec.Struct, frozen=True):
    """All that a quality report counts in the register.

    Args:
        slips: of the period.
        fields: of the moves of the period.
        lags: months between the month of the move and that in which it became known -> moves.
        deliveries: owed for the period; None where the profile expects none.
        imputes: fields that the profile's plan imputes.
    """

    slips: SlipCounts
    fields: tuple[FieldCounts, ...]
    lags: dict[int, int]
    deliveries: DeliveryCounts | None
    imputes: tuple[str, ...] = ()


class Measured(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value of a measure, as it may be published.

    Args:
        measure: its id (`concepts.quality.QUALITY_MEASURES`).
        value: rounded to the measure's decimals; None exactly where ``why`` says why.
        of: what it is of, where it is not of the whole release: ``field``, ``reason``, ``rule``, ``lag``, ``table``,
            ``measure``, ``partner``, ``side`` -> code.
        why: why there is no value: a key of the product's words.
        negligible: the value is not 0, but rounded to it.
    """

    measure: str
    value: float | int | None
    of: dict[str, str] = {}
    why: str = ""
    negligible: bool = False


class QualityReport(msgspec.Struct, frozen=True):
    """The measures of a release, in the order of their concepts; and what the rules say whose findings are among them."""

    period: str
    measures: tuple[Measured, ...]
    rules: dict[str, Text] = {}

    def values(self, measure: str) -> tuple[Measured, ...]:
        """All values of one measure."""
        return tuple(one for one in self.measures if one.measure == measure)


class ReleaseDays(msgspec.Struct, frozen=True):
    """The days of a release.

    Args:
        end: last day of the period.
        first: day on which first results of the period were published; None where the calendar has none.
        announced: day of publication as the calendar announces it.
        actual: day on which it was published; None while it is not.
    """

    end: date
    first: date | None
    announced: date
    actual: date | None = None
