"""Spellings: letters that a supplier's texts hold in place of others, and how such a text reads.

Old fonts drew the letters of one language at the places of another's, and a keyboard writes letters that only look alike.
Which letters those are is data of a profile; identifiers are never respelled.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from qonys.concepts.text import Text

_WORD = re.compile(r"[^\W\d_]+")


class Spelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of miswriting.

    Args:
        id: name by which a layout asks for it.
        names: name in every language.
        letters: letter as written -> letter as meant.
        script: first word of the Unicode names of a script's letters (``CYRILLIC``): a letter is then respelled only in
            a word that holds a letter of this script besides. Empty: wherever it stands.
    """

    id: str
    names: Text
    letters: dict[str, str]
    script: str = ""

    def respell(self, text: str) -> str:
        """The text as it is meant; itself where it holds none of the letters."""
        if not any(letter in text for letter in self.letters):
            return text
        table = str.maketrans(self.letters)
        if not self.script:
            return text.translate(table)
        return _WORD.sub(lambda word: word[0].translate(table) if self._is_of_script(word[0]) else word[0], text)

    def _is_of_script(self, word: str) -> bool:
        return any(unicodedata.name(letter, "").startswith(self.script) for letter in word)


def respelled(text: str, spellings: Iterable[Spelling]) -> str:
    """The text after each of the spellings in turn; itself where none of them applies."""
    for spelling in spellings:
        text = spelling.respell(text)
    return text


def applied(text: str, spellings: Iterable[Spelling]) -> tuple[str, ...]:
    """Ids of the spellings by which a text becomes another, in turn."""
    found = []
    for spelling in spellings:
        meant = spelling.respell(text)
        if meant != text:
            found.append(spelling.id)
        text = meant
    return tuple(found)
