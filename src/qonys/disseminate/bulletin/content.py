"""What a bulletin says, as plain records in the order of its pages; the template only places them.

Laws: every word is the page's (`ReleaseContent`), none is worded a second time; a text is handed over as a text and is
never read as markup; terms are links to the glossary where they are on the page; a table has the number of its sheet in the workbook; a heading stands on the page of what it heads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

import msgspec

from qonys.disseminate.bulletin.sheets import POINTS_A_PIXEL, Column, Part, Sheet, heads_within, lying, sheet_for
from qonys.disseminate.conditions_of_use import conditions_of_use
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.glossary_links import LinkedText, Piece
from qonys.disseminate.line_ends import kept_together
from qonys.disseminate.methodology import SaidIndicator
from qonys.disseminate.page import WHAT_CHANGED, Block, ReleaseContent, SaidComparison
from qonys.disseminate.table_layout import Head, RowHead
from qonys.disseminate.tables_html import HtmlTable
from qonys.disseminate.words import Words

_KEPT_TOGETHER = 26
"""Rows of a table that is not broken over pages."""

_SHORT = 6
"""Rows of a table that has room below another one."""

Pairs: TypeAlias = tuple[tuple[str, str], ...]
Said: TypeAlias = tuple[Piece, ...]
"""A text in pieces, each with the id of the term that it is a link to, or without."""


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """The title of a section; ``level`` 1 is the outermost."""

    id: str
    level: int
    text: str


class Points(msgspec.Struct, frozen=True, tag="points"):
    """Key points: text, id of the table that it is read from, and what that table is called."""

    points: tuple[tuple[Said, str, str], ...]


class Paragraphs(msgspec.Struct, frozen=True, tag="paragraphs"):
    """Prose."""

    paragraphs: tuple[Said, ...]


class TermList(msgspec.Struct, frozen=True, tag="terms"):
    """Terms with their meanings, each a few lines; ``ids`` name those to which there are links."""

    terms: tuple[tuple[str, tuple[Said, ...]], ...]
    ids: tuple[str, ...] = ()


class Links(msgspec.Struct, frozen=True, tag="links"):
    """Titles with their addresses; of a section of the release, ``#`` and its id."""

    links: Pairs


class TablePart(msgspec.Struct, frozen=True):
    """Some columns of a table: rows of heads (label, columns), widths in points, rows of (texts, marks)."""

    label: str
    heads: tuple[tuple[tuple[str, int], ...], ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]


