"""A quality report in one language: every concept with its text and its measures, as plain records.

Law: what has no text or no value says so, with the reason; a number is written as the language writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from qonys.concepts.quality import QUALITY_MEASURES, SIMS, QualityMeasure
from qonys.concepts.release import CalendarEntry
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.datasets.quality import Measured, QualityReport
from qonys.disseminate.numbers import number, percent, rounded
from qonys.disseminate.quality_texts import texts_by_concept
from qonys.disseminate.wording import Argument
from qonys.disseminate.words import Words, words_of

_SIGNED = ("months_against_year", "mean_revision", "punctuality", "mirror_asymmetry")


@dataclass(frozen=True, slots=True)
class SaidMeasure:
    """A measure in words: its name, what it is of, its value or the reason why it has none."""

    measured: Measured
    definition: QualityMeasure
    name: str
    of: str
    value: str
    formula: str
    source: str


@dataclass(frozen=True, slots=True)
class SaidConcept:
    """A concept in words; ``level`` is 1 for S.13, 2 for S.13.3; no text: ``text`` is empty."""

    code: str
    sdmx: str
    kind: str
    level: int
    name: str
    text: str
    measures: tuple[SaidMeasure, ...]


@dataclass(frozen=True, slots=True)
class SaidQuality:
    """A quality report in one language; ``main`` are the measures for the release page."""

    words: Words
    concepts: tuple[SaidConcept, ...]
    main: tuple[SaidMeasure, ...]


def said_quality(
    profile: Profile,
    report: QualityReport,
    tables: Mapping[str, OutputTable],
    entry: CalendarEntry,
    language: str,
    *,
    synthetic: bool,
) -> SaidQuality:
    """The quality report of a release in a language.

    Args:
        profile: gives texts and names.
        report: the measures.
        tables: of the release; they name what a measure is of.
        entry: period and dates.
        language: one of the profile's.
        synthetic: some record of the release is synthetic.

    Raises:
        ProfileError: a word is missing in the language.
    """
    words, texts = words_of(profile, language), texts_by_concept(profile, entry, synthetic=synthetic)[language]
    labels = _Labels(profile, report, tables, words)
    said = [_said(one, labels) for one in report.measures]
    concepts = tuple(
        SaidConcept(
            c.code, c.sdmx, c.kind, c.level, words[f"sims.{c.code}"], texts.get(c.code, ""),
            tuple(one for one in said if one.definition.concept == c.code),
        )
        for c in SIMS
    )  # fmt: skip
    return SaidQuality(words, concepts, tuple(_main(said, words)))


def _main(said: list[SaidMeasure], words: Words) -> list[SaidMeasure]:
    """One value of each main measure: its only one, or the largest."""
    found = []
    for name, definition in QUALITY_MEASURES.items():
        of = [one for one in said if one.measured.measure == name]
        told = [one for one in of if one.measured.value is not None]
        if definition.main and of:
            largest = max(told, key=lambda one: abs(one.measured.value or 0), default=of[0])
            differ = len({one.value for one in told}) > 1
            found.append(_as_largest(largest, words) if differ else largest)
    return found


def _as_largest(one: SaidMeasure, words: Words) -> SaidMeasure:
    return replace(one, name=words("quality.largest", measure=one.name, of=one.of))


def _said(one: Measured, labels: _Labels) -> SaidMeasure:
    words, definition = labels.words, QUALITY_MEASURES[one.measure]
    return SaidMeasure(
        one,
        definition,
        words[f"measure.{one.measure}"],
        labels.of(one),
        _written(one, definition, words),
        words[f"formula.{one.measure}"],
        definition.source or words["quality.own"],
    )


def _written(one: Measured, definition: QualityMeasure, words: Words) -> str:
    if one.value is None:
        return words[f"why.{one.why}"]
    if one.negligible:
        least = _with_unit(Decimal(1).scaleb(-definition.decimals), definition, words, signed=False)
        return words("quality.under", least=least)
    return _with_unit(one.value, definition, words, signed=one.measure in _SIGNED)


def _with_unit(value: float | Decimal, definition: QualityMeasure, words: Words, *, signed: bool) -> str:
    decimals = definition.decimals
    if definition.unit == "percent":
        return percent(value, words.language, decimals, signed=signed)
    written = number(value, words.language, decimals, signed=signed)
    return words(f"quality.unit.{definition.unit}", n=Argument(written, rounded(value, decimals)))


@dataclass(frozen=True)
class _Labels:
    """Names what a measure is of."""

    profile: Profile
    report: QualityReport
    tables: Mapping[str, OutputTable]
    words: Words

    def of(self, one: Measured) -> str:
        told = [self._label(kind, code, one.of) for kind, code in one.of.items()]
        return ", ".join(filter(None, told)) or self.words["quality.whole"]

    def _label(self, kind: str, code: str, of: Mapping[str, str]) -> str:
        if kind == "table":
            against = of.get("against")
            both = {"table": self._title(code), "against": self._title(against or "")}
            return self.words("quality.against", **both) if against else both["table"]
        if kind in ("reason", "rule"):
            message = self.report.rules.get(code, {}).get(self.words.language)
            return message.rstrip(".") if message else self.words[f"reason.{code}"]
        if kind == "field":
            return self.words.entries.get(f"field.{code}") or self.words[f"dimension.{code}"]
        if kind in ("measure", "side"):
            indicator = self.profile.indicators.get(code)
            return indicator.names[self.words.language] if indicator else self.words[f"measure.{code}"]
        if kind == "lag":
            return self._lag(code)
        return "" if kind == "against" else self._country(code) if kind == "partner" else code

    def _title(self, table: str) -> str:
        """The title of a table; of one that the release does not show that of its design, which has no period."""
        if table in self.tables:
            return self.tables[table].title[self.words.language]
        design = self.profile.tables.get(table)
        return design.title[self.words.language].replace(", {period}", "") if design else table

    def _country(self, code: str) -> str:
        named = {area.code: area.names[self.words.language] for area in self.profile.areas.areas}
        return named.get(code, code)

    def _lag(self, code: str) -> str:
        least, dash, most = code.partition("-")
        if code.endswith("+"):
            return self.words("quality.lag_open", least=code[:-1])
        if dash:
            return self.words("quality.lag_range", least=least, most=most)
        return self.words("quality.lag_exact", n=Argument(code, rounded(int(code))))
