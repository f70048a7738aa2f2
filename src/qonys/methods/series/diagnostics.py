"""What X-13ARIMA-SEATS writes, read from its texts: diagnostics, tables, errors and warnings.

Law: a diagnostic that the program did not write is None, never a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Month, Values
from qonys.methods.series.seasonality import SeasonalityTest
from qonys.methods.series.specification import MONTH_NAMES, OutlierKind

CONSOLE = "console"
"""The key, beside the file endings, of what a run said on the console."""
_ENTRY = re.compile(r"^([^:]+):\s?(.*)$", re.MULTILINE)
_OUTLIER = re.compile(r"\$(AO|LS|TC)(\d{4})\.([A-Za-z]{3})$")
_SAID = re.compile(r"^\s*(ERROR|WARNING|Warning):\s*(.*(?:\n[ \t]*(?!Program error)\S.*)*)", re.MULTILINE)
_SIGNPOST = re.compile("halt execution|rror file|error messages")
_M_STATISTICS = 11


@dataclass(frozen=True, slots=True)
class Effect:
    """A coefficient of the regression part of the model.

    Args:
        name: as the program calls it: group, ``$``, regressor.
        coefficient: on the scale of the model: a share where it is logarithmic.
        standard_error: of the coefficient.
        t: their ratio.
    """

    name: str
    coefficient: float
    standard_error: float
    t: float


@dataclass(frozen=True, slots=True)
class FoundOutlier:
    """A month that does not follow the model.

    Args:
        kind: its shape in time.
        month: when it begins.
        effect: how large it is.
        automatic: found by the search, not handed in.
    """

    kind: OutlierKind
    month: Month
    effect: Effect
    automatic: bool


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How far an adjustment can be trusted.

    Args:
        model: the ARIMA model, (p d q)(P D Q).
        seats_model: the model that SEATS decomposed, which may be another; None with X-11.
        decomposed: SEATS could split the model into components; True with X-11, which needs no such split.
        multiplicative: the parts are factors, not summands.
        effects: of the regression, outliers included.
        outliers: those among the effects.
        aicc: Akaike's criterion corrected for small samples.
        m: M1 to M11, each acceptable below 1; empty with SEATS.
        q: weighted mean of M1 to M11, acceptable below 1.
        q_without_m2: Q without M2.
        identifiable: what the combined test says of identifiable seasonality: ``yes``, ``no``, or undecided; None with SEATS.
        qs_before: QS of the original series.
        qs_before_without_extremes: QS of the original series adjusted for extreme values.
        qs_after: QS of the adjusted series.
        qs_after_without_extremes: QS of the adjusted series adjusted for extreme values.
        qs_irregular: QS of the irregular component.
        warnings: what the program warned of.
    """

    model: str
    seats_model: str | None
    decomposed: bool
    multiplicative: bool
    effects: tuple[Effect, ...]
    outliers: tuple[FoundOutlier, ...]
    aicc: float | None
    m: tuple[float, ...]
    q: float | None
    q_without_m2: float | None
    identifiable: str | None
    qs_before: SeasonalityTest | None
    qs_before_without_extremes: SeasonalityTest | None
    qs_after: SeasonalityTest | None
    qs_after_without_extremes: SeasonalityTest | None
    qs_irregular: SeasonalityTest | None
    warnings: tuple[str, ...]

    def is_seasonal(self, level: float) -> bool:
        """QS of the original series, or of it without extreme values, is significant at the level."""
        tests = (self.qs_before, self.qs_before_without_extremes)
        return any(test is not None and test.is_significant(level) for test in tests)

    def effect_of(self, regressor: str) -> Effect | None:
        """The coefficient of a regressor by its own name; None where the model has none of that name."""
        return next((effect for effect in self.effects if effect.name.rpartition("$")[2] == regressor), None)

    def has_residual_seasonality(self, level: float) -> bool:
        """QS of the adjusted series, or of it without extreme values, is significant at the level."""
        tests = (self.qs_after, self.qs_after_without_extremes)
        return any(test is not None and test.is_significant(level) for test in tests)


