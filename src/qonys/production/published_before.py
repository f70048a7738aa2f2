"""The vintage of a period that was published before, and what differs from it.

Laws: a release built again follows the same vintage as when it was built first, whatever was published since; a reason is
read off the records of both vintages, and where they do not tell it, that is said.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from qonys.concepts.period import Period
from qonys.datasets.output import OutputTable
from qonys.datasets.revision import CorrectionEntry, Movement, SincePublished, VintageReasons
from qonys.disseminate.changes import Change
from qonys.disseminate.corrections import CORRECTIONS_FILE
from qonys.disseminate.since_published import ReleaseRevision, changes_from, revised
from qonys.production.movements import movement
from qonys.production.office import Office
from qonys.published.bundles import STATUS_FILE, PeriodStatus, PublishedFolder, ReleaseFile
from qonys.store.disk import write_atomically
from qonys.store.inspection import UNREADABLE
from qonys.store.release_record import Essence, ReleaseRecord
from qonys.store.workspace import Workspace

_DEFINITIONS = (
    "tables/", "indicators.yaml", "classifications/", "rules/", "sources/", "spellings/", "numbers/", "integration.yaml",
    "corrections/", "imputation.yaml", "population/", "history/", "breaks.yaml", "release/designs/", "profile.yaml",
)  # fmt: skip
_TERRITORY = ("areas/",)
_PROTECTION = ("protection.yaml",)


def followed_vintage(office: Office, essence: Essence) -> str:
    """The published vintage that a release takes the place of; empty where it is the first one of its period.

    Args:
        office: the office at work.
        essence: of the release, without what it follows.
    """
    for record in _records(office, essence.period):
        if msgspec.structs.replace(record.essence, follows="") == essence:
            return record.essence.follows
    status = PublishedFolder(office.workspace.published).status(essence.profile, essence.period)
    if status is None:
        return ""
    with_figures = [one.vintage for one in status.vintages if one.state != "notice"] or [status.current]
    return status.current if status.current in with_figures else with_figures[-1]


def lay_out_followed(office: Office, record: ReleaseRecord, again: Workspace) -> None:
    """Put the vintage that a release follows, and its record, where a second workspace finds them as this one did.

    Args:
        office: the office at work.
        record: of the release.
        again: the second workspace, in which it is built again.
    """
    essence = record.essence
    if not essence.follows:
        return
    public = PublishedFolder(office.workspace.published).folder / essence.profile / essence.period
    target = again.published / essence.profile / essence.period
    if (public / essence.follows).is_dir():
        shutil.copytree(public / essence.follows, target / essence.follows)
        write_atomically(target / STATUS_FILE, msgspec.json.encode(PeriodStatus(essence.follows)))
    built = Path(essence.period) / essence.follows / "record.json"
    if (office.workspace.releases / built).is_file():
        (again.releases / built).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(office.workspace.releases / built, again.releases / built)


def release_revision(
    office: Office, essence: Essence, tables: Mapping[str, OutputTable], other: Mapping[str, OutputTable]
) -> ReleaseRevision:
    """What changed in a release: between its data cut-offs, and since the vintage that it follows.

    Args:
        office: the office at work.
        essence: of the release.
        tables: its tables as they are published.
        other: those that are compared, at the other data cut-off.
    """
    spans = {name: _span(office, essence, tables[name], table) for name, table in other.items() if name in tables}
    moved = {span: movement(office, *span) for span in set(spans.values())}
    movements = {name: moved[span] for name, span in spans.items()}
    since, cells = since_published(office, essence, tables)
    return ReleaseRevision(movements, since, cells)


def _span(office: Office, essence: Essence, one: OutputTable, other: OutputTable) -> tuple[date, date, date, date]:
    """The first and the last day of a table, and the two data cut-offs at which it was counted, the earlier one first."""
    period, years = Period.parse(essence.period), office.profile.tables[one.id].years
    before, after = sorted(date.fromisoformat(table.cut_off) for table in (one, other))
    return Period(period.year - years + 1).first_day, period.last_day, before, after


def since_published(
    office: Office, essence: Essence, tables: Mapping[str, OutputTable]
) -> tuple[SincePublished | None, dict[str, list[Change]]]:
    """What differs from the vintage that a release follows, and the cells by table; None where it follows none.

    Args:
        office: the office at work.
        essence: of the release.
        tables: its tables as they are published.
    """
    public = PublishedFolder(office.workspace.published)
    before = public.release(essence.profile, essence.period, essence.follows) if essence.follows else None
    if before is None:
        return None, {}
    record = next((r for r in _records(office, essence.period) if r.vintage == essence.follows), None)
    cells = {name: changes_from(public.observations(before, name), table) for name, table in tables.items()}
    found = [revised(table, cells[name]) for name, table in tables.items()]
    changed = tuple(one for one in found if one.changed or not one.comparable)
    reasons = _reasons(office, essence, record)
    facts = before.facts
    entry = CorrectionEntry(
        essence.vintage, essence.follows, date.fromisoformat(essence.published), len(changed),
        sum(one.changed for one in changed), reasons.kinds,
    )  # fmt: skip
    return SincePublished(
        essence.follows, date.fromisoformat(facts.published), date.fromisoformat(max(facts.cut_offs.values())), changed,
        len(found) - len(changed), reasons, _movement(office, essence, before), (*_log(public, before), entry),
    ), {name: of_table or [] for name, of_table in cells.items()}  # fmt: skip


def _records(office: Office, period: str) -> Iterator[ReleaseRecord]:
    for path in sorted(office.workspace.releases.glob(f"{period}/*/record.json")):
        try:
            yield msgspec.json.decode(path.read_bytes(), type=ReleaseRecord)
        except UNREADABLE:  # `qonys doctor` tells of it
            continue


def _movement(office: Office, essence: Essence, before: ReleaseFile) -> Movement:
    """The moves of the years of the release that came and went between the two last data cut-offs, in their order."""
    days = sorted(date.fromisoformat(max(cut_offs.values())) for cut_offs in (before.facts.cut_offs, essence.cut_offs))
    period = Period.parse(essence.period)
    return movement(office, Period(period.year).first_day, period.last_day, days[0], days[1])


def _reasons(office: Office, essence: Essence, record: ReleaseRecord | None) -> VintageReasons:
    if record is None:
        return VintageReasons(undocumented=True)
    earlier = record.essence
    last = date.fromisoformat(max(earlier.cut_offs.values()))
    added = set(essence.deliveries) - set(earlier.deliveries)
    in_time = {receipt.sha256 for receipt in office.store.receipts() if receipt.received <= last}
    files = office.profile.file_hashes
    changed = sorted(
        name
        for name in files.keys() | record.profile_files.keys()
        if record.profile_files and files.get(name) != record.profile_files.get(name)
    )
    return VintageReasons(
        cut_off_moved=max(essence.cut_offs.values()) != last.isoformat(),
        deliveries_added=len(added),
        backdated=len(added & in_time),
        deliveries_gone=len(set(earlier.deliveries) - set(essence.deliveries)),
        whole_deliveries=len({one[0] for one in set(essence.withdrawals) ^ set(earlier.withdrawals)}),
        decisions=essence.decisions != earlier.decisions,
        definition=tuple(name for name in changed if name.startswith(_DEFINITIONS)),
        territory=tuple(name for name in changed if name.startswith(_TERRITORY)),
        protection=any(name in _PROTECTION for name in changed),
        program=essence.code_version != earlier.code_version,
        undocumented=essence.profile_hash != earlier.profile_hash and not record.profile_files,
    )


def _log(public: PublishedFolder, before: ReleaseFile) -> tuple[CorrectionEntry, ...]:
    facts = before.facts
    path = public.file(f"{facts.profile}/{facts.period}/{facts.vintage}/{CORRECTIONS_FILE}")
    content: dict[str, Any] = msgspec.json.decode(path.read_bytes()) if path else {"entries": []}
    return msgspec.convert(content["entries"], tuple[CorrectionEntry, ...])
