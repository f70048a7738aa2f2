"""The step *build*: from flows to the files of one release, and the record that pins where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec

from qonys.analyse.audit import Weakness
from qonys.analyse.members import Setting
from qonys.analyse.populations import Populations
from qonys.concepts.period import Period
from qonys.concepts.release import CalendarEntry, ReleaseDesign
from qonys.datasets.decision import PAIR_ACTS, Decision
from qonys.datasets.outcome import Outcome, Table
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.datasets.quality import QualityReport
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.first_figures import first_figures
from qonys.disseminate.release_calendar import title_of
from qonys.disseminate.words import table_words, words_of
from qonys.errors import StatisticianError, told_if_disk_full
from qonys.production.analyses import Counts, analyses_made, tables_read_by
from qonys.production.identities import identities_of
from qonys.production.known_flows import known_flows
from qonys.production.month_so_far import deliveries_told, fail_if_deliveries_are_missing, fail_if_months_are_empty
from qonys.production.office import Office
from qonys.production.published_before import followed_vintage, release_revision
from qonys.production.quality import first_published, release_quality
from qonys.production.quality_counting import register_counts
from qonys.production.released_tables import Flows, compared_tables, found_by_comparing, released_tables
from qonys.production.slips_counted import public_grounds
from qonys.publish.manifest import RELEASE_FILE, manifest_file
from qonys.queries.flow_tables import FlowTable, designs_by_flows
from qonys.store.disk import write_atomically, write_together
from qonys.store.kept_profiles import keep_profile
from qonys.store.receipts import counted_in
from qonys.store.release_record import Essence, PinnedState, ReleaseRecord, hashed_files
from qonys.store.states import State
from qonys.store.withdrawals import withdrawals_told

_PINNED: tuple[State, ...] = (
    "clean/moves",
    "clean/exceptions",
    "clean/amendments",
    "clean/flags",
    "clean/lags",
    "statistics/flows",
    "statistics/rare_flows",
)


class BuiltRelease(msgspec.Struct, frozen=True):
    """A release that stands in the workspace, not yet published."""

    period: str
    vintage: str
    folder: str
    languages: tuple[str, ...]
    files: int
    bytes: int


def build(office: Office, period: Period) -> Outcome[BuiltRelease]:
    """Build the release of a period.

    Raises:
        ProfileError: the calendar does not know the period, or a table wants a cut-off that it does not have.
        StatisticianError: an identity is broken, nothing is known at a cut-off, or the flows are out of date.
    """
    office = office.reading()
    profile, entry = office.profile, office.profile.calendar_entry(str(period))
    design = profile.releases[entry.release]
    _fail_if_something_is_missing(office, period, entry)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="register") as beside:
        # Counting in the register asks nothing of the tables: the engine does it while they are made.
        counts = beside.submit(register_counts, office, period, max(entry.cut_offs.values()))
        counted_grounds = beside.submit(public_grounds, office, entry.cut_offs)
        pinned = beside.submit(_pinned_states, office)
        setting, flows, made = _tables(office, period, entry)
        essence, tables = _essence(office, entry, design), {name: made.data[name] for name in design.tables}
        essence = msgspec.structs.replace(essence, follows=followed_vintage(office, essence))
        earlier = compared_tables(office, design, setting, flows)
        found = made.measures["weaknesses"] or found_by_comparing(office, made.data, earlier, setting)
        _fail_if_something_can_be_found_out(found, design)
        facts = _facts(essence, setting)
        with first_figures(profile, design, tables, facts) as first:
            analyses = tuple(analyses_made(office, design.shown_analyses, Counts(setting, made.data)))
            report = release_quality(office, entry, tables, earlier, made.measures["protected"], counts.result())
            revision, grounds = release_revision(office, essence, tables, earlier), counted_grounds.result()
            bundle = release_bundle(profile, design, tables, earlier, facts, report, revision, grounds, analyses, first)
    titles = {one: title_of(profile, design.id, str(period), words_of(profile, one)) for one in profile.languages}
    hashes = bundle.measures["hashes"]
    told = manifest_file(facts, titles, hashes, identities_of(profile, tables), office.signer)
    files = {**bundle.data, RELEASE_FILE: told}
    manifest = {**hashes, RELEASE_FILE: hashlib.sha256(told).hexdigest()}
    folder = _write(office, _record(office, essence, pinned.result(), manifest), files)
    office.progress("files", len(files))
    built = BuiltRelease(
        str(period), essence.vintage, str(folder), profile.languages, len(files), sum(map(len, files.values()))
    )
    told_before = deliveries_told(office, period, entry)
    return Outcome(built, (*told_before, *made.findings, *bundle.findings), made.measures)


def quality(office: Office, period: Period) -> Outcome[QualityReport]:
    """The measures of the quality of the release of a period, as it would be built now.

    Raises:
        ProfileError, StatisticianError: as `build`.
    """
    office = office.reading()
    entry = office.profile.calendar_entry(str(period))
    setting, flows, made = tables_to_release(office, period)
    design = office.profile.releases[entry.release]
    earlier = compared_tables(office, design, setting, flows)
    utility, published = made.measures["protected"], first_published(office, period)
    tables = {name: made.data[name] for name in design.tables}
    register = register_counts(office, period, max(entry.cut_offs.values()))
    report = release_quality(office, entry, tables, earlier, utility, register, published=published)
    return Outcome(report, made.findings)


def tables_to_release(
    office: Office, period: Period, besides: Iterable[str] = ()
) -> tuple[Setting, Mapping[str, Flows], Outcome[dict[str, OutputTable]]]:
    """What all tables of the release of a period share, its flows by data cut-off, and its tables (`released_tables`).

    The tables are those that it shows or speaks of, those that its analyses read, and those that are named besides.

    Raises:
        ProfileError, StatisticianError: as `build`.
    """
    entry = office.profile.calendar_entry(str(period))
    _fail_if_something_is_missing(office, period, entry)
    return _tables(office, period, entry, besides)


def _fail_if_something_is_missing(office: Office, period: Period, entry: CalendarEntry) -> None:
    fail_if_deliveries_are_missing(office, period, entry)
    _fail_if_flows_are_stale(office, entry)


def _tables(
    office: Office, period: Period, entry: CalendarEntry, besides: Iterable[str] = ()
) -> tuple[Setting, Mapping[str, Flows], Outcome[dict[str, OutputTable]]]:
    flows = _flows_by_cut_off(office, entry)
    setting = _setting(office, period, entry, flows)
    fail_if_months_are_empty(period, setting.delivered)
    design = office.profile.releases[entry.release]
    names = (*design.tables, *tables_read_by(design.shown_analyses), *besides)
    return setting, flows, released_tables(office, dict.fromkeys(names), setting, flows)


def _fail_if_something_can_be_found_out(found: Sequence[Weakness], design: ReleaseDesign) -> None:
    if found:
        first = found[0]
        raise StatisticianError(
            f"{len(found)} counts of the release can be found out; the first, {first.attack}: "
            f"table {first.table}, {first.cell}.",
            where=f"release {design.id}",
            next_step="`qonys protect audit` lists them. Protect the table, coarsen it, or allow it with a reason: "
            "protection.yaml.",
        )


def _fail_if_flows_are_stale(office: Office, entry: CalendarEntry) -> None:
    """What the record of a release says of deliveries and profile must be true of its figures."""
    lineage, last = office.store.lineage("statistics/flows"), max(entry.cut_offs.values())
    if not lineage:
        return
    counted = counted_in(lineage)
    uncounted = [r for r in office.store.receipts() if r.received <= last and r.delivery not in counted]
    reason = _what_changed(office, lineage, len(uncounted))
    if reason:
        raise StatisticianError(
            f"The flows are older than what they would be published from: {reason} after they were counted.",
            where=f"release {entry.period}",
            next_step="Run `qonys process` and `qonys tabulate` again, or build with `--from-slips`, which does both.",
        )


def _what_changed(office: Office, lineage: Mapping[str, str], uncounted: int) -> str:
    if uncounted:
        return f"{uncounted} deliveries in time came"
    if lineage["profile_hash"] != office.profile.content_hash:
        return "the profile was changed"
    if lineage.get("decisions", "0") != str(office.decision_log.last):
        return "decisions were taken"
    return "the moves were made anew" if lineage["moves"] != str(office.store.version("clean/moves")) else ""


def _essence(office: Office, entry: CalendarEntry, design: ReleaseDesign) -> Essence:
    last = max(entry.cut_offs.values())
    counted = [receipt for receipt in office.store.receipts() if receipt.received <= last]
    return Essence(
        profile=office.profile.id,
        profile_hash=office.profile.content_hash,
        code_version=office.code_version,
        period=entry.period,
        design=design.id,
        published=entry.published.isoformat(),
        next=entry.next.isoformat(),
        cut_offs={name: day.isoformat() for name, day in entry.cut_offs.items()},
        deliveries=tuple(receipt.sha256 for receipt in counted),
        decisions=_decisions(office, {receipt.delivery: receipt.sha256 for receipt in counted}),
        withdrawals=withdrawals_told(office.withdrawals, {one.delivery: one.sha256 for one in counted}, last),
    )


def _decisions(office: Office, counted: Mapping[int, str]) -> str:
    """The hash of what the standing entries of the log do to slips of the counted deliveries."""
    standing = [
        [counted[e.delivery], e.row, e.act, e.place, e.field, _new_of(e, counted), e.rule]
        for e in office.decision_log.standing
        if e.delivery in counted and (e.act not in PAIR_ACTS or e.other[0] in counted)
    ]
    return hashlib.sha256(msgspec.json.encode(standing)).hexdigest() if standing else ""


def _new_of(entry: Decision, counted: Mapping[int, str]) -> str | None:
    """What an entry sets; the other slip of a pair by the hash of its delivery, whose number depends on the workspace."""
    return f"{counted[entry.other[0]]}:{entry.other[1]}" if entry.act in PAIR_ACTS else entry.new


def _flows_by_cut_off(office: Office, entry: CalendarEntry) -> dict[str, Flows]:
    """The flows of each data cut-off of a release, by its name."""
    tables = designs_by_flows(office.profile.tables.values())
    return {
        name: Flows(office, {table: _known_flows(office, table, day) for table in tables})
        for name, day in entry.cut_offs.items()
    }


def _known_flows(office: Office, table: FlowTable, cut_off: date) -> Table:
    """The flows of a cut-off: in memory where DuckDB counts; where a server does, it reads the files of the store."""
    known = known_flows(office, table, cut_off)
    return office.engine.run("select * from flows", None, flows=known) if office.counter is office.engine else known


def _setting(office: Office, period: Period, entry: CalendarEntry, flows: Mapping[str, Flows]) -> Setting:
    profile, last = office.profile, max(entry.cut_offs.values())
    return Setting(
        period=period,
        cut_offs={name: day.isoformat() for name, day in entry.cut_offs.items()},
        covers=profile.covers,
        delivered={name: _delivered(office, entry, name, of_cut_off.main) for name, of_cut_off in flows.items()},
        synthetic=any(r.records == "synthetic" for r in office.store.receipts() if r.received <= last),
        areas=profile.areas,
        level=profile.identity.level,
        classifications=profile.classifications,
        memberships=profile.memberships,
        words=table_words(profile),
        indicators=profile.indicators,
        populations=Populations(profile.population, profile.areas, entry.published.isoformat()),
        published=entry.published.isoformat(),
    )


def _delivered(office: Office, entry: CalendarEntry, name: str, flows: Table) -> frozenset[Period]:
    """The months of which something is known at a data cut-off."""
    months = office.counter.run("select distinct year, month from flows", None, flows=flows).to_pylist()
    if not months:
        raise StatisticianError(
            f"No flow is known as of {entry.cut_offs[name]}, the data cut-off “{name}”.",
            where=f"release {entry.period}",
            next_step="Deliveries received after a cut-off do not count: see `qonys status`, then run "
            "`qonys process` and `qonys tabulate` again.",
        )
    return frozenset(Period(row["year"], row["month"]) for row in months)


def _facts(essence: Essence, setting: Setting) -> ReleaseFacts:
    return ReleaseFacts(
        profile=essence.profile,
        period=essence.period,
        vintage=essence.vintage,
        published=essence.published,
        next=essence.next,
        cut_offs=essence.cut_offs,
        synthetic=setting.synthetic,
        profile_hash=essence.profile_hash,
        code_version=essence.code_version,
    )


def _pinned_states(office: Office) -> dict[str, PinnedState]:
    """The states that a release is made of, each in its version and with the hashes of its files."""
    versions = {state: office.store.version(state) for state in _PINNED}
    return {
        state: PinnedState(version, hashed_files(office.store.files(state), office.store.folder))
        for state, version in versions.items()
        if version is not None
    }


def _record(
    office: Office, essence: Essence, pinned: dict[str, PinnedState], manifest: Mapping[str, str]
) -> ReleaseRecord:
    in_order = dict(sorted(manifest.items()))
    return ReleaseRecord(
        essence.vintage, essence, pinned, in_order, office.operator, office.instant, office.profile.file_hashes,
        office.signer,
    )  # fmt: skip


def _write(office: Office, record: ReleaseRecord, files: Mapping[str, bytes]) -> Path:
    """The record is written last: it is what makes a release of the files."""
    essence = record.essence
    folder = office.workspace.releases / essence.period / record.vintage
    with told_if_disk_full(str(folder)), office.store.locks.writing():
        paths = {folder / "bundle" / name: content for name, content in files.items()}
        write_together({path: new for path, new in paths.items() if not (path.is_file() and path.read_bytes() == new)})
        keep_profile(office.profile.folder, essence.profile_hash, office.workspace.profiles)
        write_atomically(folder / "record.json", msgspec.json.format(msgspec.json.encode(record), indent=2))
        return folder
