"""Tries changed rules on a past month: what they would do to it. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from qonys.concepts.period import Period
from qonys.concepts.rule import Rule, RuleSet
from qonys.country.reading import read_yaml
from qonys.country.rule_checks import rule_contradictions
from qonys.datasets.outcome import RuleResult, Table
from qonys.errors import OperatorError, ProfileError
from qonys.process.built_in_rules import record_rules
from qonys.process.confronting import confronted
from qonys.process.groups import PERIODS
from qonys.process.trial import changed_query, differing_query, regions_query
from qonys.production.amending import amended
from qonys.production.group_judging import GroupJudgement, judge_groups
from qonys.production.judging import absent_layouts, slips_shown
from qonys.production.office import Office
from qonys.production.rule_checking import fail_if_rules_are_wrong
from qonys.production.trying_edits import EditTrial, edit_trials
from qonys.store.withdrawals import open_withdrawals

_EXAMPLES = 5


class RuleTrial(msgspec.Struct, frozen=True):
    """What a changed rule does to the month: counts as it stands (None: there is no such rule yet) and as it would be.

    ``newly_failing`` and ``no_longer_failing`` are slips, or groups; examples say which.
    """

    rule: str
    scope: str
    before: RuleResult | None
    after: RuleResult | None
    newly_failing: int
    no_longer_failing: int
    newly_examples: tuple[dict[str, Any], ...] = ()
    no_longer_examples: tuple[dict[str, Any], ...] = ()


class RegionTrial(msgspec.Struct, frozen=True):
    """Persons that a region would gain and lose, as arrivals and as departures."""

    region: str
    arrivals_gained: int
    arrivals_lost: int
    departures_gained: int
    departures_lost: int


class Trial(msgspec.Struct, frozen=True):
    """What changed rules would do to a month; ``edits``: values of its slips that would be others."""

    month: str
    slips: int
    rules: tuple[RuleTrial, ...]
    regions: tuple[RegionTrial, ...]
    edits: tuple[EditTrial, ...] = ()


def try_rules(office: Office, path: Path, month: str) -> Trial:
    """Run changed rules, a file like those of ``rules/`` in a profile, beside the rules that stand.

    A rule takes the place of all rules with its id. Registrations are those that were collected, with the corrections
    of the profile, what rules edit, and the log. The slips of the month are those that it has as they stand.

    Raises:
        ProfileError: the file is wrong, or a rule of it.
        OperatorError: there is no such file; nothing was collected, or no slip of the month.
        StatisticianError: a rule would give what is no value of a field, or edit what somebody decided of.
    """
    if not path.is_file():
        raise OperatorError("There is no such file.", where=str(path), next_step="Check the name and the folder.")
    stands, fresh = office.profile.rules.rules, read_yaml(path, RuleSet).rules
    names = {rule.id for rule in fresh}
    would = (*(rule for rule in stands if rule.id not in names), *fresh)
    for _, what, next_step in rule_contradictions(would, office.profile.tables):
        raise ProfileError(what, where=str(path), next_step=next_step)
    fail_if_rules_are_wrong(office.profile, fresh)
    sides = _sides(office, stands, would)
    some = _of_month(month, open_withdrawals(office.withdrawals))
    slips = int(str(office.engine.run(f"select count(*) as n from {some} as m", None, **sides.stands)["n"][0].as_py()))
    if slips == 0:
        raise OperatorError(f"No slip of {month} was collected.", next_step="Name another month: 2024-03.")
    office.progress(f"rules of {month}", slips)
    records, regions = _records(office, (RuleSet(stands), RuleSet(would)), names, sides, some)
    groups = _groups(office, (stands, would), fresh, sides, month)
    edited: tuple[EditTrial, ...] = ()
    if sides.edited:
        edited = edit_trials(office, sides.stands["registrations"], sides.would["registrations"], some)
    return Trial(month, slips, (*records, *groups), regions, edited)


@dataclass(frozen=True)
class _Sides:
    """The register as it stands and as it would be: registrations, deliveries, territory; ``edited`` where they differ."""

    stands: dict[str, Table]
    would: dict[str, Table]
    edited: bool


def _sides(office: Office, stands: Sequence[Rule], would: Sequence[Rule]) -> _Sides:
    tables: dict[str, Table] = {
        "registrations": office.registrations,
        "deliveries": office.counting_deliveries(),
        "territory": office.territory,
    }
    log = office.decision_log
    before = {**tables, "registrations": amended(office, tables, log, stands).data}
    if _editing(stands) == _editing(would):
        return _Sides(before, before, edited=False)
    return _Sides(before, {**tables, "registrations": amended(office, tables, log, would).data}, edited=True)


def _editing(rules: Sequence[Rule]) -> list[Rule]:
    return [rule for rule in rules if rule.action == "edit"]


def _of_month(month: str, withdrawn: Collection[int]) -> str:
    period = Period.parse(month)
    if period.month is None:
        raise OperatorError(f"{month} is no month.", next_step="Write it as 2024-03.")
    without = f" and delivery not in ({', '.join(map(str, sorted(withdrawn)))})" if withdrawn else ""
    return f"(select * from registrations where date between date '{period.first_day}' and date '{period.last_day}'{without})"


def _records(
    office: Office, sets: tuple[RuleSet, RuleSet], names: set[str], sides: _Sides, some: str
) -> tuple[list[RuleTrial], tuple[RegionTrial, ...]]:
    both = {**sides.stands, "edited": sides.would["registrations"]}
    then = f"(select edited.* from edited semi join {some} as month using (delivery, row))" if sides.edited else some
    before, after = (
        confronted(office.engine, rules, absent_layouts(office, rules), both, registrations=slips)
        for rules, slips in zip(map(record_rules, sets), (some, then), strict=True)
    )
    absent = absent_layouts(office, (*before.rules, *after.rules))
    changed = office.engine.run(changed_query(before.rules, after.rules, absent, some, then), None, **both)
    counted = {rule.id: rule for rule in (*before.rules, *after.rules) if rule.id in names}
    counted |= {rule.id: rule for rule, _ in after.broken if rule.id in names}
    results = [_largest(one.results()) for one in (before, after)]
    trials = [_trial(office, rule, results, changed, sides) for rule in counted.values()]
    regions = office.engine.run(regions_query(), None, changed=changed).to_pylist()
    return trials, tuple(msgspec.convert(region, RegionTrial) for region in regions)


def _trial(
    office: Office, rule: Rule, results: Sequence[Mapping[str, RuleResult]], changed: pa.Table, sides: _Sides
) -> RuleTrial:
    found = office.engine.run(differing_query(rule.id), None, changed=changed).to_pylist()
    newly = [(row["delivery"], row["row"]) for row in found if row["newly"]]
    no_longer = [(row["delivery"], row["row"]) for row in found if not row["newly"]]
    shown = slips_shown(office, {"newly": newly[:_EXAMPLES]}, rule, sides.would)
    shown |= slips_shown(office, {"no_longer": no_longer[:_EXAMPLES]}, rule, sides.stands)
    return RuleTrial(
        rule.id, rule.scope, results[0].get(rule.id), results[1].get(rule.id), len(newly), len(no_longer),
        tuple(shown["newly"]), tuple(shown["no_longer"]),
    )  # fmt: skip


def _groups(
    office: Office, sets: tuple[Sequence[Rule], Sequence[Rule]], fresh: Sequence[Rule], sides: _Sides, month: str
) -> list[RuleTrial]:
    changed = [rule for rule in fresh if rule.scope != "record"]
    if not changed:
        return []
    names = {rule.id for rule in changed}
    before, after = (
        judge_groups(office, tables, _exceptions(office, rules, tables), some)
        for rules, tables, some in (
            (sets[0], sides.stands, [rule for rule in sets[0] if rule.id in names and rule.scope != "record"]),
            (sets[1], sides.would, changed),
        )
    )
    return [_group_trial(rule, before, after, month) for rule in changed]


def _exceptions(office: Office, rules: Sequence[Rule], tables: Mapping[str, Table]) -> pa.Table:
    judging = record_rules(RuleSet(tuple(rules)))
    return confronted(office.engine, judging, {}, tables).verdicts.exceptions


def _group_trial(rule: Rule, before: GroupJudgement, after: GroupJudgement, month: str) -> RuleTrial:
    was, would = _failing(before, rule, month), _failing(after, rule, month)
    newly, no_longer = sorted(would.keys() - was.keys()), sorted(was.keys() - would.keys())
    return RuleTrial(
        rule.id,
        rule.scope,
        _largest(before.results).get(rule.id),
        _largest(after.results).get(rule.id),
        len(newly),
        len(no_longer),
        tuple(would[key] for key in newly[:_EXAMPLES]),
        tuple(was[key] for key in no_longer[:_EXAMPLES]),
    )


def _largest(results: Sequence[RuleResult]) -> dict[str, RuleResult]:
    """The result of each rule; of several versions that of the one with most items."""
    return {result.rule: result for result in sorted(results, key=lambda result: result.items)}


def _failing(judgement: GroupJudgement, rule: Rule, month: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The groups of the month that a rule fails, by their keys."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for (name, _), groups in judgement.failing.items():
        for row in groups.to_pylist() if name == rule.id else ():
            keys = {key: str(row[key]) for key in rule.per if key in row}
            if all(_in_month(key, text, month) for key, text in keys.items()):
                shown = [{"name": name, "value": text} for name, text in {**keys, "n": str(row["n"])}.items()]
                found[tuple(keys.values())] = {"delivery": None, "row": None, "values": shown}
    return found


def _in_month(key: str, text: str, month: str) -> bool:
    return key not in PERIODS or text[: len(month)] == month[: len(text)]
