"""The words of a quality report: the concepts of SIMS, and the measures that are computed for them.

Law: every measure belongs to a concept; a concept holds a text, or measures, or both. Names, texts and formulas in words
are not here: the former two are said in every language by the product or the profile.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

SIMS_SOURCE = "Eurostat, Single Integrated Metadata Structure (SIMS), version 2.0"
QPI = "Eurostat, Guidelines for the Implementation of the ESS Quality and Performance Indicators (QPI)"

MeasureUnit: TypeAlias = Literal["percent", "days", "persons", "periods", "sums"]


class SimsConcept(msgspec.Struct, frozen=True):
    """One concept of SIMS.

    Args:
        code: ``S.13.3.1``.
        sdmx: its SDMX concept id; empty where it is a metric, which has none.
        kind: ``group`` has nothing but concepts below it; ``text`` is said in words; ``metric`` is a number.
    """

    code: str
    sdmx: str
    kind: Literal["group", "text", "metric"] = "text"

    @property
    def level(self) -> int:
        """1 for S.13, 2 for S.13.3 …"""
        return self.code.count(".")


class QualityMeasure(msgspec.Struct, frozen=True):
    """What is computed of a release and its register.

    Args:
        id: its name.
        concept: code of the concept for which it speaks.
        unit: of its value.
        decimals: with which it is written.
        indicator: code of the ESS indicator that it is; empty where it is ours.
        main: it stands on the release page too.
    """

    id: str
    concept: str
    unit: MeasureUnit
    decimals: int = 0
    indicator: str = ""
    main: bool = False

    @property
    def source(self) -> str:
        """Where its definition stands; empty where it is ours."""
        return f"{QPI}, {self.indicator}" if self.indicator else ""


class MirrorFigure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a partner country says of a flow that the release counts too: one row of mirror.csv.

    Args:
        partner: code of the partner country.
        period: a year.
        measure: our side of the flow: ``arrivals`` from the partner (its emigration to us), or ``departures`` to it.
        persons: as the partner counts them.
        status: ``published``, ``derived`` or ``rounded`` in its source; ``invented`` for a made-up country.
        source: where it stands.
        as_of: vintage of the source, an ISO date; empty where that is not known.
    """

    partner: str
    period: str
    measure: Literal["arrivals", "departures"]
    persons: int
    status: Literal["published", "derived", "rounded", "invented"]
    source: str
    as_of: str = ""


def _concepts(lines: str) -> tuple[SimsConcept, ...]:
    return tuple(
        SimsConcept(code, "" if kind == "metric" else sdmx, kind)  # type: ignore[arg-type]
        for code, sdmx, kind in (line.split() for line in lines.strip().splitlines())
    )


SIMS = _concepts("""
S.1 CONTACT group
S.1.1 CONTACT_ORGANISATION text
S.1.2 ORGANISATION_UNIT text
S.1.3 CONTACT_NAME text
S.1.4 CONTACT_FUNCT text
S.1.5 CONTACT_MAIL text
S.1.6 CONTACT_EMAIL text
S.1.7 CONTACT_PHONE text
S.1.8 CONTACT_FAX text
S.2 META_UPDATE group
S.2.1 META_CERTIFIED text
S.2.2 META_POSTED text
S.2.3 META_LAST_UPDATE text
S.3 STAT_PRES group
S.3.1 DATA_DESCR text
S.3.2 CLASS_SYSTEM text
S.3.3 COVERAGE_SECTOR text
S.3.4 STAT_CONC_DEF text
S.3.5 STAT_UNIT text
S.3.6 STAT_POP text
S.3.7 REF_AREA text
S.3.8 COVERAGE_TIME text
S.3.9 BASE_PER text
S.4 UNIT_MEASURE text
S.5 REF_PERIOD text
S.6 INST_MANDATE group
S.6.1 INST_MAN_LA_OA text
S.6.2 INST_MAN_SHAR text
S.7 CONF group
S.7.1 CONF_POLICY text
S.7.2 CONF_DATA_TR text
S.8 REL_POLICY group
S.8.1 REL_CAL_POLICY text
S.8.2 REL_CAL_ACCESS text
S.8.3 REL_POL_US_AC text
S.9 FREQ_DISS text
S.10 DISS_FORMAT group
S.10.1 NEWS_REL text
S.10.2 PUBLICATIONS text
S.10.3 ONLINE_DB text
S.10.3.1 - metric
S.10.4 MICRO_DAT_ACC text
S.10.5 DISS_OTHER text
S.10.5.1 - metric
S.10.6 DOC_METHOD text
S.10.6.1 - metric
S.10.7 QUALITY_DOC text
S.11 QUALITY_MGMNT group
S.11.1 QUALITY_ASSURE text
S.11.2 QUALITY_ASSMNT text
S.12 RELEVANCE group
S.12.1 USER_NEEDS text
S.12.2 USER_SAT text
S.12.3 COMPLETENESS text
S.12.3.1 - metric
S.13 ACCURACY group
S.13.1 ACCURACY_OVERALL text
S.13.2 SAMPLING_ERR text
S.13.2.1 - metric
S.13.3 NONSAMPLING_ERR text
S.13.3.1 COVERAGE_ERR text
S.13.3.1.1 - metric
S.13.3.1.2 - metric
S.13.3.2 MEASUREMENT_ERR text
S.13.3.3 NONRESPONSE_ERR text
S.13.3.3.1 - metric
S.13.3.3.2 - metric
S.13.3.4 PROCESSING_ERR text
S.13.3.5 MODEL_ASSUMP_ERR text
S.14 TIMELINESS_PUNCT group
S.14.1 TIMELINESS text
S.14.1.1 - metric
S.14.1.2 - metric
S.14.2 PUNCTUALITY text
S.14.2.1 - metric
S.15 COHER_COMPAR group
S.15.1 COMPAR_GEO text
S.15.1.1 - metric
S.15.2 COMPAR_TIME text
S.15.2.1 - metric
S.15.3 COHER_X_DOM text
S.15.3.1 COHER_FREQSTAT text
S.15.3.2 COHER_NATACCOUNTS text
S.15.4 COHER_INTERNAL text
S.16 COST_BURDEN text
S.17 DATA_REV group
S.17.1 REV_POLICY text
S.17.2 REV_PRACTICE text
S.17.2.1 - metric
S.18 STAT_PROCESS group
S.18.1 SOURCE_TYPE text
S.18.2 FREQ_COLL text
S.18.3 COLL_METHOD text
S.18.4 DATA_VALIDATION text
S.18.5 DATA_COMP text
S.18.5.1 - metric
S.18.6 ADJUSTMENT text
S.18.6.1 SEASONAL_ADJ text
S.19 COMMENT_DSET text
""")
"""The concepts of SIMS 2.0 in their order, without the national extensions of other countries."""

