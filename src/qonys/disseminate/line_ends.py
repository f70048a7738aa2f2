"""Where a line must not end: between a number and what it counts, an abbreviation and the name that it belongs to.

Laws: only blanks change, each into a no-break space, so that nothing is read, searched or counted otherwise; what is done
twice is as done once; files that machines match keep their plain blanks. Which words hold to the one after or before them
is a list of each language (``line_ends.*``); what holds in every language is a rule here.
"""

from __future__ import annotations

import re
from functools import cache

from qonys.disseminate.numbers import NO_BREAK_SPACE
from qonys.disseminate.words import shipped_words

_CAPITAL = "[A-ZÀ-ÖØ-ÞЀ-ЯІҒҚҢӘӨҮҰҺ]"
_EVERYWHERE = (
    r" (?<=\d )(?=[^\W\d_])| (?<=[\d,] )(?=[%‰°₸])",
    r" (?<=\b\d )(?=\d{3}\b)| (?<=\b\d{2} )(?=\d{3}\b)| (?<=\b\d{3} )(?=\d{3}\b)",
    r" (?<=[№§] )(?=\w)| (?<=[<>≤≥≈±] )(?=\d)",
    rf" (?<=\b{_CAPITAL}\. )(?={_CAPITAL})",
    r" (?<=\b[^\W\d_]\. )(?=[^\W\d_]\.)",
    r" (?<=\S )(?=[–—] )",
)
"""A number and its noun or unit; its thousands; a sign and its number; initials and the name; two
words of one letter (*т. е.*); a dash ends a line, it begins none. Each begins with the blank: only at blanks is anything looked at."""


def kept_together(text: str, language: str) -> str:
    """A text with a no-break space wherever a line must not end.

    >>> kept_together("1 234 человека, г. Астана, 1 мая", "ru").replace(NO_BREAK_SPACE, "~")
    '1~234~человека, г.~Астана, 1~мая'
    """
    return _places(language).sub(NO_BREAK_SPACE, text) if " " in text else text


def on_one_line(text: str) -> str:
    """A text written in several lines as one; no-break spaces stay as they are."""
    return " ".join(re.findall(r"[^ \t\r\n]+", text))


@cache
def _places(language: str) -> re.Pattern[str]:
    words = shipped_words(language)
    before, after = (_listed(words.get(f"line_ends.{side}", "")) for side in ("before", "after"))
    of_language = (
        *(rf" (?<=\b{word} )(?=\d|{_CAPITAL})" for word in before),
        *(rf" (?<=\w )(?={word}(?!\w))" for word in after),
    )
    return re.compile("|".join((*_EVERYWHERE, *of_language)))


def _listed(words: str) -> list[str]:
    return [re.escape(word) for word in words.split(", ") if word]
