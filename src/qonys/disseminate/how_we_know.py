"""The public answer to “how do we know?”: a page in each language, and a JSON file for the release and for each table.

Laws: nothing is told of a cell that is not published; the way of the slips is told for the whole release; the number of
records behind a figure is told where the figure is that number and is published exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.rule import Rule
from qonys.country.profile import Profile
from qonys.datasets.explanation import Step
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.explaining import Facts, SaidLine, said_checks, said_query, teller
from qonys.disseminate.files import file_name
from qonys.disseminate.numbers import long_date, number
from qonys.disseminate.page import Block, ReleaseContent
from qonys.disseminate.page_templates import languages_of, templates
from qonys.disseminate.words import Words

PAGE = "how-we-know.html"
OF_RELEASE = "how-we-know"
"""Name of the file of the release; that of a table has the table's id before it."""

Ways = Mapping[str, Sequence[Step]]
"""Name of a data cut-off -> from the slips to the moves, as it may be published."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What stands behind all figures of a release, as the public may know it.

    Args:
        ways: from the slips to the moves, by data cut-off.
        rules: everything that is checked of a slip.
    """

    ways: Ways = field(default_factory=dict)
    rules: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class SaidTable:
    """What a page says of one table; ``on_page``: the page of the release shows it."""

    anchor: str
    title: str
    facts: Facts
    download: str
    on_page: bool


@dataclass(frozen=True, slots=True)
class SaidWay:
    """The way from slips to moves on a day, in one language."""

    id: str
    date: str
    lines: tuple[SaidLine, ...]


def how_we_know_files(
    content: ReleaseContent, grounds: Grounds, tables: Mapping[str, OutputTable], analysed: Mapping[str, str]
) -> dict[str, bytes]:
    """The page and the files of one language: path in the bundle -> content.

    Args:
        content: what the release says in the language.
        grounds: where the slips went and what is checked of them.
        tables: the tables of the release, in order.
        analysed: id of an analysis -> id of the table that it reads, empty where it reads none.

    Raises:
        ProfileError: a word is missing in the language.
    """
    profile, words, facts = content.profile, content.words, content.facts
    language = words.language
    checks = said_checks(grounds.rules, profile.integration, words)
    ways = _said_ways(grounds, facts, words)
    files = {_name(facts, OF_RELEASE, language): _release_file(ways, checks, facts, words)}
    said_tables, shown = [], set(_anchors(content.blocks))
    for name, table in tables.items():
        told = _facts_of(name, table, content, tables, analysed)
        path, anchor = _name(facts, f"{name}-{OF_RELEASE}", language), f"table-{name}"
        files[path] = _table_file(table, told, _records(profile, name), facts, words)
        said_tables.append(SaidTable(anchor, table.title[language], told, f"../{path}", anchor in shown))
    page = templates().get_template("how_we_know.html")
    files[f"{language}/{PAGE}"] = page.render(
        w=words, language=language, languages=languages_of(profile), title=content.spoken.title,
        notice=content.spoken.notice, ways=ways, threshold=number(profile.protection.threshold, language), checks=checks,
        tables=said_tables, page=PAGE, facts=facts,
    ).encode()  # fmt: skip
    return files


def _facts_of(
    name: str,
    table: OutputTable,
    content: ReleaseContent,
    tables: Mapping[str, OutputTable],
    analysed: Mapping[str, str],
) -> Facts:
    """What is said of a table; of an analysis, from which table it was computed."""
    profile, words = content.profile, content.words
    if name not in profile.tables:
        source = tables.get(analysed.get(name, ""))
        read = source.title[words.language] if source else words["how.made.computed"]
        cut_off = long_date(date.fromisoformat(table.cut_off), words.language)
        return ((words["how.inputs"], read), (words["how.cut_off"], cut_off))
    return (
        *said_query(profile.tables[name], profile, words, Period.parse(content.facts.period), table.cut_off),
        (words["how.records"], words[f"how.records.{_records(profile, name)}"]),
    )


def _anchors(blocks: Iterable[Block]) -> Iterator[str]:
    """The tables that stand on the page of the release."""
    for block in blocks:
        yield from (table.anchor for table in block.tables)
        yield from _anchors(block.blocks)


def _records(profile: Profile, table: str) -> str:
    """Whether a figure of a table is the number of its records, must not tell it, or was computed from others."""
    if table not in profile.tables:
        return "computed"
    return "exact" if profile.protection.method(table) == "exact" else "protected"


def _said_ways(grounds: Grounds, facts: ReleaseFacts, words: Words) -> tuple[SaidWay, ...]:
    tell = teller(grounds.rules, words)
    return tuple(
        SaidWay(name, long_date(date.fromisoformat(facts.cut_offs[name]), words.language), tuple(tell.lines(steps)))
        for name, steps in grounds.ways.items()
    )


def _release_file(
    ways: Sequence[SaidWay], checks: Sequence[tuple[str, tuple[str, ...]]], facts: ReleaseFacts, words: Words
) -> bytes:
    return msgspec.json.encode(
        {
            **_head(facts, words),
            "ways": [
                {
                    "data_cut_off": {"name": way.id, "date": facts.cut_offs[way.id]},
                    "lines": [{"text": line.text, "count": line.count, "step": line.is_step} for line in way.lines],
                }
                for way in ways
            ],
            "checks": [{"action": action, "rules": list(messages)} for action, messages in checks],
        }
    )


def _table_file(table: OutputTable, told: Facts, records: str, facts: ReleaseFacts, words: Words) -> bytes:
    return msgspec.json.encode(
        {
            **_head(facts, words),
            "table": table.id,
            "title": table.title[words.language],
            "data_cut_off": {"name": table.vintage, "date": table.cut_off},
            "records": records,
            "facts": [{"head": head, "text": text} for head, text in told],
        }
    )


def _head(facts: ReleaseFacts, words: Words) -> dict[str, Any]:
    release = {"profile": facts.profile, "period": facts.period, "vintage": facts.vintage}
    return {"language": words.language, "release": release}


def _name(facts: ReleaseFacts, name: str, language: str) -> str:
    return file_name(facts, name, language, "json")
