"""The product's own words: what stands on a page or in a file and is neither a code's label nor a profile's text.

Laws: a profile's text of the same key comes first; a word that is missing in a language stops the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from qonys.concepts.age import OLDEST_AGE, age_groups, ages_of_band
from qonys.concepts.period import Period
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.country.profile import Profile
from qonys.datasets.output import TableWords
from qonys.disseminate.numbers import month_and_year
from qonys.disseminate.period_words import day_label, period_phrase, years_phrase
from qonys.disseminate.wording import Argument, worded
from qonys.errors import ProfileError

_NOTES = ("additive", "cell_key", "population", "later", "growth", "growth_taken", "history")


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    entries: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The word of a key.

        Raises:
            ProfileError: the language has no such word.
        """
        found = self.entries.get(key)
        if not found:
            raise ProfileError(
                f"The word “{key}” is missing in the language “{self.language}”.",
                where=f"texts/{self.language}",
                next_step=f"Add it to a file of this folder: “{key}: …”.",
            )
        return found

    def source(self, name: str) -> str:
        """What a source of figures is called; as the profile names it, where the language has no other name."""
        return self.entries.get(f"source.{name}", name)

    def __call__(self, key: str, **arguments: Argument | str) -> str:
        """The word of a key with its arguments filled in."""
        return worded(self[key], arguments, self.language, where=f"{self.language}: {key}")


def words_of(profile: Profile, language: str) -> Words:
    """The words of a language as a profile uses them: ours, with its own texts in their place."""
    return Words(language, {**shipped_words(language), **profile.texts.get(language, {})})


def table_words(profile: Profile) -> TableWords:
    """The labels of dimensions, measures, units, totals, streams, age groups and periods, in a profile's languages.

    Raises:
        ProfileError: a word is missing in a language.
    """
    vocabularies = [words_of(profile, language) for language in profile.languages]
    members = {TOTAL: _texts(vocabularies, "total"), NOT_STATED: _texts(vocabularies, "not_stated")}
    members |= _labels(vocabularies, "stream")
    members |= {code: _age_group(vocabularies, low, high) for code, low, high in age_groups()}
    bands = {ages_of_band(code) for design in profile.tables.values() for code in design.bands}
    members |= {code: _age_group(vocabularies, low, high if high < OLDEST_AGE else None) for code, low, high in bands}
    return TableWords(
        dimensions=_labels(vocabularies, "dimension"),
        measures=_labels(vocabularies, "measure"),
        units=_labels(vocabularies, "unit"),
        members=members,
        notes={name: _texts_with(vocabularies, f"note.{name}", base=str(profile.protection.base)) for name in _NOTES},
        period=lambda period: {words.language: period_label(period, words) for words in vocabularies},
        covered=lambda first, last: {words.language: years_phrase(first, last, words) for words in vocabularies},
        sources=_labels(vocabularies, "source"),
        day=lambda written: {language: day_label(written, language) for language in profile.languages},
    )


def period_label(period: Period, words: Words) -> str:
    """A period as a label that stands alone: a month or a part of a year with its year."""
    if period.is_month:
        return month_and_year(period, words.language)
    name = period_phrase(period, words)
    return name[:1].upper() + name[1:]


def _labels(vocabularies: list[Words], prefix: str) -> dict[str, Text]:
    keys = [key for key in vocabularies[0].entries if key.startswith(f"{prefix}.")]
    return {key.removeprefix(f"{prefix}."): _texts(vocabularies, key) for key in keys}


def _texts_with(vocabularies: list[Words], key: str, **arguments: str) -> Text:
    return {words.language: words(key, **arguments) for words in vocabularies}


def _texts(vocabularies: list[Words], key: str) -> Text:
    return {words.language: words[key] for words in vocabularies}


def _age_group(vocabularies: list[Words], low: int, high: int | None) -> Text:
    key = "age_group.open" if high is None else "age_group.range"
    return {words.language: words(key, low=str(low), high=str(high)) for words in vocabularies}


@cache
def shipped_words(language: str) -> dict[str, str]:
    """The product's own words in a language: those of the page, and those of each topic; empty where it has none."""
    folder = Path(__file__).parent / "languages"
    words: dict[str, str] = {}
    for path in (folder / f"{language}.yaml", *sorted(folder.glob(f"*/{language}.yaml"))):
        if path.is_file():
            content = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
            words |= {str(key): str(word) for key, word in content.items()}
    return words
