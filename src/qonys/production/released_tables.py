"""The tables of a release: counted from flows, held against the identities, protected, and only then published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import msgspec
import pyarrow as pa

from qonys.analyse.audit import Published, Weakness, as_published, weaknesses
from qonys.analyse.breaks import with_breaks
from qonys.analyse.deducing import deduced
from qonys.analyse.differencing import differences
from qonys.analyse.history import with_history
from qonys.analyse.identities import (
    FlowTotals,
    fail_if_internal_flows_do_not_balance,
    fail_if_parts_differ_from_total,
    fail_if_total_is_not_that_of_the_flows,
    flow_totals,
    flow_totals_query,
)
from qonys.analyse.indicator_cells import bases_of
from qonys.analyse.members import Setting
from qonys.analyse.protecting import (
    ProtectedCounts,
    perturbed_counts,
    published_exact,
    published_rounded,
    rounded_counts,
)
from qonys.analyse.published_cells import CellOfAll
from qonys.analyse.published_ratios import NO_RATIOS, ratios_of
from qonys.analyse.tables import counts_by_key, output_table
from qonys.concepts.release import ReleaseDesign
from qonys.concepts.table_design import TableDesign
from qonys.datasets.outcome import Finding, Outcome, Table
from qonys.datasets.output import OutputTable
from qonys.errors import ProfileError
from qonys.methods.disclosure.cell_key import perturbation_table
from qonys.production.office import Office
from qonys.queries.flow_tables import MAIN_FLOWS, FlowTable, characteristics, designs_by_flows, flow_table_of
from qonys.queries.tables import flows_of_ends_query, table_text


class Flows:
    """The flows of one data cut-off as tables read them: with the characteristics of persons, or without.

    Args:
        office: counts.
        of_table: the flows, by the state that they are of.
    """

    def __init__(self, office: Office, of_table: Mapping[FlowTable, Table]) -> None:
        self._office, self._of_table = office, of_table
        self._designs = designs_by_flows(office.profile.tables.values())

    @property
    def main(self) -> Table:
        """The flows of all moves."""
        return self._of_table[MAIN_FLOWS]

    @cached_property
    def of_ends(self) -> pa.Table:
        """The flows without characteristics, summed once for all tables that ask for none: they are few."""
        query = flows_of_ends_query(self._designs[MAIN_FLOWS], keyed=self._office.profile.protection.needs_keys)
        return self._office.counter.run(query, None, flows=self.main)

    @cached_property
    def totals(self) -> pa.Table:
        """What every table is held against."""
        return self._office.counter.run(flow_totals_query(), None, flows=self.of_ends)

    def by(self, design: TableDesign) -> tuple[Table, tuple[str, ...]]:
        """The flows that a table is counted from, and the characteristics that they hold."""
        table = flow_table_of(design)
        if table == MAIN_FLOWS and not characteristics((design,)):
            return self.of_ends, ()
        return self._of_table[table], characteristics(self._designs[table])


@dataclass(frozen=True)
class Counted:
    """A table as it was counted: nothing of it is published yet."""

    design: TableDesign
    vintage: str
    counts: pa.Table
    exact: OutputTable
    bases: Mapping[str, pa.Table]


def released_tables(
    office: Office, wanted: Mapping[str, str | None], setting: Setting, flows: Mapping[str, Flows]
) -> Outcome[dict[str, OutputTable]]:
    """The tables of a release as they may be published.

    Args:
        office: the office at work.
        wanted: ids of table designs with the data cut-off to draw each from; None: the design's own.
        setting: what all tables of the release share.
        flows: flows of each data cut-off.

    Returns:
        The tables by id; findings: what could not be published, and what an intruder would find out at once; measures:
        ``protected``, by table what was changed, and ``weaknesses``.

    Raises:
        ProfileError: a table wants a data cut-off that there is not.
        StatisticianError: an identity is broken.
    """
    counted = _all_counted(office, wanted, setting, flows)
    exact, agreed = _exact_cells(office, counted), dict[CellOfAll, int]()
    tables: dict[str, OutputTable] = {}
    findings: list[Finding] = []
    changed: dict[str, object] = {}
    for name, one in counted.items():
        if office.profile.protection.method(name) == "exact":
            tables[name] = one.exact
            continue
        protected = _protected(office, one, exact, agreed)
        note = setting.words.notes[office.profile.protection.method(name)]
        design = msgspec.structs.replace(one.design, notes=(*one.design.notes, note))
        tables[name] = output_table(design, protected.counts, setting, one.vintage, protected.hides)
        if name in office.profile.protection.additive:
            agreed = published_rounded(one.design, one.vintage, protected) | agreed
            fail_if_parts_differ_from_total(tables[name], one.design)
        findings += protected.findings
        changed[name] = protected.utility
    published = [as_everybody_reads(office, table, setting) for table in tables.values()]
    found = _found_at_once(office, published)
    for name, table in tables.items():
        one, is_exact = counted[name], office.profile.protection.method(name) == "exact"
        bases = {base: counts_by_key(one.design, counts) for base, counts in one.bases.items()} if is_exact else {}
        longer = with_history(table, one.design, office.profile.history, setting, bases)
        tables[name] = with_breaks(longer.data, office.profile.breaks, setting)
        findings += longer.findings
    return Outcome(tables, (*findings, *map(told, found)), {"protected": changed, "weaknesses": found})


def as_everybody_reads(office: Office, table: OutputTable, setting: Setting) -> Published:
    """A table with all that it tells: its counts, and what shares and indicators of counts as they are say of these."""
    design = office.profile.tables[table.id]
    is_exact = office.profile.protection.method(table.id) == "exact"
    ratios = ratios_of(design, table, setting) if is_exact else NO_RATIOS
    return replace(as_published(design, table), ratios=ratios)


def compared_tables(
    office: Office, design: ReleaseDesign, setting: Setting, flows: Mapping[str, Flows]
) -> dict[str, OutputTable]:
    """The tables that a release compares with its own, as of another data cut-off: every cell that differs is published."""
    wanted = {comparison.table: comparison.vintage for comparison in design.comparisons}
    return released_tables(office, wanted, setting, flows).data


def compared_as_read(office: Office, compared: Mapping[str, OutputTable], setting: Setting) -> list[Published]:
    """Compared tables as everybody reads them, named by their data cut-off."""
    return [replace(as_everybody_reads(office, one, setting), shown_by=one.vintage) for one in compared.values()]


def found_by_comparing(
    office: Office, tables: Mapping[str, OutputTable], compared: Mapping[str, OutputTable], setting: Setting
) -> tuple[Weakness, ...]:
    """What compared tables tell together with those of a release, by what takes no time; nothing where none is sensitive."""
    sensitive = set(office.profile.protection.sensitive)
    if not any(sensitive & set(office.profile.tables[name].dimensions) for name in compared):
        return ()
    own = [as_everybody_reads(office, one, setting) for one in tables.values()]
    return _found_at_once(office, [*own, *compared_as_read(office, compared, setting)])


def _found_at_once(office: Office, tables: Sequence[Published]) -> tuple[Weakness, ...]:
    plan = office.profile.protection
    found = (
        *weaknesses(tables, plan, thorough=False),
        *differences(tables, plan, office.public_territory, thorough=False).weaknesses,
    )
    return (*found, *deduced(tables, plan, thorough=False, known=found).weaknesses)


_CURES: Mapping[str, str] = {
    "group of one kind": "Coarsen the group or the characteristic, protect the table, or allow it with a reason: protection.yaml.",
    "difference of vintages": "The other vintage stays readable: protect the table in both, or round so that the change is hidden, or "
    "allow it with a reason: protection.yaml.",
    "difference of districts": "Protect both tables, or leave one out of the release; or allow it with a reason: protection.yaml.",
    "difference of groups": "Show no group of which all members but one are shown, or protect the table: protection.yaml.",
    "net and one side": "Protect the net by the same method as the side that is shown beside it: protection.yaml.",
    "rates and shares": "Compute the ratio from protected counts, by protecting its table by the method of the count; show fewer decimals; "
    "or leave it out: protection.yaml.",
    "sums over characteristics": "Protect the tables by one method, so that they share their sums, or leave one out of the release: "
    "protection.yaml.",
    "late registrations": "Give `base` in protection.yaml a value of at least `threshold`.",
}


def told(weakness: Weakness) -> Finding:
    """A weakness as a finding."""
    count = str(weakness.least) if weakness.least == weakness.most else f"{weakness.least} to {weakness.most}"
    others = [name for name in weakness.tables if name != weakness.table]
    together = f", read together with {' and '.join(others)}" if others else ""
    return Finding(
        f"{weakness.attack.capitalize()}: {count} {'person' if count == '1' else 'persons'} can be found out{together}.",
        where=f"table {weakness.table}, {weakness.cell}",
        severity="error",
        next_step=_CURES.get(
            weakness.attack, "Protect the table, coarsen it, or allow it with a reason: protection.yaml."
        ),
    )


def _exact_cells(office: Office, counted: Mapping[str, Counted]) -> dict[CellOfAll, int]:
    """Every count that is published as it is."""
    found: dict[CellOfAll, int] = {}
    for name, one in counted.items():
        if office.profile.protection.method(name) == "exact":
            found |= published_exact(one.design, one.vintage, one.counts)
    return found


def _protected(
    office: Office, one: Counted, exact: Mapping[CellOfAll, int], agreed: Mapping[CellOfAll, int]
) -> ProtectedCounts:
    plan = office.profile.protection
    if plan.method(one.design.id) == "additive":
        return rounded_counts(one.design, one.vintage, one.counts, exact, plan.base, agreed)
    noise = perturbation_table(plan.noise.largest, plan.noise.variance, smallest_kept=plan.noise.smallest_kept)
    return perturbed_counts(one.design, one.vintage, one.counts, exact, noise, plan.threshold)


def _all_counted(
    office: Office, wanted: Mapping[str, str | None], setting: Setting, flows: Mapping[str, Flows]
) -> dict[str, Counted]:
    @cache
    def totals(cut_off: str) -> Mapping[str, FlowTotals]:
        return flow_totals(flows[cut_off].totals, setting.period)

    counted: dict[str, Counted] = {}
    for name, vintage in wanted.items():
        one = counted[name] = _counted(office, office.profile.tables[name], setting, flows, vintage)
        _fail_if_an_identity_is_broken(one, totals(one.vintage))
        office.progress("tables", len(counted))
    return counted


def _counted(
    office: Office, design: TableDesign, setting: Setting, flows: Mapping[str, Flows], vintage: str | None
) -> Counted:
    named = vintage or design.vintage
    if named not in flows:
        raise ProfileError(
            f"The table {design.id} wants the data cut-off “{named}”, which {setting.period} does not have.",
            where="calendar.yaml",
            next_step=f"It has: {', '.join(flows)}.",
        )
    keyed = office.profile.protection.method(design.id) != "exact"
    # Figures on which a growth is need not be in the table: they begin a year earlier.
    longer = msgspec.structs.replace(design, years=design.years + 1)

    def counted(one: TableDesign, cut_off: str) -> pa.Table:
        read, carried = flows[cut_off].by(design)
        query = table_text(one, setting.period, carried, office.remainder, keyed=keyed)
        return office.counter.run(query, None, flows=read, groups=office.groups, **office.divisions_of(design))

    counts = counted(design, named)
    bases = {named: counts} | {base: counted(longer, base) for base in bases_of(design, setting.indicators)}
    exact = output_table(design, counts, setting, named, bases=bases)
    return Counted(design, named, counts, exact, bases)


def _fail_if_an_identity_is_broken(counted: Counted, totals: Mapping[str, FlowTotals]) -> None:
    design, table = counted.design, counted.exact
    fail_if_parts_differ_from_total(table, design)
    fail_if_total_is_not_that_of_the_flows(table, design, totals)
    if design.universe == "internal" and {"area", "net"} <= {*design.totals, *design.measures}:
        fail_if_internal_flows_do_not_balance(table)