def diagnostics(texts: Mapping[str, str]) -> Diagnostics:
    """The diagnostics of a run.

    Args:
        texts: what the run wrote, by file ending; ``udg`` is needed, ``console`` holds the warnings.

    Raises:
        StatisticianError: the run wrote no diagnostics.
    """
    found = _entries(texts)
    effects = _effects(found)
    return Diagnostics(
        model=found.get("arimamdl", found.get("automdl", "")),
        seats_model=found.get("seatsmdl"),
        decomposed=found.get("seatsadj") != "no",
        multiplicative=_is_multiplicative(found),
        effects=effects,
        outliers=tuple(outlier for effect in effects if (outlier := _outlier(effect)) is not None),
        aicc=_number(found, "aicc"),
        m=tuple(m for at in range(1, _M_STATISTICS + 1) if (m := _number(found, f"f3.m{at:02d}")) is not None),
        q=_number(found, "f3.q"),
        q_without_m2=_number(found, "f3.qm2"),
        identifiable=found.get("f2.idseasonal"),
        qs_before=_test(found, "qsori"),
        qs_before_without_extremes=_test(found, "qsorievadj"),
        qs_after=_test(found, "qssadj"),
        qs_after_without_extremes=_test(found, "qssadjevadj"),
        qs_irregular=_test(found, "qsirr"),
        warnings=said(texts, "WARNING"),
    )


def said(texts: Mapping[str, str], kind: str = "ERROR") -> tuple[str, ...]:
    """What a run said on the console under ``ERROR`` or ``WARNING``, each on one line."""
    found = _SAID.findall(texts.get(CONSOLE, ""))
    return tuple(" ".join(text.split()) for found_kind, text in found if found_kind.upper() == kind)


def gave_up(texts: Mapping[str, str]) -> str | None:
    """What a run said when it stopped before its end, at the least that it did; None where it went through.

    The program returns the same code in both cases. Some of its errors are called so, others are told in a paragraph.
    """
    entries, console = texts.get("udg", ""), texts.get(CONSOLE, "")
    errors = said(texts)
    if entries.strip() and not errors and "errorstop: yes" not in entries and "halt execution" not in console:
        return None
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", console))
    told = (part for part in paragraphs if "error" in part.lower() and not _SIGNPOST.search(part))
    return " ".join(errors or told) or "It wrote no diagnostics."


def table(texts: Mapping[str, str], ending: str) -> Values:
    """The figures of a table that a run saved, without its months.

    Args:
        texts: what the run wrote, by file ending.
        ending: such as ``d11``.

    Returns:
        Shape (n, columns).

    Raises:
        StatisticianError: the run did not save the table.
    """
    lines = texts.get(ending, "").splitlines()[2:]
    if not lines:
        raise StatisticianError(
            f"X-13ARIMA-SEATS saved no table {ending}.", next_step=f"Read what it said: {gave_up(texts) or 'nothing.'}"
        )
    return np.array([line.split()[1:] for line in lines], dtype=float)


def _entries(texts: Mapping[str, str]) -> dict[str, str]:
    found = {key: value.strip() for key, value in _ENTRY.findall(texts.get("udg", ""))}
    if not found:
        raise StatisticianError(
            "X-13ARIMA-SEATS wrote no diagnostics.", next_step=f"Read what it said: {gave_up(texts)}"
        )
    return found


def _is_multiplicative(found: Mapping[str, str]) -> bool:
    return found.get("finmode", found.get("samode", "")).startswith("multiplicative")


def _effects(found: Mapping[str, str]) -> tuple[Effect, ...]:
    """The coefficients, which are the entries after their number."""
    keys = list(found)
    number = int(found.get("nreg", "0"))
    first = keys.index("nreg") + 1 if number else 0
    return tuple(Effect(key, *(float(part) for part in found[key].split()[:3])) for key in keys[first : first + number])


def _outlier(effect: Effect) -> FoundOutlier | None:
    match = _OUTLIER.search(effect.name)
    if match is None:
        return None
    kind, year, name = match.groups()
    month = Month(int(year), MONTH_NAMES.index(name.lower()) + 1)
    return FoundOutlier(OutlierKind(kind.lower()), month, effect, effect.name.startswith("AutoOutlier"))


def _number(found: Mapping[str, str], key: str) -> float | None:
    return float(found[key].split()[0]) if key in found else None


def _test(found: Mapping[str, str], key: str) -> SeasonalityTest | None:
    if key not in found:
        return None
    statistic, probability = (float(part) for part in found[key].split()[:2])
    return SeasonalityTest(statistic, probability)
