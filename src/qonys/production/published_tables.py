"""What an intruder reads of the releases that were published before: every vintage that stays readable, current or not.

Laws: a vintage is read by the profile from which it was built, as it is kept, since tables and their protection may have changed
since; a vintage without figures is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from qonys.analyse.audit import MEASURES, Published
from qonys.analyse.late_registrations import KnownMoves, shown_by_nowcast
from qonys.concepts.period import Period, months_between
from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.errors import QonysError
from qonys.production.office import Office
from qonys.published.bundles import PublishedFolder, ReleaseFile
from qonys.store.kept_profiles import kept_profile


@dataclass(frozen=True)
class PublishedRelease:
    """A vintage as everybody reads it.

    Args:
        release: its file.
        profile: from which it was built.
        is_current: it is the one that counts.
        tables: those that tell of persons by month, or something sensitive.
        nowcasts: what its nowcasts show.
    """

    release: ReleaseFile
    profile: Profile
    is_current: bool
    tables: tuple[Published, ...]
    nowcasts: tuple[KnownMoves, ...]


def published_releases(office: Office) -> tuple[PublishedRelease, ...]:
    """Every vintage of every period of the office's country that can be read, but those that only tell of a withdrawal."""
    public = PublishedFolder(office.workspace.published)
    profiles: dict[str, Profile] = {office.profile.content_hash: office.profile}
    return tuple(_read(office, public, release, profiles) for release in _readable(public, office.profile.id))


def _readable(public: PublishedFolder, profile: str) -> Iterator[ReleaseFile]:
    for current in public.current():
        facts = current.facts
        if facts.profile == profile:
            status = public.status(profile, facts.period)
            named = [one.vintage for one in status.vintages if one.state != "notice"] if status else []
            for vintage in dict.fromkeys((*named, facts.vintage)):
                release = public.release(profile, facts.period, vintage)
                if release is not None:
                    yield release


def _read(
    office: Office, public: PublishedFolder, release: ReleaseFile, profiles: dict[str, Profile]
) -> PublishedRelease:
    facts = release.facts
    if facts.profile_hash not in profiles:
        profiles[facts.profile_hash] = _kept(office, facts.profile_hash)
    profile = profiles[facts.profile_hash]
    status = public.status(facts.profile, facts.period)
    is_current = status is None or status.current == facts.vintage
    plan = profile.protection
    sensitive = {*office.profile.protection.sensitive, *plan.sensitive}
    tables = tuple(
        _table(public, release, design, plan)
        for design in profile.tables.values()
        if sensitive & set(design.dimensions) or _tells_months(design)
    )
    return PublishedRelease(
        release, profile, is_current, tables, tuple(_nowcasts(public, release, profile, max(plan.base, 0)))
    )


def _tells_months(design: TableDesign) -> bool:
    return design.frequency == "month" and set(design.dimensions) <= {"area"}


def _kept(office: Office, content_hash: str) -> Profile:
    """The profile of a release as it was; as it is now where it is not kept, or cannot be read any more."""
    folder = kept_profile(content_hash, office.workspace.profiles)
    try:
        return load_profile(str(folder)) if folder.is_dir() else office.profile
    except QonysError:
        return office.profile


def _table(public: PublishedFolder, release: ReleaseFile, design: TableDesign, plan: Protection) -> Published:
    sides: dict[str, dict[tuple[str, ...], int | None]] = {measure: {} for measure in MEASURES}
    for cell in public.observations(release, design.id):
        key = _key(cell, design)
        if key and cell["measure"] in sides:
            sides[cell["measure"]][key] = None if cell["value"] is None else round(cell["value"])
    return Published(design, design.vintage, sides, plan, release.facts.vintage)


def _key(cell: Mapping[str, Any], design: TableDesign) -> tuple[str, ...] | None:
    """Period and dimensions; None where the earlier table had other ones."""
    names = ("period", *design.dimensions)
    return tuple(str(cell[name]) for name in names) if all(name in cell for name in names) else None


def _nowcasts(public: PublishedFolder, release: ReleaseFile, profile: Profile, base: int) -> Iterator[KnownMoves]:
    entry = profile.calendar_entry(release.facts.period)
    design = profile.releases[entry.release]
    cut_off = date.fromisoformat(min(release.facts.cut_offs.values()))
    for analysis in design.shown_analyses:
        if analysis.method == "nowcast":
            yield from of_nowcast(analysis.id, analysis.lags, cut_off, base, public.observations(release, analysis.id))


def of_nowcast(
    name: str, lags: int, cut_off: date, base: int, cells: Iterable[Mapping[str, Any]]
) -> Iterator[KnownMoves]:
    """What a nowcast shows as known: of months of which every late registration is in its triangle.

    Args:
        name: id of the analysis.
        lags: number of lags of its triangle.
        cut_off: the day of its data; the triangle ends with the last month that was over then.
        base: to whose multiples it was rounded.
        cells: its observations: period, measure, value.
    """
    last = (cut_off + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    for cell in cells:
        month = Period.parse(str(cell["period"])).first_day
        lag = months_between(month, last)
        if cell["measure"] == "counted" and cell["value"] is not None and lag < lags:
            yield shown_by_nowcast(name, str(cell["period"]), last, round(cell["value"]), base)
