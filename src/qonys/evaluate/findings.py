"""What the rules found, for who must act on it: worst first, as a CSV file and as a page of HTML.

Laws: a rule that broke stands before the data that broke rules; nothing here carries an identifier; every word of the
page is in one language, that of a rule's message being the profile's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from qonys.concepts.text import Text

_ORDER = {"error": 0, "warning": 1, "info": 2}
_SPACE = "\N{NARROW NO-BREAK SPACE}"


class Value(msgspec.Struct, frozen=True):
    """What a slip or a group says of one name; None: not stated."""

    name: str
    value: str | None


class Example(msgspec.Struct, frozen=True):
    """A slip that broke a rule, or a group (then its values say which)."""

    delivery: int | None
    row: int | None
    values: tuple[Value, ...]


class RuleFinding(msgspec.Struct, frozen=True):
    """A rule with its message and what it found: items = passes + fails + missing; ``broken`` if the rule itself broke."""

    rule: str
    version: int
    scope: str
    severity: str
    action: str
    message: Text
    items: int
    passes: int
    fails: int
    missing: int
    broken: str
    examples: tuple[Example, ...]


def worst_first(findings: Iterable[RuleFinding]) -> tuple[RuleFinding, ...]:
    """Rules that broke, then by severity, then by how many items fail; those that nothing broke come last."""

    def place(finding: RuleFinding) -> tuple[bool, bool, int, int, str, int]:
        sound = not finding.fails
        severity = _ORDER.get(finding.severity, len(_ORDER))
        return not finding.broken, sound, severity, -finding.fails, finding.rule, finding.version

    return tuple(sorted(findings, key=place))


def findings_csv(findings: Sequence[RuleFinding], language: str) -> bytes:
    """The findings as CSV (RFC 4180, UTF-8): one row an example, or one a rule where there is none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    counts = ("items", "passes", "fails", "missing", "broken")
    writer.writerow(["rule", "version", "scope", "severity", "action", "message", *counts, "delivery", "row", "values"])
    for finding in worst_first(findings):
        told = [finding.rule, finding.version, finding.scope, finding.severity, finding.action]
        told += [message_in(finding, language), *(getattr(finding, name) for name in counts)]
        for example in finding.examples or (None,):
            place = [example.delivery, example.row, _values(example, "")] if example else ["", "", ""]
            writer.writerow(["" if cell is None else cell for cell in (*told, *place)])
    return text.getvalue().encode()


def findings_page(findings: Sequence[RuleFinding], *, profile: str, day: str, language: str) -> str:
    """The findings as one page of HTML that needs no other file.

    Args:
        findings: of every rule.
        profile: name of the country in the language.
        day: ISO date of the run that found them.
        language: language of the page; English where Qonys has no words in it.
    """
    words = words_in(language)
    ordered = worst_first(findings)
    broken = [finding for finding in ordered if finding.fails or finding.broken]
    sound = [finding for finding in ordered if not (finding.fails or finding.broken)]
    lead = words["lead"].format(
        rules=len(ordered),
        day=day,
        broken_data=sum(bool(finding.fails) for finding in ordered),
        broken_rules=sum(bool(finding.broken) for finding in ordered),
    )
    return (
        _environment()
        .get_template("findings.html")
        .render(
            w=words,
            language=language,
            profile=profile,
            lead=lead,
            broken=[_shown(finding, words, language) for finding in broken],
            sound=[_shown(finding, words, language) for finding in sound],
            sound_summary=words["sound"].format(rules=len(sound)),
        )
    )


def message_in(finding: RuleFinding, language: str) -> str:
    """The message in a language, or in the first one that it has."""
    return finding.message.get(language) or next(iter(finding.message.values()), finding.rule)


def example_in_words(example: Example, words: Mapping[str, str]) -> str:
    """An example in one line: where it stands, and what it says."""
    place = "" if example.delivery is None else words["slip"].format(delivery=example.delivery, row=example.row)
    return ": ".join(filter(None, (place, _values(example, words["not_stated"]))))


@cache
def words_in(language: str) -> Mapping[str, str]:
    """The words of the page in a language; English where there are none."""
    folder = resources.files("qonys.evaluate") / "words"
    path = folder / f"{language}.yaml"
    text = (path if path.is_file() else folder / "en.yaml").read_text(encoding="utf-8")
    words: dict[str, str] = yaml.safe_load(text)
    return words


def _shown(finding: RuleFinding, words: Mapping[str, str], language: str) -> dict[str, object]:
    counts = {
        name: f"{getattr(finding, name):,}".replace(",", _SPACE) for name in ("items", "passes", "fails", "missing")
    }
    return {
        "rule": finding.rule,
        "version": finding.version,
        "scope": finding.scope,
        "severity": finding.severity,
        "action": finding.action,
        "message": message_in(finding, language),
        "broken": words["broke"].format(why=finding.broken) if finding.broken else "",
        "applicable": str(finding.items),
        "examples": [example_in_words(example, words) for example in finding.examples],
        **counts,
    }


def _values(example: Example, not_stated: str) -> str:
    return ", ".join(f"{one.name} = {not_stated if one.value is None else one.value}" for one in example.values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("qonys.evaluate"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
