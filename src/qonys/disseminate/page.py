"""The page of a release in one language, as plain records that the template writes out.

Laws: the structure is the design's, top-level sections numbered; a table stands where it is first named and is linked
to afterwards; every address is relative, so that the folder works from any place, from a disk too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property

from qonys.concepts.release import Link, ReleaseDesign, Section
from qonys.concepts.status import DataStatus
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.disseminate.changes import SaidChange
from qonys.disseminate.conditions_of_use import conditions_of_use
from qonys.disseminate.corrections import SaidSince
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.making import figure_name
from qonys.disseminate.files import file_name
from qonys.disseminate.glossary_links import LinkedText, Terms, terms_of
from qonys.disseminate.key_points import BigFigure, Sentence
from qonys.disseminate.line_ends import on_one_line
from qonys.disseminate.methodology import SaidIndicator, said_indicators
from qonys.disseminate.numbers import long_date
from qonys.disseminate.page_templates import languages_of, templates
from qonys.disseminate.quality_said import SaidQuality
from qonys.disseminate.tables_html import HtmlTable, StatusLabel, html_table, status_label
from qonys.disseminate.words import Words
from qonys.errors import StatisticianError

RELEASE_PAGE = "index.html"
WHAT_CHANGED = "what-changed"


@dataclass(frozen=True, slots=True)
class Block:
    """A section in one language; ``level`` is that of its heading (2 for a top-level one).

    ``linked``: its texts, in which terms of the glossary are links; ``in_order``: figures and tables as they follow each
    other, the figure of an analysis right before its table; ``grids``: anchor of a table -> the figure that shows every
    cell of it in rows and columns, so that the page says them once.
    """

    id: str
    number: str
    title: str
    level: int
    sentences: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    tables: tuple[HtmlTable, ...]
    in_order: tuple[Figure | HtmlTable, ...]
    paragraphs: tuple[str, ...]
    glossary: bool
    indicators: tuple[SaidIndicator, ...]
    workbook: bool
    links: bool
    linked: Mapping[str, LinkedText]
    blocks: tuple[Block, ...]
    grids: Mapping[str, Figure]

    @property
    def every_block(self) -> tuple[Block, ...]:
        """It and those inside it, in order."""
        return (self, *(inner for block in self.blocks for inner in block.every_block))


@dataclass(frozen=True, slots=True)
class SaidComparison:
    """What changed in one table between two data cut-offs, in one language."""

    table: str
    title: str
    between: str
    summary: str
    changes: tuple[SaidChange, ...]
    download: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a page says, in one language, computed before the page is written."""

    title: str
    notice: str
    citation: str
    sentences: Mapping[str, Sentence]
    figures: Sequence[BigFigure]
    comparisons: Sequence[SaidComparison]
    quality: SaidQuality | None = None
    since: SaidSince | None = None
    drawn: Mapping[str, Figure] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    """Why an analysis has no table, by its id."""


