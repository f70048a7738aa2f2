"""Reads a profile from its folder: every file strictly, then all of them against each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from qonys.concepts.area import ABROAD_LEVEL, Area, AreaRegister, BoundarySet, ChangeKind, TerritoryChange
from qonys.concepts.classification import Classification, Code, Membership
from qonys.concepts.correction import CorrectionBook, ImputationPlan
from qonys.concepts.expectation import Expectation
from qonys.concepts.history import Break, HistoryFigure, PopulationFigure
from qonys.concepts.indicator import Indicator
from qonys.concepts.integration import Integration
from qonys.concepts.layout import SourceLayout
from qonys.concepts.personal_number import NumberScheme
from qonys.concepts.protection import Protection
from qonys.concepts.publication import PublicationPlan
from qonys.concepts.quality import MirrorFigure
from qonys.concepts.release import CalendarEntry, Contact, GlossaryTerm, Link, ReleaseDesign
from qonys.concepts.rule import RuleSet
from qonys.concepts.spelling import Spelling
from qonys.concepts.table_design import TableDesign
from qonys.country.checks import fail_if_inconsistent
from qonys.country.outlines import outlines_of
from qonys.country.profile import Identity, Profile
from qonys.country.reading import read_csv, read_yaml
from qonys.country.tiles import tiles_of
from qonys.datasets.analysis import Centre
from qonys.errors import ProfileError

SHIPPED = Path(__file__).parent.parent / "profiles"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
Read = TypeVar("Read")


class _AreaRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    level: str
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    locality: str = ""
    iso: str = ""


class _CodeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    valid_from: date | None = None
    valid_to: date | None = None


class _BoundaryRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    day: date
    level: str


class _ChangeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: date
    source_code: str = msgspec.field(name="from")
    target_code: str = msgspec.field(name="to")
    kind: ChangeKind
    source: str
    weight: float | None = None


class _AliasRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    list: str
    text: str
    code: str


class _MemberRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: str
    country: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""


def load_profile(name: str) -> Profile:
    """Read and check a profile: a shipped one by name, another by its folder.

    Raises:
        ProfileError: there is no such profile, or one of its files is wrong; with file and line.
    """
    return profile_in(_folder(name))


def profile_in(folder: Path) -> Profile:
    """The profile that a folder holds; see `load_profile`."""
    identity = read_yaml(folder / "profile.yaml", Identity)
    languages = identity.languages
    areas = _areas(folder, identity)
    profile = Profile(
        folder=folder,
        identity=identity,
        areas=areas,
        classifications={path.stem: _classification(path, languages) for path in _classification_files(folder)},
        memberships=_memberships(folder / "classifications" / "country_group_members.csv"),
        layouts=_by_id(read_yaml(path, SourceLayout) for path in _files(folder / "sources", "*.yaml")),
        rules=_rules(folder / "rules"),
        integration=read_yaml(folder / "integration.yaml", Integration),
        tables=_by_id(read_yaml(path, TableDesign) for path in _files(folder / "tables", "*.yaml")),
        releases=_by_id(read_yaml(path, ReleaseDesign) for path in _files(folder / "release" / "designs", "*.yaml")),
        calendar=read_yaml(folder / "calendar.yaml", tuple[CalendarEntry, ...]),
        glossary=read_yaml(folder / "release" / "glossary.yaml", tuple[GlossaryTerm, ...]),
        links=read_yaml(folder / "release" / "links.yaml", tuple[Link, ...]),
        contacts=read_yaml(folder / "release" / "contacts.yaml", tuple[Contact, ...]),
        population=_csv_if_there(folder / "population" / "population.csv", PopulationFigure),
        texts={language: _texts(folder / "texts" / language) for language in languages},
        corrections=_corrections(folder / "corrections"),
        imputation=_yaml_if_there(folder / "imputation.yaml", ImputationPlan, ImputationPlan()),
        expectations=_yaml_if_there(folder / "deliveries.yaml", tuple[Expectation, ...], ()),
        numbers=_by_id(read_yaml(path, NumberScheme) for path in _files(folder / "numbers", "*.yaml")),
        history=tuple(f for path in _files(folder / "history", "*.csv") for _, f, _ in read_csv(path, HistoryFigure)),
        breaks=_yaml_if_there(folder / "breaks.yaml", tuple[Break, ...], ()),
        indicators=_by_id(_yaml_if_there(folder / "indicators.yaml", tuple[Indicator, ...], ())),
        protection=_yaml_if_there(folder / "protection.yaml", Protection, Protection()),
        mirror=_csv_if_there(folder / "mirror.csv", MirrorFigure),
        publication=_yaml_if_there(folder / "publication.yaml", PublicationPlan, PublicationPlan()),
        tiles=tiles_of(folder, languages),
        outlines=outlines_of(folder, identity.outlines, _codes_of(areas, identity.level), identity.level),
        centres=_csv_if_there(folder / "areas" / "centres.csv", Centre),
        spellings=_by_id(read_yaml(path, Spelling) for path in _files(folder / "spellings", "*.yaml")),
    )
    fail_if_inconsistent(profile)
    return profile


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with Qonys."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/profile.yaml")))


def _folder(name: str) -> Path:
    for folder in (SHIPPED / name if "/" not in name else Path(name), Path(name)):
        if (folder / "profile.yaml").is_file():
            return folder
    raise ProfileError(
        f"There is no profile “{name}”.",
        next_step=f"Shipped are {', '.join(shipped_profiles())}; or name a folder that holds a profile.yaml.",
    )


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _by_id(records: Iterable[T]) -> dict[str, T]:
    return {record.id: record for record in records}


def _yaml_if_there(path: Path, kind: type[Read], otherwise: Read) -> Read:
    return read_yaml(path, kind) if path.is_file() else otherwise


def _csv_if_there(path: Path, kind: type[Read]) -> tuple[Read, ...]:
    return tuple(row for _, row, _ in read_csv(path, kind)) if path.is_file() else ()


def _areas(folder: Path, identity: Identity) -> AreaRegister:
    languages = identity.languages
    home = [
        Area(row.code, row.level, row.parent, names, row.valid_from, row.valid_to, row.locality, row.iso)
        for path in _files(folder / "areas", "areas*.csv")
        for _, row, names in read_csv(path, _AreaRow, names=languages)
    ]
    abroad = [
        Area(row.code, ABROAD_LEVEL, "", names, row.valid_from, row.valid_to)
        for _, row, names in read_csv(folder / "classifications" / "country.csv", _CodeRow, names=languages)
    ]
    boundaries = [
        BoundarySet(row.id, row.day, row.level, names)
        for _, row, names in read_csv(folder / "areas" / "boundaries.csv", _BoundaryRow, names=languages)
    ]
    aliases: dict[str, dict[str, str]] = {}
    for path in _files(folder / "areas", "aliases*.csv"):
        for _, row, _ in read_csv(path, _AliasRow):
            aliases.setdefault(row.list, {})[row.text] = row.code
    changes = [
        TerritoryChange(row.date, row.source_code, row.target_code, row.kind, row.weight, row.source)
        for path in _files(folder / "areas", "changes*.csv")
        for _, row, _ in read_csv(path, _ChangeRow)
    ]
    return AreaRegister(identity.home, tuple(home + abroad), tuple(boundaries), aliases, tuple(changes))


def _codes_of(areas: AreaRegister, level: str) -> frozenset[str]:
    return frozenset(area.code for area in areas.areas if area.level == level)


def _classification_files(folder: Path) -> list[Path]:
    return [p for p in _files(folder / "classifications", "*.csv") if p.stem != "country_group_members"]


def _classification(path: Path, languages: tuple[str, ...]) -> Classification:
    codes = tuple(
        Code(row.code, names, row.valid_from, row.valid_to)
        for _, row, names in read_csv(path, _CodeRow, names=languages)
    )
    return Classification(path.stem, codes)


def _memberships(path: Path) -> tuple[Membership, ...]:
    if not path.is_file():
        return ()
    return tuple(
        Membership(row.group, row.country, row.valid_from, row.valid_to, row.note)
        for _, row, _ in read_csv(path, _MemberRow)
    )


def _rules(folder: Path) -> RuleSet:
    sets = [read_yaml(path, RuleSet) for path in _files(folder, "*.yaml")]
    return RuleSet(tuple(rule for s in sets for rule in s.rules))


def _corrections(folder: Path) -> CorrectionBook:
    books = [read_yaml(path, CorrectionBook) for path in _files(folder, "*.yaml")]
    return CorrectionBook(
        tuple(entry for book in books for entry in book.corrections),
        tuple(fill for book in books for fill in book.fills),
    )


def _texts(folder: Path) -> dict[str, str]:
    merged: dict[str, str] = {}
    for path in _files(folder, "*.yaml"):
        merged.update(read_yaml(path, dict[str, str]))
    return merged
