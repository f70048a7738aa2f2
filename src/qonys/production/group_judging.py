"""Confronts counts of registrations with the rules of files, periods and tables, and reads what was published last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from qonys.concepts.rule import PublishedFigure, Rule
from qonys.concepts.text import TOTAL
from qonys.datasets.outcome import RuleResult, Table
from qonys.datasets.output import MEASURED
from qonys.errors import QueryError
from qonys.process.confronting import result_of, without_broken
from qonys.process.groups import by_keys, counts_query, failing_groups_query, families, judged_groups_query, used_names
from qonys.process.verdicts import FAILS, MISSING, PASSES
from qonys.production.office import Office
from qonys.published.bundles import PublishedFolder

_EXAMPLES = 5


@dataclass
class GroupJudgement:
    """What the rules of groups say.

    Args:
        results: the count of each rule; its items are groups.
        examples: rule -> the largest groups that broke it.
        rejected: delivery -> ids of the rules for which it is rejected.
        failing: rule and version -> every group that broke it.
    """

    results: list[RuleResult] = field(default_factory=list)
    examples: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    rejected: dict[int, list[str]] = field(default_factory=dict)
    failing: dict[tuple[str, int], pa.Table] = field(default_factory=dict)


def judge_groups(
    office: Office, tables: Mapping[str, Table], exceptions: pa.Table, rules: Sequence[Rule] | None = None
) -> GroupJudgement:
    """Confront groups of registrations with the rules that judge groups.

    Args:
        office: the office at work.
        tables: registrations, deliveries, territory.
        exceptions: what the rules of records say.
        rules: the rules; those of the profile where not given.
    """
    alike = by_keys(office.profile.rules.of_groups() if rules is None else rules).values()
    ordered = [rule for of_keys in alike for rule in of_keys]
    counted: list[tuple[Rule, _Counted]] = []

    def count(some: Sequence[Rule]) -> pa.Table:
        return office.engine.run(counts_query(some), None, exceptions=exceptions, **tables)

    for family in families(ordered):
        groups, sound, broken = without_broken(count, family)
        counted += [(rule, _Counted(groups, number)) for number, rule in enumerate(sound)]
        counted += [(rule, _Counted(why=why)) for rule, why in broken]
    judgement = GroupJudgement()
    for rule, of_rule in sorted(counted, key=lambda told: ordered.index(told[0])):
        _judge(office, rule, of_rule, tables["deliveries"], judgement)
    return judgement


@dataclass(frozen=True)
class _Counted:
    """The groups that a rule shares with others and its number among them, or why they could not be counted."""

    groups: pa.Table | None = None
    number: int = 0
    why: str = ""


def _judge(office: Office, rule: Rule, counted: _Counted, deliveries: Table, judgement: GroupJudgement) -> None:
    if counted.groups is None:
        judgement.results.append(result_of(rule, 0, 0, 0, broken=counted.why))
        return
    try:
        published = published_figures(office, rule.published) if rule.published else None
        if rule.published and published is None:
            judgement.results.append(result_of(rule, 0, 0, 0))
            return
        more = {"published": published} if published is not None else {}
        query = judged_groups_query(rule, counted.number)
        judged = office.engine.run(query, None, groups=counted.groups, deliveries=deliveries, **more)
        failing = office.engine.run(failing_groups_query(rule), None, judged=judged)
    except QueryError as error:
        judgement.results.append(result_of(rule, 0, 0, 0, broken=error.what))
        return
    times = np.bincount(judged["state"].to_numpy(), minlength=MISSING + 1)
    judgement.results.append(result_of(rule, *(int(times[state]) for state in (PASSES, FAILS, MISSING))))
    judgement.failing[rule.id, rule.version] = failing
    judgement.examples.setdefault(rule.id, []).extend(_examples(rule, failing))
    if rule.action == "reject":
        for delivery in failing["delivery"].to_pylist():
            judgement.rejected.setdefault(int(str(delivery)), []).append(rule.id)


def _examples(rule: Rule, failing: pa.Table) -> list[dict[str, object]]:
    shown = dict.fromkeys((*rule.per, "n", *used_names(rule)))
    return [
        {"delivery": None, "row": None, "values": [{"name": name, "value": _said(row[name])} for name in shown]}
        for row in failing.slice(0, _EXAMPLES).to_pylist()
    ]


def _said(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:.4g}" if isinstance(value, float) and not value.is_integer() else str(value).removesuffix(".0")


def published_figures(office: Office, wanted: PublishedFigure) -> pa.Table | None:
    """The figures of a published table, newest release first: a column a key, ``value``; None where nothing is published.

    Raises:
        QueryError: there is a release, and it does not hold the table or the measure.
    """
    folder = PublishedFolder(office.workspace.published)
    releases = [release for release in folder.current() if release.facts.profile == office.profile.id]
    if not releases:
        return None
    found: dict[tuple[str, ...], float] = {}
    for release in releases:
        for cell in folder.observations(release, wanted.table):
            key = tuple(str(cell.get(dimension)) for dimension in wanted.by)
            if _is_wanted(cell, wanted) and cell["value"] is not None:
                found.setdefault(key, float(cell["value"]))
    if not found:
        raise QueryError(f"No published release has {wanted.measure} in the table {wanted.table}.")
    columns = {key: [place[number] for place in found] for number, key in enumerate(wanted.by.values())}
    return pa.table({**columns, "value": list(found.values())})


def _is_wanted(cell: Mapping[str, Any], wanted: PublishedFigure) -> bool:
    fixed = {"measure": wanted.measure, **wanted.at}
    told = {*MEASURED, *wanted.by}
    return all(cell[name] == fixed.get(name, TOTAL) for name in cell if name not in told)
