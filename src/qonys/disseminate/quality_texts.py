"""What a release says of each concept of SIMS: the profile's own text, else a fact of it, else what holds of all releases.

Law: a concept of which nobody says anything is said to be without a text; it is never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from qonys.concepts.period import Period
from qonys.concepts.quality import SIMS
from qonys.concepts.release import CalendarEntry
from qonys.country.profile import Profile
from qonys.disseminate.line_ends import on_one_line
from qonys.disseminate.numbers import long_date
from qonys.disseminate.words import period_label, shipped_words, words_of

_METADATA_DAYS = ("S.2.1", "S.2.2", "S.2.3")


def texts_by_concept(
    profile: Profile, entry: CalendarEntry, *, synthetic: bool = False
) -> dict[str, Mapping[str, str]]:
    """The text of every concept that has one, by language and code.

    Args:
        profile: gives its own texts, and facts: office, contacts, country, notices.
        entry: period and dates of the release.
        synthetic: some record of the release is synthetic.
    """
    return {language: _texts(profile, entry, language, synthetic=synthetic) for language in profile.languages}


def concepts_without_text(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Code of each concept of which nobody says anything -> the languages in which it is missing."""
    days = CalendarEntry("2000", next(iter(profile.releases)), date(2000, 1, 1), date(2000, 1, 1), {})
    said = texts_by_concept(profile, days)
    missing = {
        concept.code: tuple(language for language in profile.languages if not said[language].get(concept.code))
        for concept in SIMS
        if concept.kind == "text"
    }
    return {code: languages for code, languages in missing.items() if languages}


def _texts(profile: Profile, entry: CalendarEntry, language: str, *, synthetic: bool) -> dict[str, str]:
    words, own = words_of(profile, language), profile.texts.get(language, {})
    days = {"published": long_date(entry.published, language), "next": long_date(entry.next, language)}
    general = {
        key.removeprefix("text."): words(key, **days) for key in shipped_words(language) if key.startswith("text.")
    }
    facts = _facts(profile, entry, language, synthetic=synthetic)
    facts |= dict.fromkeys(_METADATA_DAYS, general.get("S.2", ""))
    facts["S.9"] = general.get(f"S.9.{profile.releases[entry.release].frequency}", "")
    said = {**general, **facts, **{code: text for code, text in own.items() if text.strip()}}
    return {c.code: on_one_line(said[c.code]) for c in SIMS if c.kind == "text" and said.get(c.code)}


def _facts(profile: Profile, entry: CalendarEntry, language: str, *, synthetic: bool) -> dict[str, str]:
    identity = profile.identity
    notices = [identity.notice[language], identity.synthetic_notice.get(language, "") if synthetic else ""]
    return {
        "S.1.1": identity.office[language],
        "S.1.4": "; ".join(contact.role[language] for contact in profile.contacts),
        "S.1.6": "; ".join(contact.address for contact in profile.contacts),
        "S.3.7": identity.names[language],
        "S.5": period_label(Period.parse(entry.period), words_of(profile, language)),
        "S.19": " ".join(filter(None, notices)),
    }
