"""Measures of the register: what covers too much, what is not stated, what came late, what was taken out or changed.

All are of the slips and moves of the period of a release, as its last data cut-off sees them.
"""

from __future__ import annotations

from collections.abc import Iterator

from qonys.datasets.quality import DeliveryCounts, Measured, RegisterCounts, SlipCounts
from qonys.evaluate.quality.valued import share, without_value

LAGS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 11), (12, None))
"""Months after that of the move, as they are shown: from, to; the last one without an end."""


def register_measures(counts: RegisterCounts, threshold: int) -> Iterator[Measured]:
    """Every measure of the register.

    Args:
        counts: what was counted.
        threshold: k of the profile's protection.
    """
    yield over_coverage(counts.slips, threshold)
    yield from set_apart_by_reason(counts.slips, threshold)
    yield quarantined(counts.slips, threshold)
    yield edited(counts.slips, threshold)
    yield from rule_findings(counts.slips, threshold)
    yield from late_registrations(counts.lags, threshold)
    yield missing_deliveries(counts.deliveries)
    yield punctual_deliveries(counts.deliveries)
    yield from item_non_response(counts, threshold)
    yield from imputation(counts, threshold)
    yield without_value("common_units", "one_register")
    yield without_value("sampling_error", "no_sample")


def over_coverage(slips: SlipCounts, threshold: int) -> Measured:
    """Share of the delivered slips that do not belong: no migration, or said again by another slip; percent.

    100 · over-covering / delivered. A slip that a later one corrects does not count as such: its move stays.

    Source: QPI A2, over-coverage rate, with slips as the units of the register.
    """
    return share("over_coverage", slips.over_covering, slips.delivered, threshold)


def set_apart_by_reason(slips: SlipCounts, threshold: int) -> Iterator[Measured]:
    """Share of the delivered slips that stand apart or in quarantine, by reason; percent. Reasons may overlap. Ours."""
    for reason, count in sorted(slips.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
        yield share("set_apart", count, slips.delivered, threshold, {"reason": reason})
    if not slips.reasons:
        yield without_value("set_apart", "none_apart")


def quarantined(slips: SlipCounts, threshold: int) -> Measured:
    """Share of the delivered slips that cannot be used until somebody acts, at entry or by a rule; percent. Ours."""
    return share("quarantined", slips.refused + slips.quarantined, slips.delivered, threshold)


def edited(slips: SlipCounts, threshold: int) -> Measured:
    """Share of the slips that make a move of which a value was corrected, edited, filled or reviewed; percent. Ours."""
    return share("edited", slips.edited, slips.moved, threshold)


def rule_findings(slips: SlipCounts, threshold: int) -> Iterator[Measured]:
    """Share of the delivered slips that count although they broke a rule which only flags, by rule; percent. Ours.

    What other rules found stands in `set_apart_by_reason`.
    """
    for rule, count in sorted(slips.flags.items(), key=lambda pair: (-pair[1], pair[0])):
        yield share("rule_findings", count, slips.delivered, threshold, {"rule": rule})
    if not slips.flags:
        yield without_value("rule_findings", "no_flag")


def late_registrations(lags: dict[int, int], threshold: int) -> Iterator[Measured]:
    """Share of the moves of the period by months until they were known; percent. Ours.

    100 · moves of the lag / moves that became known up to the data cut-off.
    """
    total = sum(lags.values())
    for least, most in LAGS:
        count = sum(n for lag, n in lags.items() if lag >= least and (most is None or lag <= most))
        name = f"{least}+" if most is None else f"{least}-{most}" if least != most else str(least)
        yield share("late_registrations", count, total, threshold, {"lag": name})


def missing_deliveries(counts: DeliveryCounts | None) -> Measured:
    """Share of the deliveries owed for the period that had not come by the data cut-off; percent.

    Source: QPI A4, unit non-response rate, with deliveries as the units that respond.
    """
    if counts is None:
        return without_value("missing_deliveries", "nothing_owed")
    return share("missing_deliveries", counts.missing, counts.owed, 0)


def punctual_deliveries(counts: DeliveryCounts | None) -> Measured:
    """Share of the deliveries owed for the period that came on the day on which they were due, or before; percent. Ours."""
    if counts is None:
        return without_value("punctual_deliveries", "nothing_owed")
    return share("punctual_deliveries", counts.in_time, counts.owed, 0)


def item_non_response(counts: RegisterCounts, threshold: int) -> Iterator[Measured]:
    """Share of the movers whose field is not stated, of those to whom it applies; percent, by field.

    An imputed value counts as not stated. Movers of a source that does not ask for the field are left out.

    Source: QPI A5, item non-response rate, unweighted.
    """
    for field in counts.fields:
        of = {"field": field.field}
        if field.asked:
            yield share("item_non_response", field.not_stated, field.applicable, threshold, of)
        else:
            yield without_value("item_non_response", "not_asked", of)


def imputation(counts: RegisterCounts, threshold: int) -> Iterator[Measured]:
    """Share of the movers whose field was imputed, of those to whom it applies; percent, by field.

    Source: QPI A7, imputation rate, unweighted.
    """
    imputed = [field for field in counts.fields if field.field in counts.imputes]
    for field in imputed:
        yield share("imputation", field.imputed, field.applicable, threshold, {"field": field.field})
    if not imputed:
        yield without_value("imputation", "nothing_imputed")
