"""Sentences with arguments, in a strict subset of ICU MessageFormat.

``{x}`` · ``{x, plural, =0 {…} one {…} other {…}}`` with ``#`` for the number · ``{x, select, up {…} other {…}}``,
each inside the other. An apostrophe is an apostrophe; braces cannot be quoted.

Laws: plural categories are those CLDR gives the language, any other is an error, and ``other`` is always there; a
choice without its branch is an error, never an empty string; an error names the place and the character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypeAlias

from qonys.disseminate.numbers import number, plural_categories, plural_category, rounded
from qonys.errors import ProfileError

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
_SELECTOR = re.compile(r"\s*(=\d+|[A-Za-z_]+)\s*\{")


@dataclass(frozen=True, slots=True)
class Argument:
    """What a sentence can say of one value.

    Args:
        shown: the value as it stands in the sentence.
        number: the value as shown, for plural forms; None where it is no number.
        choice: the branch of a ``select``.
    """

    shown: str
    number: Decimal | None = None
    choice: str = ""


def numbered(value: float | Decimal, language: str, decimals: int = 0) -> Argument:
    """A number as the language writes it, whose plural form follows from the number as it is shown."""
    return Argument(number(value, language, decimals), rounded(value, decimals))


@dataclass(frozen=True, slots=True)
class _Choice:
    argument: str
    kind: str
    branches: tuple[tuple[str, _Message], ...]
    position: int


@dataclass(frozen=True, slots=True)
class _Place:
    argument: str
    position: int


_Message: TypeAlias = "tuple[str | _Place | _Choice, ...]"


def worded(text: str, arguments: Mapping[str, Argument | str], language: str, *, where: str) -> str:
    """A sentence with its arguments filled in.

    Args:
        text: the sentence in the syntax above.
        arguments: by name; a plain string stands for itself.
        language: decides plural categories and the form of ``#``.
        where: language and key point, for messages of error.

    Raises:
        ProfileError: the syntax is wrong, a category or argument is unknown, a choice has no branch.
    """
    message = _parsed(text, language, where)
    known = {name: Argument(a) if isinstance(a, str) else a for name, a in arguments.items()}
    return _Writer(known, language, where).write(message, None)


def places_of(text: str, language: str, *, where: str) -> dict[str, int]:
    """The values that a sentence says, in any of its branches: name -> character at which it is said first.

    Raises:
        ProfileError: the syntax is wrong; with place, character, and what is allowed.
    """
    found: dict[str, int] = {}
    for part in _every_part(_parsed(text, language, where)):
        if part.argument != "#":
            found.setdefault(part.argument, part.position + 1)
    return found


def _every_part(message: _Message) -> Iterator[_Place | _Choice]:
    for part in message:
        if not isinstance(part, str):
            yield part
        if isinstance(part, _Choice):
            for _, branch in part.branches:
                yield from _every_part(branch)


@cache
def _parsed(text: str, language: str, where: str) -> _Message:
    return _Reader(text, language, where).message(inside_plural=False, top=True)


class _Reader:
    def __init__(self, text: str, language: str, where: str) -> None:
        self.text, self.language, self.where, self.at = text, language, where, 0

    def message(self, *, inside_plural: bool, top: bool = False) -> _Message:
        parts: list[str | _Place | _Choice] = []
        start = self.at
        stops = "{}#" if inside_plural else "{}"
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign not in stops:
                self.at += 1
                continue
            parts.append(self.text[start : self.at])
            if sign == "}":
                break
            if sign == "#":
                parts.append(_Place("#", self.at))
                self.at += 1
            else:
                parts.append(self.argument(inside_plural=inside_plural))
            start = self.at
        else:
            parts.append(self.text[start:])
            if not top:
                raise self.error("A brace is not closed.", self.at)
        if top and self.at < len(self.text):
            raise self.error("A closing brace has no opening one.", self.at)
        return tuple(part for part in parts if part != "")

    def argument(self, *, inside_plural: bool) -> _Place | _Choice:
        position = self.at
        name = _NAME.match(self.text, self.at + 1)
        if name is None:
            raise self.error("A brace opens no argument.", position, "Write {name}.")
        self.at = name.end()
        if self.text[self.at : self.at + 1] == "}":
            self.at += 1
            return _Place(name[1], position)
        kind = re.compile(r",\s*(plural|select)\s*,").match(self.text, self.at)
        if kind is None:
            raise self.error(f"“{name[1]}” is followed by neither }} nor a kind.", self.at, "Kinds: plural, select.")
        self.at = kind.end()
        branches = self.branches(kind[1], inside_plural=inside_plural)
        self.fail_if_incomplete(name[1], kind[1], [selector for selector, _ in branches], position)
        return _Choice(name[1], kind[1], branches, position)

    def branches(self, kind: str, *, inside_plural: bool) -> tuple[tuple[str, _Message], ...]:
        found: list[tuple[str, _Message]] = []
        while (selector := _SELECTOR.match(self.text, self.at)) is not None:
            self.fail_if_unknown(kind, selector[1], [known for known, _ in found])
            self.at = selector.end()
            found.append((selector[1], self.message(inside_plural=inside_plural or kind == "plural")))
            self.at += 1
        closing = re.compile(r"\s*\}").match(self.text, self.at)
        if closing is None:
            raise self.error(f"Expected a branch of the {kind} or its closing brace.", self.at)
        self.at = closing.end()
        return tuple(found)

    def fail_if_unknown(self, kind: str, selector: str, known: list[str]) -> None:
        if selector in known:
            raise self.error(f"The branch “{selector}” stands twice.", self.at)
        categories = plural_categories(self.language)
        if kind == "plural" and not selector.startswith("=") and selector not in categories:
            allowed = ", ".join(sorted(categories))
            raise self.error(
                f"“{selector}” is no plural category of the language.", self.at, f"Allowed: =number, {allowed}."
            )

    def fail_if_incomplete(self, name: str, kind: str, selectors: list[str], position: int) -> None:
        whole = "other" in selectors or (kind == "select" and {"up", "down", "same"} <= set(selectors))
        if not whole:
            raise self.error(f"The {kind} of “{name}” has no branch “other”.", position, "Add it: other {…}.")

    def error(self, what: str, position: int, next_step: str = "") -> ProfileError:
        around = self.text[max(0, position - 20) : position + 20]
        return ProfileError(what, where=f"{self.where}, character {position + 1} (“{around}”)", next_step=next_step)


@dataclass(frozen=True, slots=True)
class _Writer:
    arguments: Mapping[str, Argument]
    language: str
    where: str

    def write(self, message: _Message, counted: Argument | None) -> str:
        return "".join(part if isinstance(part, str) else self.part(part, counted) for part in message)

    def part(self, part: _Place | _Choice, counted: Argument | None) -> str:
        if isinstance(part, _Place):
            return self.counted(counted) if part.argument == "#" else self.argument(part).shown
        argument = self.argument(part)
        selector = self.category(part, argument) if part.kind == "plural" else argument.choice or argument.shown
        branches = dict(part.branches)
        branch = branches.get(selector, branches.get("other"))
        if branch is None:
            raise self.error(part, f"“{part.argument}” is “{selector}”, for which there is no branch.")
        return self.write(branch, argument if part.kind == "plural" else counted)

    def category(self, part: _Choice, argument: Argument) -> str:
        if argument.number is None:
            raise self.error(part, f"“{part.argument}” is no number, so it has no plural.")
        exact = next((s for s, _ in part.branches if s.startswith("=") and Decimal(s[1:]) == argument.number), None)
        return exact or plural_category(argument.number, self.language)

    def counted(self, argument: Argument | None) -> str:
        if argument is None or argument.number is None:
            return "#"
        decimals = max(0, -int(argument.number.as_tuple().exponent))
        return argument.shown or number(argument.number, self.language, decimals)

    def argument(self, part: _Place | _Choice) -> Argument:
        if part.argument in self.arguments:
            return self.arguments[part.argument]
        raise self.error(part, f"There is no value “{part.argument}”.", f"Known: {', '.join(sorted(self.arguments))}.")

    def error(self, part: _Place | _Choice, what: str, next_step: str = "") -> ProfileError:
        return ProfileError(what, where=f"{self.where}, character {part.position + 1}", next_step=next_step)
