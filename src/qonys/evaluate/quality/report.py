"""The quality report as a whole: all measures, in the order of the concepts that they speak for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qonys.concepts.quality import QUALITY_MEASURES, MirrorFigure
from qonys.concepts.table_design import TableDesign
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import Measured, QualityReport, RegisterCounts, ReleaseDays
from qonys.evaluate.quality.coherence import coherence_measures
from qonys.evaluate.quality.days import time_measures
from qonys.evaluate.quality.register import register_measures
from qonys.evaluate.quality.release import (
    Utility,
    comparable_length,
    data_completeness,
    metadata_completeness,
    mirror_asymmetries,
    protection_loss,
)
from qonys.evaluate.quality.revision import revision_measures
from qonys.evaluate.quality.valued import without_value


@dataclass(frozen=True)
class ReleaseInput:
    """What the measures of a release are computed from.

    Args:
        period: of the release.
        days: its days.
        register: what was counted in the register.
        threshold: k of the profile's protection.
        tables: the tables as they are published.
        other: the same tables at another data cut-off, for those that are compared.
        designs: of the tables.
        utility: what protection changed.
        sensitive: tables that tell something sensitive.
        mirror: what partners say.
        texts: language -> code of a concept -> its text.
    """

    period: str
    days: ReleaseDays
    register: RegisterCounts
    threshold: int
    tables: Mapping[str, OutputTable]
    other: Mapping[str, OutputTable]
    designs: Mapping[str, TableDesign]
    utility: Utility = field(default_factory=dict)
    sensitive: Collection[str] = ()
    mirror: Sequence[MirrorFigure] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def quality_report(given: ReleaseInput) -> QualityReport:
    """Every measure of `concepts.quality.QUALITY_MEASURES` at least once, with its value or the reason why it has none."""
    order = list(QUALITY_MEASURES)
    measures = sorted(_measures(given), key=lambda one: order.index(one.measure))
    return QualityReport(given.period, tuple(measures))


def _measures(given: ReleaseInput) -> Iterator[Measured]:
    yield from register_measures(given.register, given.threshold)
    yield from time_measures(given.days)
    yield from revision_measures(given.tables, given.other)
    yield from coherence_measures(given.tables, given.designs)
    yield data_completeness(given.tables)
    yield metadata_completeness(given.texts)
    yield from protection_loss(given.utility, given.sensitive)
    yield from comparable_length(given.tables)
    yield from mirror_asymmetries(given.mirror, given.tables, given.designs)
    yield without_value("data_table_consultations", "readers_not_counted")
    yield without_value("metadata_consultations", "readers_not_counted")