QUALITY_MEASURES: dict[str, QualityMeasure] = {
    one.id: one
    for one in (
        QualityMeasure("cells_changed", "S.7.2", "percent", 1, main=True),
        QualityMeasure("distance_to_exact", "S.7.2", "persons", 2),
        QualityMeasure("data_table_consultations", "S.10.3.1", "percent", indicator="AC1"),
        QualityMeasure("metadata_consultations", "S.10.5.1", "percent", indicator="AC2"),
        QualityMeasure("metadata_completeness", "S.10.6.1", "percent", 1, "AC3"),
        QualityMeasure("data_completeness", "S.12.3.1", "percent", 1, "R1", main=True),
        QualityMeasure("sampling_error", "S.13.2.1", "percent", indicator="A1"),
        QualityMeasure("late_registrations", "S.13.3.1", "percent", 1),
        QualityMeasure("over_coverage", "S.13.3.1.1", "percent", 1, "A2", main=True),
        QualityMeasure("set_apart", "S.13.3.1.1", "percent", 1),
        QualityMeasure("common_units", "S.13.3.1.2", "percent", indicator="A3"),
        QualityMeasure("rule_findings", "S.13.3.2", "percent", 1),
        QualityMeasure("missing_deliveries", "S.13.3.3.1", "percent", 1, "A4"),
        QualityMeasure("item_non_response", "S.13.3.3.2", "percent", 1, "A5", main=True),
        QualityMeasure("quarantined", "S.13.3.4", "percent", 1, main=True),
        QualityMeasure("edited", "S.13.3.4", "percent", 1),
        QualityMeasure("first_results", "S.14.1.1", "days", indicator="TP1"),
        QualityMeasure("final_results", "S.14.1.2", "days", indicator="TP2", main=True),
        QualityMeasure("punctual_deliveries", "S.14.2", "percent", 1),
        QualityMeasure("punctuality", "S.14.2.1", "days", indicator="TP3", main=True),
        QualityMeasure("mirror_asymmetry", "S.15.1.1", "percent", 1, "CC1"),
        QualityMeasure("comparable_length", "S.15.2.1", "periods", indicator="CC2"),
        QualityMeasure("months_against_year", "S.15.3.1", "persons"),
        QualityMeasure("sums_checked", "S.15.4", "sums"),
        QualityMeasure("parts_against_total", "S.15.4", "persons"),
        QualityMeasure("mean_revision", "S.17.2.1", "persons", 2, "A6"),
        QualityMeasure("mean_absolute_revision", "S.17.2.1", "persons", 2, "A6"),
        QualityMeasure("relative_revision", "S.17.2.1", "percent", 2, "A6", main=True),
        QualityMeasure("imputation", "S.18.5.1", "percent", 1, "A7"),
    )
}
"""Every measure of the quality report by its id, in the order of the concepts."""

MISSING = "missing"
"""Why a measure has no value, or a concept no text: nobody gave it."""

CONCEPTS = {concept.code: concept for concept in SIMS}


def is_sims_code(key: str) -> bool:
    """The key of a text is meant for a concept: it begins with ``S.`` and a digit."""
    return key[:2] == "S." and key[2:3].isdigit()