@dataclass
class _Plan:
    """Builds the blocks; remembers which tables stand already."""

    design: ReleaseDesign
    tables: Mapping[str, OutputTable]
    profile: Profile
    words: Words
    facts: ReleaseFacts
    spoken: Spoken
    placed: set[str] = field(default_factory=set)

    @cached_property
    def terms(self) -> Terms:
        shown = any(section.glossary for section in self.design.every_section)
        return terms_of(self.profile.glossary if shown else (), self.words.language)

    def meanings(self) -> dict[str, LinkedText]:
        """What the terms mean, each with links to the others."""
        language, found = self.words.language, dict[str, LinkedText]()
        for term in self.profile.glossary:
            found |= self.terms.linked([term.meaning[language]], without=term.id)
        return found

    def blocks(self, sections: Sequence[Section], level: int) -> tuple[Block, ...]:
        return tuple(self.block(s, level, str(n) if level == 2 else "") for n, s in enumerate(sections, start=1))

    def block(self, section: Section, level: int, number: str) -> Block:
        language = self.words.language
        sentences = tuple(self.spoken.sentences[p] for p in section.key_points if p in self.spoken.sentences)
        paragraphs = tuple(p for text in section.texts for p in _paragraphs(self.profile.texts[language][text]))
        paragraphs += tuple(self.spoken.refusals[name] for name in section.tables if name in self.spoken.refusals)
        indicators: tuple[SaidIndicator, ...] = ()
        if section.indicators:
            indicators = said_indicators(self.profile, self.tables.values(), self.words, self.facts)
        said = [*(one.text for one in sentences), *paragraphs, *(one.meaning for one in indicators)]
        figures = tuple(self.spoken.drawn[name] for name in section.figures if name in self.spoken.drawn)
        tables = {name: self.table(name) for name in section.tables if self._is_new(name)}
        return Block(
            id=section.id,
            number=number,
            title=section.title[language],
            level=level,
            sentences=sentences,
            figures=figures,
            tables=tuple(tables.values()),
            in_order=self._in_order(figures, tables),
            paragraphs=paragraphs,
            glossary=section.glossary,
            indicators=indicators,
            workbook=section.workbook,
            links=section.links,
            linked=self.terms.linked(said) | (self.meanings() if section.glossary else {}),
            blocks=self.blocks(section.sections, level + 1),
            grids={tables[one.table].anchor: one for one in figures if one.table in tables and self._is_whole(one)},
        )

    def _in_order(self, figures: Sequence[Figure], tables: Mapping[str, HtmlTable]) -> tuple[Figure | HtmlTable, ...]:
        """Figures, then tables, each of an analysis behind its own figure."""
        own = {one.id: one for one in figures if one.id in {analysis.id for analysis in self.design.analyses}}
        placed: list[Figure | HtmlTable] = [one for one in figures if one.id not in own]
        for name, table in tables.items():
            placed += [own.pop(name), table] if name in own else [table]
        return (*own.values(), *placed)

    def _is_whole(self, figure: Figure) -> bool:
        """A figure shows every cell of its table, and as a table."""
        return figure.grid == self.tables[figure.table].cells.keys()

    def _is_new(self, name: str) -> bool:
        """A table stands once; an analysis only where it was made."""
        is_analysis = any(analysis.id == name for analysis in self.design.analyses)
        return name not in self.placed and (name in self.tables or not is_analysis)

    def table(self, name: str) -> HtmlTable:
        table = self.tables.get(name)
        if table is None:
            raise StatisticianError(
                f"The release shows the table “{name}”, which was not tabulated.",
                where=f"release/designs/{self.design.id}.yaml",
                next_step="Tabulate it for the period, or take it out of the sections.",
            )
        self.placed.add(name)
        language = self.words.language
        downloads = {
            "CSV": "../" + file_name(self.facts, name, language, "csv"),
            "JSON": "../" + file_name(self.facts, name, language, "json"),
            "XLSX": "../" + file_name(self.facts, "", language, "xlsx"),
        }
        cut_off = long_date(date.fromisoformat(table.cut_off), language)
        return html_table(table, self.words, cut_off=cut_off, downloads=downloads)


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """All that a release says in one language, in its order; page and bulletin say it, each in its own form.

    Args:
        blocks: the sections, with their sentences, tables and texts.
        changes_after: id of the top-level block after which what changed is told; empty where nothing is compared.
        unlinked: tables that a sentence names and no section shows.
        titles: id of a table -> its title.
        published: date of publication, written.
        next: date of the next publication, written.
        cut_offs: name and date of each data cut-off.
        statuses: the data statuses that occur, with their meanings.
    """

    profile: Profile
    words: Words
    facts: ReleaseFacts
    spoken: Spoken
    blocks: tuple[Block, ...]
    changes_after: str
    unlinked: frozenset[str]
    titles: Mapping[str, str]
    published: str
    next: str
    cut_offs: tuple[tuple[str, str], ...]
    statuses: tuple[tuple[StatusLabel, str], ...]

    @property
    def links(self) -> tuple[Link, ...]:
        """The profile's links; of those to a section, the ones whose section the release has."""
        sections = {f"#{inner.id}" for block in self.blocks for inner in block.every_block}
        sections |= {"#quality"} if self.spoken.quality else set()
        every = self.profile.links
        return tuple(one for one in every if not one.address.startswith("#") or one.address in sections)

    @property
    def every_table(self) -> tuple[HtmlTable, ...]:
        """The tables in the order of their sections."""
        return tuple(table for block in self.blocks for inner in block.every_block for table in inner.tables)

    @property
    def every_figure(self) -> tuple[Figure, ...]:
        """The figures in the order in which they stand."""
        every = (one for block in self.blocks for inner in block.every_block for one in inner.in_order)
        return tuple(one for one in every if isinstance(one, Figure))


