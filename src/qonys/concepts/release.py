"""A release: which tables at which data cut-offs, which sentences, in which order, on which dates."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from qonys.concepts.analysis import Analysis
from qonys.concepts.figure import FigureDesign
from qonys.concepts.text import Text
from qonys.concepts.value import Value as Value


class KeyPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence whose numbers are computed; left out, and reported, where one of them has no value.

    ``text`` is in the syntax of ICU MessageFormat: ``{n}``, ``{n, plural, one {…} other {…}}``,
    ``{n, select, up {…} down {…} same {…}}``.
    """

    id: str
    values: dict[str, Value]
    text: Text


class Headline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A large figure at the head of the page, with its growth where the base year is there."""

    id: str
    label: Text
    value: Value


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the page.

    Key points, figures, tables and texts are named by their ids and shown in that order, an analysis among the tables;
    ``indicators`` shows what the profile says of its indicators.
    """

    id: str
    title: Text
    key_points: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    glossary: bool = False
    indicators: bool = False
    workbook: bool = False
    links: bool = False
    sections: tuple[Section, ...] = ()


class VintageComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two tables that say the same of two data cut-offs; the release shows where they differ.

    The table of the later cut-off is computed for the comparison alone, from ``table``'s design.
    """

    table: str
    vintage: str
    title: Text


class ReleaseDesign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The plan of one kind of release."""

    id: str
    title: Text
    frequency: Literal["year", "month"]
    headlines: tuple[Headline, ...]
    key_points: tuple[KeyPoint, ...]
    sections: tuple[Section, ...]
    comparisons: tuple[VintageComparison, ...] = ()
    figures: tuple[FigureDesign, ...] = ()
    analyses: tuple[Analysis, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Ids of the tables that it shows or speaks of, each once, those of its sections first."""
        spoken = [value.table for point in self.key_points for value in point.values.values()]
        shown = [name for section in self.every_section for name in section.tables]
        drawn = [figure.table for figure in self.figures]
        drawn += [value.table for figure in self.figures for value in figure.values.values()]
        headlines = [headline.value.table for headline in self.headlines]
        named = dict.fromkeys([*shown, *spoken, *headlines, *drawn])
        return tuple(name for name in named if name not in {analysis.id for analysis in self.analyses})

    @property
    def shown_analyses(self) -> tuple[Analysis, ...]:
        """The analyses that a section shows, in the order of the sections."""
        known = {analysis.id: analysis for analysis in self.analyses}
        names = dict.fromkeys(name for section in self.every_section for name in section.tables)
        return tuple(known[name] for name in names if name in known)

    @property
    def every_section(self) -> tuple[Section, ...]:
        """All its sections, each followed by its own."""
        return tuple(_with_inner(self.sections))


def _with_inner(sections: tuple[Section, ...]) -> list[Section]:
    return [one for section in sections for one in (section, *_with_inner(section.sections))]


class CalendarEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dates of one period: publication, the next one, and the data cut-offs by name."""

    period: str
    release: str
    published: date
    next: date
    cut_offs: dict[str, date]


class GlossaryTerm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term and what it means, in every language.

    ``forms``, by language: other words by which texts use it, grammatical forms among them; ``*`` stands for any ending of
    a word (``сальдо миграции``, ``внешн* миграци*``). Wherever a text uses one, it is linked to the term.
    """

    id: str
    term: Text
    meaning: Text
    forms: dict[str, tuple[str, ...]] = {}


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document that belongs to the release: an address outside, or a section of the page (``#methodology``)."""

    title: Text
    address: str


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role at an example address; never a person."""

    role: Text
    address: str