class Table(msgspec.Struct, frozen=True, tag="table"):
    """A table with everything above and below it.

    Args:
        side: for each row its heads: label, rows that it spans (0: spanned from above), depth.
        corner: what the columns of heads are.
        words: how many of the first columns hold words, not numbers.
    """

    id: str
    level: int
    title: str
    facts: tuple[str, ...]
    legend: Pairs
    across: bool
    whole: bool
    size: float
    corner: tuple[str, ...]
    side: tuple[tuple[tuple[str, int, int], ...], ...]
    side_widths: tuple[float, ...]
    parts: tuple[TablePart, ...]
    notes: tuple[str, ...]
    words: int = 0


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A figure of the page: the same SVG, what is read out of it, and its width in points."""

    id: str
    svg: str
    alternative: str
    width: float
    across: bool = False


Item: TypeAlias = Heading | Points | Paragraphs | TermList | Links | Table | Picture


class Run(msgspec.Struct, frozen=True):
    """What follows on sheets that lie the same way."""

    across: bool
    items: tuple[Item, ...]


class Bulletin(msgspec.Struct, frozen=True):
    """All that a bulletin says in one language; ``pictures`` are ids and titles of its figures, for a list of them."""

    language: str
    kind: str
    title: str
    office: str
    notice: str
    notice_label: str
    date: str
    dates: Pairs
    vintage: str
    figures_label: str
    figures: tuple[tuple[str, str, str], ...]
    contents_label: str
    pictures_label: str
    pictures: Pairs
    runs: tuple[Run, ...]
    placed: tuple[str, ...]


def bulletin_of(content: ReleaseContent, order: Sequence[str]) -> Bulletin:
    """What the bulletin of a release says in one language.

    Args:
        content: what the release says.
        order: ids of the tables in the order of their sheets in the workbook.
    """
    words, facts, spoken = content.words, content.facts, content.spoken
    numbers = {name: words("sheet.table", n=str(n)) for n, name in enumerate(order, start=1)}
    items = list(_Writer(content, numbers).items())
    return Bulletin(
        language=words.language,
        kind=words["bulletin.kind"],
        title=spoken.title,
        office=content.profile.identity.office[words.language],
        notice=spoken.notice,
        notice_label=words["page.notice"],
        date=facts.published,
        dates=(
            (words["page.published"], content.published),
            (words["page.next"], content.next),
            (words["page.vintage"], facts.vintage),
        ),
        vintage=facts.vintage,
        figures_label=words["page.key_figures"],
        figures=tuple((figure.label, figure.value, figure.growth) for figure in spoken.figures),
        contents_label=words["page.contents"],
        pictures_label=words["page.figures"],
        pictures=tuple((figure.anchor, figure.title) for figure in content.every_figure),
        runs=_runs(items),
        placed=(
            *(item.id for item in items if isinstance(item, Heading | Table | Picture)),
            *(term for item in items if isinstance(item, TermList) for term in item.ids),
        ),
    )


class _Writer:
    def __init__(self, content: ReleaseContent, numbers: Mapping[str, str]) -> None:
        self.content, self.numbers = content, numbers
        self.words, self.language = content.words, content.words.language

    def items(self) -> Iterator[Item]:
        for block in self.content.blocks:
            yield from self._block(block)
            if block.id == self.content.changes_after:
                yield Heading(WHAT_CHANGED, 1, self.words["page.changed"])
                for comparison in self.content.spoken.comparisons:
                    yield from self._comparison(comparison)
                yield from self._since()
        yield from self._quality()
        yield from self._about()

    def _block(self, block: Block) -> Iterator[Item]:
        yield Heading(block.id, block.level - 1, f"{block.number}. {block.title}" if block.number else block.title)
        linked = block.linked
        if block.sentences:
            yield Points(tuple((linked[s.text].pieces, *self._link(s.table)) for s in block.sentences))
        if block.paragraphs:
            yield Paragraphs(tuple(linked[paragraph].pieces for paragraph in block.paragraphs))
        for one in block.in_order:
            yield _picture(one) if isinstance(one, Figure) else self._table(one, block.level)
        if block.glossary:
            glossary = self.content.profile.glossary
            yield TermList(
                tuple((one.term[self.language], (linked[one.meaning[self.language]].pieces,)) for one in glossary),
                ids=tuple(f"term-{one.id}" for one in glossary),
            )
        if block.indicators:
            yield TermList(tuple((one.name, _lines(one, linked)) for one in block.indicators))
        if block.links:
            yield Links(tuple((link.title[self.language], link.address) for link in self.content.links))
        for inner in block.blocks:
            yield from self._block(inner)

    def _link(self, table: str) -> tuple[str, str]:
        return ("", "") if table in self.content.unlinked else (f"table-{table}", self.numbers[table])

    def _table(self, table: HtmlTable, level: int) -> Table:
        depth = len(table.corner)
        columns = [
            Column(
                table.head_rows[-1][i].label, tuple(_wide(row.said[i].text, row.said[i].marks) for row in table.rows)
            )
            for i in range(len(table.head_rows[-1]))
        ]
        side = [
            Column(corner, tuple(head.label for row in table.rows if (head := row.heads[i]) is not None))
            for i, corner in enumerate(table.corner)
        ]
        sheet = sheet_for(side, columns, table.head_rows[0])
        rows = [[(cell.text, "".join(sign for sign, _ in cell.marks)) for cell in row.said] for row in table.rows]
        number = self.numbers[table.anchor.removeprefix("table-")]
        return Table(
            id=table.anchor,
            level=level,
            title=f"{number}. {table.title}",
            facts=(table.unit, self.words("page.from_cut_off", date=table.cut_off), table.status.name),
            legend=(*((status.mark, status.name) for status in table.others), *table.symbols),
            across=sheet.across,
            whole=len(table.rows) <= _KEPT_TOGETHER,
            size=sheet.size,
            corner=table.corner,
            side=tuple(_side(row.heads, depth) for row in table.rows),
            side_widths=sheet.heads,
            parts=_parts(sheet, table.head_rows, rows, self.words),
            notes=table.notes,
        )

    def _comparison(self, comparison: SaidComparison) -> Iterator[Item]:
        said = " ".join(filter(None, (comparison.between, comparison.summary)))
        if not comparison.changes:
            yield Heading(f"changes-{comparison.table}", 2, comparison.title)
            yield Paragraphs((_plain(said),))
            return
        keys = ("dimension.measure", "dimension.period", "changes.before", "changes.after", "changes.difference")
        heads = tuple(Head(self.words[key], 1) for key in keys)
        rows = [
            [(text, "") for text in (c.measure, c.period, c.before, c.after, c.difference)] for c in comparison.changes
        ]
        places = Column(self.words["changes.members"], tuple(change.place for change in comparison.changes))
        columns = [Column(head.label, tuple(row[i][0] for row in rows)) for i, head in enumerate(heads)]
        sheet = sheet_for([places], columns, heads)
        yield Table(
            id=f"changes-{comparison.table}",
            level=2,
            title=comparison.title,
            facts=(said, *comparison.reasons),
            legend=(),
            across=sheet.across,
            whole=len(rows) <= _KEPT_TOGETHER,
            size=sheet.size,
            corner=(places.head,),
            side=tuple(((change.place, 1, 1),) for change in comparison.changes),
            side_widths=sheet.heads,
            parts=_parts(sheet, (heads,), rows, self.words),
            notes=(),
            words=2,
        )

    def _since(self) -> Iterator[Item]:
        """What differs from the vintage published before: in words; which cells, the page and the files say."""
        if since := self.content.spoken.since:
            yield Heading("since-published", 2, since.title)
            yield Paragraphs(tuple(map(_plain, (since.summary, *since.reasons))))
            cells = self.words["changes.cells"]
            yield TermList(tuple((one.title, (_plain(f"{cells}: {one.changed}"),)) for one in since.tables))
            yield Heading("corrections", 2, self.words["changes.log"])
            yield Paragraphs(tuple(map(_plain, since.log)))

    def _quality(self) -> Iterator[Item]:
        quality = self.content.spoken.quality
        if quality:
            yield Heading("quality", 1, self.words["quality.main"])
            yield TermList(tuple((one.name, (_plain(one.value),)) for one in quality.main))

    def _about(self) -> Iterator[Item]:
        content, words, facts = self.content, self.words, self.content.facts
        yield Heading("sources", 1, words["page.sources"])
        yield TermList(
            tuple((f"{status.name} {status.mark}", (_plain(meaning),)) for status, meaning in content.statuses)
        )
        yield Heading("contacts", 1, words["page.contacts"])
        yield Links(tuple((one.role[self.language], f"mailto:{one.address}") for one in content.profile.contacts))
        yield Heading("about", 1, words["page.about"])
        about = (
            ("page.vintage", (facts.vintage,)),
            ("page.cut_offs", tuple(f"{name}: {day}" for name, day in content.cut_offs)),
            ("page.profile", (f"{facts.profile} {facts.profile_hash[:12]}",)),
            ("page.version", (facts.code_version,)),
            ("page.cite", (content.spoken.citation,)),
            ("page.licence", (conditions_of_use(content.profile, words).written,)),
        )
        yield TermList(tuple((words[key], tuple(map(_plain, lines))) for key, lines in about))


def _runs(items: Sequence[Item]) -> tuple[Run, ...]:
    """Items on sheets that lie the same way: a heading as what it heads, a short table as a wide one before it."""
    across, ways = False, []
    for item in reversed(items):
        across = item.across if isinstance(item, Table | Picture) else across and isinstance(item, Heading)
        ways.append(across)
    ways.reverse()
    for n, item in enumerate(items[1:], start=1):
        ways[n] = ways[n] or (ways[n - 1] and isinstance(item, Table) and len(item.side) <= _SHORT)
    paired = zip(ways, items, strict=True)
    return tuple(Run(way, tuple(item for _, item in group)) for way, group in groupby(paired, key=itemgetter(0)))


def _picture(figure: Figure) -> Picture:
    """A figure as large as a sheet holds it, and no larger than it is; a wide one lies across."""
    made = figure.picture
    across, room, depth = lying(made.width, made.height)
    width = min(room, depth * made.width / made.height, made.width * POINTS_A_PIXEL)
    alternative = " ".join(f"{text.rstrip('.')}." for text in (figure.title, figure.subtitle, figure.finding))
    return Picture(figure.anchor, made.svg.decode(), alternative, round(width, 1), across)


def _parts(
    sheet: Sheet, head_rows: Iterable[tuple[Head, ...]], rows: Sequence[Sequence[tuple[str, str]]], words: Words
) -> tuple[TablePart, ...]:
    heads, count = tuple(head_rows), len(sheet.parts)
    return tuple(_one_part(part, heads, rows, _label(n, count, words)) for n, part in enumerate(sheet.parts, start=1))


def _one_part(
    part: Part, heads: Sequence[tuple[Head, ...]], rows: Sequence[Sequence[tuple[str, str]]], label: str
) -> TablePart:
    return TablePart(
        label=label,
        heads=tuple(
            tuple((head.label, head.span) for head in heads_within(row, part.start, part.stop)) for row in heads
        ),
        widths=part.widths,
        rows=tuple(tuple(row[part.start : part.stop]) for row in rows),
    )


def _label(number: int, count: int, words: Words) -> str:
    return words("bulletin.part", n=str(number), count=str(count)) if count > 1 else ""


def _side(heads: Sequence[RowHead | None], depth: int) -> tuple[tuple[str, int, int], ...]:
    return tuple((head.label, head.span, head.depth) if head else ("", 0, 1) for head in heads[:depth])


def _wide(text: str, marks: Iterable[tuple[str, str]]) -> str:
    return text + "".join(sign for sign, _ in marks)


def _lines(one: SaidIndicator, linked: Mapping[str, LinkedText]) -> tuple[Said, ...]:
    return (linked[one.meaning].pieces, *(_plain(f"{head}: {text}") for head, text in one.facts))


def _plain(text: str) -> Said:
    return ((text, ""),)


def as_json(bulletin: Bulletin) -> str:
    """The bulletin as the template reads it, with no-break spaces where a line must not end."""
    return msgspec.json.encode(_kept_together(msgspec.to_builtins(bulletin), bulletin.language)).decode()


def _kept_together(said: object, language: str) -> object:
    """Every text of records that stands in lines: no picture, and not what is read out in its place."""
    if isinstance(said, str):
        return kept_together(said, language)
    if isinstance(said, Mapping):
        return {
            name: one if name in ("svg", "alternative") else _kept_together(one, language) for name, one in said.items()
        }
    return [_kept_together(one, language) for one in said] if isinstance(said, list | tuple) else said
