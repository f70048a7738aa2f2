"""Checks that every text of a profile says only values that are there to be said.

Laws: what would stop a build in one language, or be shown with its braces, is found without data; a message names the file,
the text, the language and the character, and lists what could stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign
from qonys.concepts.table_design import COUNTS
from qonys.concepts.text import Text
from qonys.concepts.value import Value
from qonys.country.figure_checks import figure_texts
from qonys.country.profile import Profile
from qonys.country.texts import plain_texts, titles_of_tables
from qonys.disseminate.period_words import period_arguments
from qonys.disseminate.wording import places_of
from qonys.disseminate.words import shipped_words, words_of
from qonys.errors import ProfileError

_PLACE = re.compile(r"\{\s*([A-Za-z_]\w*)\s*(\}?)")
Checked: TypeAlias = tuple[str, Text, Iterable[str]]
"""Where a text stands, the text by language, and the values that it can say."""


def fail_if_a_text_says_an_unknown_value(profile: Profile) -> None:
    """Raise for the first text of a profile that says a value which it is not given, or is malformed.

    Raises:
        ProfileError: with file, text, language, character, and the values that it can say.
    """
    for where, text, known in _worded(profile):
        for language, said in text.items():
            _fail_if_unknown(said, language, f"{profile.folder / where} ({language})", known)
    for where, text, known in _filled(profile):
        for language, said in text.items():
            _fail_if_shown_with_braces(said, f"{profile.folder / where} ({language})", known)
    for language, own in profile.texts.items():
        _fail_if_own_texts_are_wrong(profile, language, own)


def _worded(profile: Profile) -> Iterator[Checked]:
    """What is worded with arguments: titles and headlines of releases, key points, figures."""
    for design in profile.releases.values():
        where, periods = f"release/designs/{design.id}.yaml", _periods(design.frequency, profile)
        yield f"{where}, title", design.title, periods
        for headline in design.headlines:
            yield f"{where}, headline {headline.id}, label", headline.label, periods
        for owner, text, values in _with_values(design):
            yield f"{where}, {owner}", text, {*periods, "country", *_said_of(values, profile)}
    for rule in profile.publication.rules:
        yield f"publication.yaml, title of {rule.release}", rule.title, _periods(rule.every, profile)


def _with_values(design: ReleaseDesign) -> Iterator[tuple[str, Text, Mapping[str, Value]]]:
    yield from ((f"key point {point.id}", point.text, point.values) for point in design.key_points)
    values = {figure.id: figure.values for figure in design.figures}
    yield from (
        (owner, text, values[owner.removeprefix("figure ").partition(",")[0]]) for owner, text in figure_texts(design)
    )


def _periods(every: str, profile: Profile) -> set[str]:
    """The values that a release of a year or of a month has of its period."""
    period = Period.parse("2024-09" if every == "month" else "2024")
    return set(period_arguments(period, words_of(profile, profile.languages[0])))


def _said_of(values: Mapping[str, Value], profile: Profile) -> Iterator[str]:
    """What can be said of computed values: the number, its size without a sign, and more where it has more."""
    for name, value in values.items():
        yield from (name, f"{name}_size")
        indicator = profile.indicators.get(value.measure)
        if value.compute in ("largest", "smallest"):
            yield f"{name}_name"
        elif value.compute == "positive":
            yield f"{name}_list"
        elif value.compute in ("growth", "times") or (indicator and indicator.function == "growth"):
            yield f"{name}_base"
        if value.compute == "value" and indicator and value.measure not in COUNTS:
            yield f"{name}_unit"


def _filled(profile: Profile) -> Iterator[Checked]:
    """What has its period put in, and what is shown as it stands."""
    yield from ((f"{where}, {owner}", text, ("period",)) for where, owner, text in titles_of_tables(profile))
    yield from ((f"{where}, {owner}", text, ()) for where, owner, text in plain_texts(profile))


def _fail_if_own_texts_are_wrong(profile: Profile, language: str, own: Mapping[str, str]) -> None:
    """A text in place of a word of the product can say what that word says; any other one is shown as it stands."""
    shipped = shipped_words(language)
    for key, text in own.items():
        where = f"{profile.folder}/texts/{language}, {key}"
        if key in shipped:
            _fail_if_unknown(text, language, where, places_of(shipped[key], language, where=f"{language}: {key}"))
        else:
            _fail_if_shown_with_braces(text, where, ())


def _fail_if_unknown(text: str, language: str, where: str, known: Iterable[str]) -> None:
    for name, character in places_of(text, language, where=where).items():
        if name not in known:
            raise _unknown(name, f"{where}, character {character}", known)


def _fail_if_shown_with_braces(text: str, where: str, known: Iterable[str]) -> None:
    for place in _PLACE.finditer(text):
        if place[1] not in known:
            raise _unknown(place[1], f"{where}, character {place.start() + 1}", known)
        if not place[2]:
            raise ProfileError(
                f"“{place[0]}” is not filled in: this text has no forms of it.",
                where=f"{where}, character {place.start() + 1}",
                next_step=f"Write {{{place[1]}}}.",
            )


def _unknown(name: str, where: str, known: Iterable[str]) -> ProfileError:
    listed = ", ".join(sorted(known))
    step = f"Known: {listed}." if listed else "No value is filled in here: write the words themselves."
    return ProfileError(f"There is no value “{name}”.", where=where, next_step=step)
