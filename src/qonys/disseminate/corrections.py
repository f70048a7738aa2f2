"""Why figures changed, in words: moves that came and went between two data cut-offs, and what two records tell.

Laws: a reason is said only where records tell it; reasons that came together and cannot be told apart are said to be so;
few persons are not counted in words, and nobody can take them from what is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from qonys.concepts.table_design import Universe
from qonys.concepts.text import Text
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.datasets.revision import STREAMS, CorrectionEntry, Movement, RevisedTable, SincePublished
from qonys.disseminate.files import file_name
from qonys.disseminate.numbers import listed, long_date, number, percent
from qonys.disseminate.wording import Argument, numbered
from qonys.disseminate.words import Words

CORRECTIONS_FILE = "corrections.json"
_MANY = Decimal(5)
"""A number of the plural form in which *fewer than so many* stands."""
_OF_UNIVERSE: Mapping[Universe, tuple[str, ...]] = {
    "all": STREAMS,
    "external": ("external_in", "external_out"),
    "internal": ("interregional", "intraregional"),
    "interregional": ("interregional",),
}


@dataclass(frozen=True, slots=True)
class SaidRevised:
    """A table that differs, in one language."""

    id: str
    title: str
    changed: str
    measure: str
    largest: str
    mean: str
    relative: str


@dataclass(frozen=True, slots=True)
class SaidSince:
    """What differs from the vintage published before, in one language."""

    title: str
    summary: str
    reasons: tuple[str, ...]
    tables: tuple[SaidRevised, ...]
    download: str
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """What reasons are said with: the words of a language, messages of rules, and the threshold of protection."""

    words: Words
    rules: Mapping[str, Text]
    threshold: int


def corrections_file(period: str, log: Iterable[CorrectionEntry]) -> bytes:
    """The corrections log of a period: every vintage that took the place of a published one, the newest last."""
    return msgspec.json.format(msgspec.json.encode({"period": period, "entries": list(log)}), indent=2)


def cells_name(words: Words, facts: ReleaseFacts) -> str:
    """Path of the file of all cells that differ from the vintage published before."""
    return file_name(facts, "changes-since-published", words.language, "csv")


def said_movement(movement: Movement, universe: Universe, speech: ReasonWords) -> tuple[str, ...]:
    """Why figures of a universe differ between two data cut-offs of one release: a sentence a reason."""
    moves = map(_as_sentence, _moves(movement, _OF_UNIVERSE[universe], speech))
    return (*moves, speech.words["changes.same_definitions"])


def said_since(
    since: SincePublished, tables: Mapping[str, OutputTable], download: str, speech: ReasonWords
) -> SaidSince:
    """What differs from the vintage published before."""
    words, language = speech.words, speech.words.language
    cells, count = sum(one.changed for one in since.tables), len(since.tables)
    told = {"vintage": since.vintage, "published": long_date(since.published, language)}
    summary = words("changes.none", **told)
    if count:
        summary = words(
            "changes.some", cells=numbered(cells, words.language), tables=numbered(count, words.language), **told
        )
    return SaidSince(
        title=words("changes.since", **told),
        summary=summary,
        reasons=tuple(map(_as_sentence, _reasons(since, speech))) if count else (),
        tables=tuple(_revised(one, tables[one.table], words) for one in since.tables),
        download=download if count else "",
        log=tuple(_entry(one, words) for one in since.log),
    )


def _moves(movement: Movement, streams: tuple[str, ...], speech: ReasonWords) -> Iterator[str]:
    came, went = movement.persons(streams)
    limits = iter(said_below([*came.values(), *went.values()], speech.threshold))
    for why, persons in came.items():
        yield speech.words(f"changes.came.{why}", n=_few(persons, next(limits), speech))
    for why, persons in went.items():
        yield speech.words("changes.went", n=_few(persons, next(limits), speech), reason=_reason(why, speech))


def said_below(counts: Sequence[int], threshold: int) -> list[int]:
    """Of each reason's moves, below what they are said to be; 0 where they are said as they are.

    Who came less who went is the difference of published totals, so the only count that is few would be what the others leave
    of it. Another one is said with it, both to be below the same power of ten: the smallest that may be smaller or larger by
    as much as the few can, without being few itself.

    >>> said_below([40, 2, 7], 3), said_below([40, 2, 1], 3), said_below([40, 7], 3)
    ([0, 10, 10], [0, 3, 3], [0, 0])
    """
    few = [place for place, count in enumerate(counts) if count < threshold]
    others = sorted((place for place in range(len(counts)) if place not in few), key=counts.__getitem__)
    limits = [threshold if place in few else 0 for place in range(len(counts))]
    if len(few) == 1 and others:
        other = next((place for place in others if counts[place] >= 2 * threshold - 1), others[-1])
        limits[few[0]] = limits[other] = 10 ** len(str(counts[other] + threshold))
    return limits


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _few(persons: int, below: int, speech: ReasonWords) -> Argument:
    if not below:
        return numbered(persons, speech.words.language)
    return Argument(speech.words("changes.few", k=number(below, speech.words.language)), _MANY)


def _reason(why: str, speech: ReasonWords) -> str:
    if why in speech.rules:
        return speech.rules[why][speech.words.language].rstrip(".")
    said = speech.words["changes.unknown" if why == "unknown" else f"reason.{why}"]
    return said[:1].lower() + said[1:]


def _reasons(since: SincePublished, speech: ReasonWords) -> Iterator[str]:
    words, reasons = speech.words, since.reasons
    yield from _moves(since.movement, STREAMS, speech)
    if reasons.backdated:
        yield words("changes.backdated", n=numbered(reasons.backdated, words.language))
    if reasons.deliveries_gone:
        yield words("changes.deliveries_gone", n=numbered(reasons.deliveries_gone, words.language))
    if reasons.whole_deliveries:
        yield words("changes.whole_deliveries", n=numbered(reasons.whole_deliveries, words.language))
    for name in ("decisions", "protection", "program", "undocumented"):
        if getattr(reasons, name):
            yield words[f"changes.{name}"]
    for name in ("definition", "territory"):
        if files := getattr(reasons, name):
            yield words(f"changes.{name}", files=listed(list(files), words.language))
    if len(reasons.kinds) > 1:
        yield words["changes.mixed"]
    if not reasons.kinds:
        yield words["changes.no_reason"]


def _revised(one: RevisedTable, table: OutputTable, words: Words) -> SaidRevised:
    title, language = table.title[words.language], words.language
    if not one.comparable:
        return SaidRevised(one.table, title, words["changes.other_dimensions"], "", "", "", "")
    decimals = next(iter(table.measures.values())).decimals

    def written(value: Decimal | None, places: int) -> str:
        return words["symbol.L"] if value is None else number(value, language, places)

    return SaidRevised(
        one.table,
        title,
        words("changes.of", n=number(one.changed, language), cells=number(one.cells, language)),
        _measure(table, words),
        written(one.largest, decimals),
        written(one.mean, decimals + 1),
        words["symbol.L"] if one.relative is None else percent(one.relative, language, 2),
    )


def _measure(table: OutputTable, words: Words) -> str:
    labels = {member.code: member.label for member in table.dimension("measure").members}
    return labels[next(iter(table.measures))][words.language]


def _entry(one: CorrectionEntry, words: Words) -> str:
    kinds = listed(
        [words[f"changes.kind.{kind}"] for kind in one.kinds] or [words["changes.kind.none"]], words.language
    )
    return words(
        "changes.entry", published=long_date(one.published, words.language), vintage=one.vintage, follows=one.follows,
        cells=numbered(one.cells, words.language), tables=numbered(one.tables, words.language), kinds=kinds,
    )  # fmt: skip
