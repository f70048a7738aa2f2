"""What a release must never say: doubled words, a number without its unit, a percentage of times.

Laws: every text that a reader sees is checked as it is said, in its language, with its numbers in it; a defect stops the
build and is named with its place. What no language may say is a rule here; what one language must not say is a pattern
among its words (``check.never``), and so are the words that a number of persons or of times stands before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from qonys.disseminate.words import Words
from qonys.errors import ProfileError

Counted: TypeAlias = Literal["persons", "members", "times", "own"]
"""What a number of a sentence counts: persons, members of a dimension, times, or a unit of its own."""

_OPEN, _SHUT = "\ue000", "\ue001"
_MARK = {"persons": "\ue002", "members": "\ue003", "times": "\ue004", "own": "\ue005"}
_MARKED = re.compile(rf"{_OPEN}([{''.join(_MARK.values())}])(.*?){_SHUT}[\s)]*(\w*)")
_WORD = r"[^\W\d_][\w-]*"
_DOUBLED = re.compile(rf"(?<![\w-])({_WORD}(?:\s+[\w-]+){{0,3}})(?:\s+|(?<=\w{{5}}),\s+)\1(?![\w-])", re.IGNORECASE)
"""Words that are said again at once, or after a comma where they are more than a short word (*from it, it was*)."""
_RULES = (
    (_DOUBLED, "the words are doubled"),
    (re.compile(r"\S? {2,}\S?"), "there are two blanks"),
    (re.compile(r"\w*\s[,.;:!?](?:\s|$)"), "there is a blank before a mark"),
    (re.compile(r"[,;:]{2,}|(?<!\.)\.\.(?!\.)"), "a mark is doubled"),
    (re.compile(r"\(\s*\)"), "the parentheses are empty"),
)
_OF_A_SENTENCE = (
    (re.compile(r"(?<![\d.,\w])\d{5,}(?![\d\w])"), "the thousands are not separated"),
    (re.compile(r"[^.!?…]$"), "it does not end with a full stop"),
)


class Defect(NamedTuple):
    """What is wrong, and the words in which it is found."""

    what: str
    found: str


def marked(shown: str, counts: Counted) -> str:
    """A number with marks around it that say what it counts, for the check of the sentence that it stands in."""
    return f"{_OPEN}{_MARK[counts]}{shown}{_SHUT}"


def defects(text: str, words: Words, *, sentence: bool = False) -> Iterator[Defect]:
    """What is wrong with a text.

    Args:
        text: as a reader sees it.
        words: its language.
        sentence: it is a key point: a whole sentence.
    """
    for pattern, what in (*_RULES, *(_OF_A_SENTENCE if sentence else ())):
        if found := pattern.search(text):
            yield Defect(what, found[0].strip())
    if found := re.search(words["check.never"], text, re.IGNORECASE):
        yield Defect("this is never said so", found[0])


def defects_of_numbers(text: str, words: Words, units: Sequence[str] = ()) -> Iterator[Defect]:
    """Numbers of a sentence that stand without what they count.

    Args:
        text: the sentence, its numbers `marked`.
        words: its language.
        units: units of its own numbers, which it must name.
    """
    plain = _unmarked(text)
    for mark, shown, word in _MARKED.findall(text):
        if not _is_counted(mark, word, words):
            yield Defect("the number stands without its unit", f"{shown} {word}".strip())
    for unit in units:
        if unit not in plain:
            yield Defect("the unit of a number is not named", unit)


def fail_if_a_text_is_defective(texts: Iterable[tuple[str, str]], words: Words) -> None:
    """Raise for the first defect of texts in a language, each with its place.

    Raises:
        ProfileError: with the place and the words.
    """
    for where, text in texts:
        fail_if_defective(defects(text, words), f"{where} ({words.language})")


def fail_if_defective(found: Iterator[Defect], where: str) -> None:
    """Raise for the first defect.

    Raises:
        ProfileError: with the place and the words.
    """
    for defect in found:
        raise ProfileError(
            f"“{defect.found}”: {defect.what}.",
            where=where,
            next_step="Mend the text in the profile; `check.never` and `units.*` are words of the language "
            "(docs/reference/profile.md).",
        )


def _is_counted(mark: str, word: str, words: Words) -> bool:
    if mark == _MARK["own"]:
        return True
    if mark == _MARK["members"]:
        return bool(word) and not word[0].isdigit()
    known = words["units.times" if mark == _MARK["times"] else "units.persons"].split(", ")
    return any(word.casefold().startswith(unit.casefold()) for unit in known)


def _unmarked(text: str) -> str:
    return re.sub(f"[{_OPEN}{_SHUT}{''.join(_MARK.values())}]", "", text)
