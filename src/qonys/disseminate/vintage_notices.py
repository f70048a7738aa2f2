"""What readers of a vintage are told when another one took its place, in every language of the profile."""

from __future__ import annotations

from datetime import date
from typing import Literal

from qonys.concepts.text import Text
from qonys.country.profile import Profile
from qonys.disseminate.numbers import long_date
from qonys.disseminate.page_templates import frame_files, languages_of, templates
from qonys.disseminate.words import words_of


def replaced_notice(
    profile: Profile, kind: Literal["superseded", "corrected", "withdrawn"], day: date, reason: Text
) -> Text:
    """What is said of a vintage that was replaced, with the reason where one is given.

    Raises:
        ProfileError: a word is missing in a language.
    """
    return {
        language: words_of(profile, language)(
            f"vintage.{kind}", date=long_date(day, language), reason=reason.get(language, "")
        ).strip()
        for language in profile.languages
    }


def latest_link(profile: Profile) -> Text:
    """How the link to the current vintage is worded."""
    return {language: words_of(profile, language)["vintage.latest"] for language in profile.languages}


def withdrawal_bundle(profile: Profile, titles: Text, notice: Text) -> tuple[Text, dict[str, bytes]]:
    """The pages that stand in the place of a withdrawn release.

    Args:
        profile: gives languages, words and contacts.
        titles: titles of the withdrawn release.
        notice: what is said, by language.

    Returns:
        Titles, and path -> content.
    """
    names = languages_of(profile)
    said = {
        language: words_of(profile, language)("vintage.withdrawn_title", title=titles[language])
        for language in profile.languages
    }
    page = templates().get_template("withdrawn.html")
    bundle = {
        f"{language}/index.html": page.render(
            language=language, title=said[language], notice=notice[language], languages=names, profile=profile,
            w=words_of(profile, language), page="index.html", office=profile.identity.office[language],
        ).encode()
        for language in profile.languages
    }  # fmt: skip
    first = profile.languages[0]
    front = templates().get_template("leading.html").render(languages=names, titles=said, first=first)
    return said, {**bundle, **frame_files(), "index.html": front.encode()}
