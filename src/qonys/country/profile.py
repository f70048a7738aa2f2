"""A country's profile as one checked object: everything national that the line needs to know."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec

from qonys.concepts.area import AreaRegister
from qonys.concepts.classification import Classification, Membership
from qonys.concepts.correction import CorrectionBook, ImputationPlan
from qonys.concepts.expectation import Expectation
from qonys.concepts.history import Break, HistoryFigure, PopulationFigure
from qonys.concepts.indicator import Indicator
from qonys.concepts.integration import Integration
from qonys.concepts.layout import SourceLayout, Stream
from qonys.concepts.outline import Outline
from qonys.concepts.personal_number import NumberScheme
from qonys.concepts.protection import Protection
from qonys.concepts.publication import PublicationPlan
from qonys.concepts.quality import MirrorFigure
from qonys.concepts.release import CalendarEntry, Contact, GlossaryTerm, Link, ReleaseDesign
from qonys.concepts.rule import RuleSet
from qonys.concepts.spelling import Spelling
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import Text
from qonys.concepts.tile import Tile
from qonys.concepts.variable import BUILT_IN_CODES, VARIABLES, Kind
from qonys.datasets.analysis import Centre
from qonys.errors import ProfileError


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under what the office lets its figures be used: name of the licence, and the address of its text."""

    names: Text
    address: str


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """profile.yaml: who and what the profile is of.

    Args:
        id: short name of the profile.
        names: name of the country.
        languages: languages of every text, the first being the default.
        home: code of the country itself.
        level: level of areas by which is published; two areas of it are two ends of an interregional move.
        office: who would publish.
        notice: what the release is and is not; shown on every page and in every file.
        synthetic_notice: said besides where records are synthetic.
        outlines: file of the outlines of its areas, relative to the profile; ``areas/outlines.geojson`` where none is named.
        licence: under what the figures may be used; where none is named, the release says so.
    """

    id: str
    names: Text
    languages: tuple[str, ...]
    home: str
    level: str
    office: Text
    notice: Text
    synthetic_notice: Text = {}
    outlines: str = ""
    licence: Licence | None = None


@dataclass(frozen=True)
class Profile:
    """All of a country: read-only, complete, checked."""

    folder: Path
    identity: Identity
    areas: AreaRegister
    classifications: dict[str, Classification]
    memberships: tuple[Membership, ...]
    layouts: dict[str, SourceLayout]
    rules: RuleSet
    integration: Integration
    tables: dict[str, TableDesign]
    releases: dict[str, ReleaseDesign]
    calendar: tuple[CalendarEntry, ...]
    glossary: tuple[GlossaryTerm, ...]
    links: tuple[Link, ...]
    contacts: tuple[Contact, ...]
    population: tuple[PopulationFigure, ...]
    texts: dict[str, dict[str, str]]
    corrections: CorrectionBook
    imputation: ImputationPlan
    spellings: dict[str, Spelling]
    numbers: dict[str, NumberScheme]
    expectations: tuple[Expectation, ...] = ()
    history: tuple[HistoryFigure, ...] = ()
    breaks: tuple[Break, ...] = ()
    indicators: dict[str, Indicator] = field(default_factory=dict)
    protection: Protection = field(default_factory=Protection)
    mirror: tuple[MirrorFigure, ...] = ()
    publication: PublicationPlan = field(default_factory=PublicationPlan)
    tiles: tuple[Tile, ...] = ()
    outlines: tuple[Outline, ...] = ()
    centres: tuple[Centre, ...] = ()

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def languages(self) -> tuple[str, ...]:
        return self.identity.languages

    @property
    def covers(self) -> frozenset[Stream]:
        """The kinds of moves that some layout of the profile delivers."""
        return frozenset(stream for layout in self.layouts.values() for stream in layout.covers)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over names and bytes of all files of the profile: two profiles with one hash are the same."""
        digest = hashlib.sha256()
        for name, sha256 in self.file_hashes.items():
            digest.update(name.encode() + b"\0")
            digest.update(bytes.fromhex(sha256))
        return digest.hexdigest()

    @cached_property
    def file_hashes(self) -> dict[str, str]:
        """Every file of the profile, relative to its folder, with its SHA-256."""
        paths = sorted(p for p in self.folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        hashed = ((path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths)
        return {path.relative_to(self.folder).as_posix(): sha256 for path, sha256 in hashed}

    def codes_of(self, name: str) -> tuple[str, ...]:
        """The codes that a coded variable may have, in the order in which they are listed."""
        variable = VARIABLES[name]
        if variable.kind is Kind.AREA:
            return tuple(area.code for area in self.areas.areas)
        listed = self.classifications.get(variable.classification or "")
        if listed:
            return tuple(code.code for code in listed.codes)
        return BUILT_IN_CODES.get(variable.classification or "", ())

    def calendar_entry(self, period: str) -> CalendarEntry:
        """The dates of a period's release.

        Raises:
            ProfileError: the calendar does not know the period.
        """
        for entry in self.calendar:
            if entry.period == period:
                return entry
        known = ", ".join(entry.period for entry in self.calendar)
        raise ProfileError(
            f"The calendar has no release of {period}.",
            where=str(self.folder / "calendar.yaml"),
            next_step=f"It has: {known}. Add an entry with its dates and data cut-offs.",
        )
