"""What is said of analyses, in every language of a profile."""

from __future__ import annotations

from collections.abc import Mapping

from qonys.concepts.text import Text
from qonys.country.profile import Profile
from qonys.datasets.analysis import Said, Sentences
from qonys.disseminate.wording import Argument, numbered
from qonys.disseminate.words import words_of


def analysis_sentences(profile: Profile) -> Sentences:
    """Gives a sentence of analyses in every language, numbers written as the language writes them.

    Raises:
        ProfileError: when asked for a sentence that is missing in a language.
    """
    vocabularies = [words_of(profile, language) for language in profile.languages]

    def say(key: str, arguments: Mapping[str, Said] | None = None, /) -> Text:
        given = (arguments or {}).items()
        return {
            w.language: w(key, **{name: _argument(value, w.language) for name, value in given}) for w in vocabularies
        }

    return say


def _argument(value: Said, language: str) -> Argument | str:
    if isinstance(value, int):
        return numbered(value, language)
    if isinstance(value, tuple):
        return numbered(value[0], language, value[1])
    if isinstance(value, str):
        return Argument(value, choice=value)
    return value[language]
