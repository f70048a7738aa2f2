"""How figures came to be, in words: what a table counts, where the slips went, what was checked.

Laws: a definition is worded from the design and the profile, never written by hand; a reason that is a rule is told by the
rule's own message; what has no word in a language stops the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from qonys.concepts.integration import Integration
from qonys.concepts.period import Period
from qonys.concepts.rule import Rule
from qonys.concepts.table_design import TableDesign
from qonys.country.profile import Profile
from qonys.datasets.explanation import Change, Step
from qonys.disseminate.numbers import long_date, number
from qonys.disseminate.period_words import years_phrase
from qonys.disseminate.words import Words

Facts = tuple[tuple[str, str], ...]
"""Pairs of a head and a text."""
ACTIONS = ("quarantine", "set_apart", "edit", "flag", "reject")


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A line of a waterfall: a step (``is_step``) with its count, or a change with its sign."""

    text: str
    count: str
    is_step: bool


@dataclass(frozen=True)
class Teller:
    """Tells reasons and steps in one language.

    Args:
        words: words of the language.
        rules: id of a rule -> its message in the language.
        members: of one cell: dimension -> name of its member.
    """

    words: Words
    rules: Mapping[str, str]
    members: Mapping[str, str] = field(default_factory=dict)

    def lines(self, steps: Iterable[Step], side: str = "") -> Iterator[SaidLine]:
        """The steps of a waterfall with the changes before each; a step at which nothing happens is left out."""
        for number_of_step, step in enumerate(steps):
            yield from (SaidLine(self.reason(c), self.signed(c.count), is_step=False) for c in step.changes)
            if step.changes or number_of_step == 0:
                yield SaidLine(self.step(step, side), self.count(step.count), is_step=True)

    def step(self, step: Step, side: str) -> str:
        """What is left after a step."""
        kind, _, name = step.id.partition(":")
        if kind == "dimension":
            dimension = self.words[f"dimension.{name}"]
            return self.words("how.step.dimension", dimension=dimension, member=self.members.get(name, ""))
        return self.words[f"how.step.{side if kind == 'side' else kind}"]

    def reason(self, change: Change) -> str:
        """Why a count changes."""
        kind, _, name = change.reason.partition(":")
        match kind:
            case "rule" | "beside":
                return " ".join(self.rule(one) for one in name.split(" + "))
            case "field":
                return self.words["how.reason.field"] + (f" ({name})" if name else "")
            case "stream":
                return self.words("how.reason.stream", stream=self.stream(name))
            case "other":
                return self.words("how.reason.other", dimension=self.words[f"dimension.{name}"])
            case _:
                return self.words[f"how.reason.{kind}"]

    def rule(self, name: str) -> str:
        """A rule by its message; what shows beside other slips, and what a person decided, by a word of ours."""
        return self.rules.get(name) or self.words.entries.get(f"how.reason.{name}", name)

    def stream(self, code: str) -> str:
        """A stream by its name."""
        return self.words.entries.get(f"stream.{code}") or self.words["not_stated"]

    def count(self, count: float) -> str:
        return number(count, self.words.language, 0 if float(count).is_integer() else 1)

    def signed(self, count: float) -> str:
        return number(count, self.words.language, 0 if float(count).is_integer() else 1, signed=True)


def teller(rules: Iterable[Rule], words: Words, members: Mapping[str, str] | None = None) -> Teller:
    """A teller with the messages of these rules."""
    messages = {rule.id: rule.message.get(words.language, rule.id) for rule in rules}
    return Teller(words, messages, members or {})


def said_query(design: TableDesign, profile: Profile, words: Words, period: Period, cut_off: str) -> Facts:
    """What a table counts, in words.

    Args:
        design: the table.
        profile: names its codes.
        words: words of the language.
        period: period of the release.
        cut_off: ISO date of the data cut-off.
    """
    language, last = words.language, period.year_so_far
    borders = profile.areas.boundary_set(design.boundaries) if design.boundaries else None
    on = words("how.borders.set", date=long_date(borders.day, language)) if borders else words["how.borders.day"]
    dimensions = [words[f"dimension.{name}"] for name in design.dimensions]
    only = [
        f"{words[f'dimension.{name}']}: {', '.join(_code(profile, name, code, words) for code in codes)}"
        for name, codes in design.only.items()
    ]
    only += [words("how.youngest", age=str(design.youngest))] if design.youngest is not None else []
    history = words("how.history.text", year=str(design.since)) if design.history and design.since else ""
    told = (
        ("universe", words[f"how.universe.{design.universe}"]),
        ("measures", "; ".join(_measure(name, profile, words) for name in design.measures)),
        ("dimensions", ", ".join(dimensions) or words["how.no_dimensions"]),
        ("only", "; ".join(only)),
        ("periods", years_phrase(last.years_back(design.years - 1), last, words)),
        ("borders", on if {"area", "partner_area", "place"} & set(design.dimensions) or borders else ""),
        ("history", history),
        ("cut_off", long_date(date.fromisoformat(cut_off), language)),
        ("protection", said_protection(design.id, profile, words)),
    )
    return tuple((words[f"how.{name}"], text) for name, text in told if text)


def said_protection(table: str, profile: Profile, words: Words) -> str:
    """How the figures of a table are protected, in words."""
    method = profile.protection.method(table)
    if method == "exact":
        return words["how.protection.exact"]
    return words(f"note.{method}", base=str(profile.protection.base))


def said_checks(
    rules: Iterable[Rule], integration: Integration, words: Words
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is checked: for each action of rules the messages of its rules, then what is compared with other slips."""
    by_action: dict[str, dict[str, None]] = {action: {} for action in ACTIONS}
    for rule in rules:
        by_action[rule.action].setdefault(rule.message.get(words.language, rule.id))
    told = [(words[f"how.action.{action}"], tuple(messages)) for action, messages in by_action.items() if messages]
    beside = tuple(words[f"how.reason.{reason}"] for reason in _compared(integration))
    return (*told, (words["how.beside"], beside))


def _compared(integration: Integration) -> Iterator[str]:
    """Reasons for which a slip may not count beside other slips, as far as the profile asks for them."""
    yield from ("corrected", "replaced")
    yield from ("duplicate",) if integration.duplicate_key else ()
    yield from ("near-duplicate",) if integration.near_duplicates else ()
    yield from ("on-parents-slip",) if integration.children else ()
    yield from ("paired",) if integration.pairing else ()
    yield from dict.fromkeys(rule.id for rule in integration.sequences)
    yield from ("temporary",) if integration.duration else ()


def _measure(name: str, profile: Profile, words: Words) -> str:
    indicator = profile.indicators.get(name)
    if indicator is None:
        return words[f"how.measure.{name}"]
    return f"{indicator.names[words.language]}: {indicator.formula[words.language]}"


def _code(profile: Profile, dimension: str, code: str, words: Words) -> str:
    """The name of a code of a dimension."""
    if f"{dimension}.{code}" in words.entries:
        return words[f"{dimension}.{code}"]
    lists = {"partner": "country", "partner_locality": "locality", "citizenship": "country"}
    named = profile.classifications.get(lists.get(dimension, dimension))
    label = named.names().get(code) if named else next((a.names for a in profile.areas.of_code(code)), None)
    return label[words.language] if label else code