def release_content(
    profile: Profile, design: ReleaseDesign, tables: Mapping[str, OutputTable], facts: ReleaseFacts,
    words: Words, spoken: Spoken,
) -> ReleaseContent:  # fmt: skip
    """What a release says in one language.

    Raises:
        ProfileError: a word or text is missing in the language.
        StatisticianError: a section shows a table that is not there.
    """
    plan = _Plan(design, tables, profile, words, facts, spoken)
    blocks = plan.blocks(design.sections, 2)
    linked = {s.table for s in spoken.sentences.values()} | {f.table for f in spoken.drawn.values()}
    return ReleaseContent(
        profile=profile,
        words=words,
        facts=facts,
        spoken=spoken,
        blocks=blocks,
        changes_after=_last_with_tables(blocks) if spoken.comparisons or spoken.since else "",
        unlinked=frozenset(linked - plan.placed),
        titles={name: table.title[words.language] for name, table in tables.items()},
        published=long_date(date.fromisoformat(facts.published), words.language),
        next=long_date(date.fromisoformat(facts.next), words.language),
        cut_offs=tuple(_cut_offs(facts, words)),
        statuses=tuple(_statuses(tables, words)),
    )


def release_page(content: ReleaseContent, downloads: Mapping[str, str]) -> str:
    """The HTML of the release page in one language.

    Args:
        content: what it says.
        downloads: what the whole release can be downloaded as -> address relative to the page.
    """
    parts = {field.name: getattr(content, field.name) for field in fields(content)}
    return (
        templates()
        .get_template("release.html")
        .render(
            use=conditions_of_use(content.profile, content.words),
            **parts,
            w=content.words,
            language=content.words.language,
            languages=languages_of(content.profile),
            page=RELEASE_PAGE,
            title=content.spoken.title,
            notice=content.spoken.notice,
            downloads=downloads,
            file_of_figure=lambda figure, suffix: f"../{figure_name(figure, content.facts, suffix)}",
            data_of_figure=lambda figure, suffix: (
                f"../{file_name(content.facts, figure.table, figure.language, suffix)}"
            ),
            what_changed=WHAT_CHANGED,
            links=content.links,
            index=(
                (content.words["page.tables"], content.every_table),
                (content.words["page.figures"], content.every_figure),
            ),
        )
    )


def front_page(profile: Profile, titles: Mapping[str, str]) -> str:
    """The page that leads to the release in each language: titles by language code."""
    return templates().get_template("front.html").render(languages=languages_of(profile), titles=titles)


def _cut_offs(facts: ReleaseFacts, words: Words) -> list[tuple[str, str]]:
    return [
        (words[f"cut_off.{name}"], long_date(date.fromisoformat(day), words.language))
        for name, day in facts.cut_offs.items()
    ]


def _statuses(tables: Mapping[str, OutputTable], words: Words) -> list[tuple[StatusLabel, str]]:
    found = {status for table in tables.values() for status in table.data_statuses}
    return [(status_label(s, words), words[f"status.{s.value}.meaning"]) for s in DataStatus if s in found]


def _last_with_tables(blocks: Sequence[Block]) -> str:
    """The last top-level section that shows a table: what changed is told after it."""
    shown = (block.id for block in reversed(blocks) if any(one.tables for one in block.every_block))
    return next(shown, blocks[-1].id if blocks else "")


def _paragraphs(text: str) -> list[str]:
    parts = text.split("\n\n") if "\n\n" in text else text.split("\n")
    return [on_one_line(part) for part in parts if part.strip()]
