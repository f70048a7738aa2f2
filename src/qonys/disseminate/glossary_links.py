"""Terms of the glossary, linked where a text uses them.

Laws: in every section the first occurrence of a term is linked, in whatever form the language gives it; the longest form
counts (*net migration* is not *migration*); a term is not linked in its own meaning, and nowhere without a glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

from markupsafe import Markup, escape

from qonys.concepts.release import GlossaryTerm
from qonys.disseminate.line_ends import kept_together

ANY_ENDING = "*"
"""Stands in a form for whatever letters a word ends with."""


Piece: TypeAlias = tuple[str, str]
"""A part of a text, and the id of the term that it is a link to; empty where it is none."""


class LinkedText(Markup):
    """A text as HTML in which terms are links; ``pieces`` are its parts, for what is not HTML."""

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Self:
        """A text of these parts; empty ones are left out."""
        kept = tuple((text, term) for text, term in pieces if text)
        link = Markup('<a class="term" href="#term-{}">{}</a>')
        made = cls(Markup("").join(link.format(term, text) if term else escape(text) for text, term in kept))
        made.pieces = kept
        return made


@dataclass(frozen=True)
class Terms:
    """The forms of all terms of a language, as one pattern.

    Args:
        pattern: finds any form; each form is a group of its own.
        of_group: name of a group -> id of its term.
        language: that of the texts.
    """

    pattern: re.Pattern[str]
    of_group: Mapping[str, str]
    language: str

    def linked(self, texts: Iterable[str], *, without: str = "") -> dict[str, LinkedText]:
        """Texts of one section, the first occurrence of each term a link to it.

        Args:
            texts: in their order on the page.
            without: id of a term that is not linked: that whose meaning the text is.
        """
        seen = {without}
        return {
            text: LinkedText.of(self._pieces(kept_together(text, self.language), seen)) for text in dict.fromkeys(texts)
        }

    def _pieces(self, text: str, seen: set[str]) -> Iterator[Piece]:
        end = 0
        for match in self.pattern.finditer(text):
            term = self.of_group[match.lastgroup or ""]
            if term not in seen:
                seen.add(term)
                yield text[end : match.start()], ""
                yield match[0], term
                end = match.end()
        yield text[end:], ""


def terms_of(glossary: Sequence[GlossaryTerm], language: str) -> Terms:
    """The terms of a glossary in a language; none of them where the glossary is not shown."""
    forms = [(form, term.id) for term in glossary for form in (term.term[language], *term.forms.get(language, ()))]
    forms.sort(key=lambda pair: (-len(pair[0].split()), -len(pair[0])))
    groups = {f"form{number}": pair for number, pair in enumerate(forms)}
    found = "|".join(f"(?P<{name}>{_pattern(form)})" for name, (form, _) in groups.items())
    pattern = re.compile(rf"(?<![\w-])(?:{found})(?![\w-])" if found else r"(?!)", re.IGNORECASE)
    return Terms(pattern, {name: term for name, (_, term) in groups.items()}, language)


def _pattern(form: str) -> str:
    words = (
        re.escape(word.removesuffix(ANY_ENDING)) + (r"\w*" if word.endswith(ANY_ENDING) else "")
        for word in form.split()
    )
    return r"\s+".join(words)
