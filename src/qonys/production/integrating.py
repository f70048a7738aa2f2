"""Sets registrations side by side: the second half of *process*."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from qonys.datasets.decision import Log, decided_pairs
from qonys.datasets.finding import FLAG
from qonys.datasets.outcome import Finding, Outcome, Table
from qonys.datasets.standing import EARLIER
from qonys.process.integration import Integrated, integrated
from qonys.process.linkage import Linked, linked
from qonys.production.office import Office
from qonys.store.withdrawals import Withdrawal

_ALL_FLAGS = """
select delivery, row, any_value(date) as date, list_sort(list(distinct reason)) as reasons
from (
  select delivery, row, date, unnest(reasons) as reason from judged
  union all select delivery, row, date, unnest(reasons) from beside
)
group by delivery, row
"""


def integrate(office: Office, tables: Mapping[str, Table], exceptions: pa.Table, log: Log) -> Outcome[Integrated]:
    """What shows only beside other registrations: exceptions, when slips count, flags, pairs, links.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: the slips that are out already, as `datasets.move.EXCEPTION`.
        log: what persons decided, of pairs too.
    """
    definition = office.profile.integration
    earlier = _earlier(office.withdrawals)
    office.progress("integration", 0)
    if definition.linkage is None:
        found = integrated(office.engine, definition, exceptions, tables, earlier)
        return Outcome(found, found.findings)
    links = linked(office.engine, definition.linkage, decided_pairs(log), **tables, exceptions=exceptions)
    found = integrated(office.engine, definition, exceptions, {**tables, "linked": links.persons}, earlier)
    findings = (*found.findings, *_of_links(links))
    return Outcome(replace(found, links=links.links), findings, {"linkage": links.parameters})


def _earlier(found: Iterable[Withdrawal]) -> pa.Table:
    """Days on which deliveries did not count that count again, as `datasets.standing.EARLIER`."""
    rows = [
        {"delivery": one.delivery, "since": one.since, "until": one.until, "replaced_by": one.by}
        for one in found
        if one.until is not None and one.since < one.until
    ]
    return pa.Table.from_pylist(rows, schema=EARLIER)


def all_flags(office: Office, judged: pa.Table, beside: pa.Table) -> pa.Table:
    """One row a slip that counts although something is odd, as `datasets.finding.FLAG`.

    Args:
        office: the office at work.
        judged: what rules flagged.
        beside: what showed beside other slips.
    """
    if not beside.num_rows:
        return judged
    return office.engine.run(_ALL_FLAGS, None, judged=judged, beside=beside).cast(FLAG)


def keep_links(office: Office, found: Outcome[Integrated], lineage: Mapping[str, str]) -> None:
    """Write the links down with the parameters of the model, where the profile links."""
    if office.profile.integration.linkage is not None:
        model = json.dumps(found.measures["linkage"], sort_keys=True)
        office.store.replace("clean/links", found.data.links, {**lineage, "linkage": model})


def _of_links(links: Linked) -> tuple[Finding, ...]:
    status = [row["status"] for row in links.links.select(["status"]).to_pylist()]
    review = status.count("review")
    linked_slips = Finding("linked", count=links.persons.num_rows, severity="info")
    if not review:
        return (linked_slips,)
    next_step = "Decide them with `qonys review --links`, or with `qonys link`."
    return linked_slips, Finding("links-to-review", count=review, next_step=next_step)
