"""What a release says of its indicators: made of the profile's entries and of what the tables were computed from.

Law: a denominator is named as the tables name it, source and vintage, and that it is later than the release where it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qonys.concepts.indicator import WITH_POPULATION, Indicator
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, Reference, ReleaseFacts
from qonys.disseminate.numbers import number
from qonys.disseminate.period_words import day_label
from qonys.disseminate.words import Words


@dataclass(frozen=True, slots=True)
class SaidIndicator:
    """An indicator in one language: its name, what it says, and facts as pairs of a head and a text."""

    id: str
    name: str
    meaning: str
    facts: tuple[tuple[str, str], ...]


def said_indicators(
    profile: Profile, tables: Iterable[OutputTable], words: Words, facts: ReleaseFacts
) -> tuple[SaidIndicator, ...]:
    """The indicators of a profile in one language, with the denominators that a release has taken for them."""
    known = list(tables)
    return tuple(_said(one, known, words, facts) for one in profile.indicators.values())


def _said(one: Indicator, tables: Iterable[OutputTable], words: Words, facts: ReleaseFacts) -> SaidIndicator:
    language = words.language
    related = dict.fromkeys(
        r for t in tables for key, c in t.cells.items() if t.measure_of(key) == one.id for r in c.related_to
    )
    denominators = [_referred(r, words, facts) for r in related] if one.function in WITH_POPULATION else []
    least = {"least_count": one.least_count, "least_population": one.least_population}
    flagged = [words(f"indicator.{name}", n=number(n, language)) for name, n in least.items() if n]
    pairs = (
        ("formula", one.formula[language]),
        ("unit", one.unit[language]),
        ("denominator", "; ".join(denominators)),
        ("flagged", "; ".join(flagged)),
        ("source", one.source if isinstance(one.source, str) else one.source[language]),
    )
    said = tuple((words[f"indicator.{name}"], text) for name, text in pairs if text)
    return SaidIndicator(one.id, one.names[language], one.meaning[language], said)


def _referred(reference: Reference, words: Words, facts: ReleaseFacts) -> str:
    if not reference.as_of:
        return words.source(reference.source)
    later = f", {words['note.later']}" if reference.as_of > facts.published else ""
    return f"{words.source(reference.source)} ({day_label(reference.as_of, words.language)}{later})"
