"""The report of an audit on the terminal: what an intruder reads, how it was attacked, what gave way, what protection cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from qonys.cli.show import prints

if TYPE_CHECKING:
    from qonys.production.auditing import Audit

TRIED = {
    "small count": "a count as it is, from 1 to k − 1",
    "group of one kind": "all persons of a group have one characteristic",
    "deduced from sums": "a sum less its other parts, in one table",
    "difference of tables": "two sums of which one holds the other",
    "difference of borders": "the same moves on the borders of two days",
    "difference of districts": "a region less its districts, across tables",
    "difference of groups": "a group of countries less its members; groups that overlap",
    "net and one side": "arrivals less net are departures",
    "difference of months and years": "a year less its months; the year so far less that of before",
    "difference of vintages": "what changed since a vintage that can still be read",
    "sums over characteristics": "tables by different characteristics have the same sums",
    "rates and shares": "a share, rate or growth with its decimals, turned into a count",
    "late registrations": "what became known between two nowcasts",
}
"""By attack: what it tries."""


def show_audit(audit: Audit) -> None:
    """The report; what gave way is listed by its findings."""
    dimensions = ", ".join(audit.sensitive) or "none"
    prints.print(
        f"Release {audit.period}: no count from 1 to {audit.threshold - 1} in a sensitive dimension ({dimensions}) may be found out "
        "by whoever reads",
        soft_wrap=True,
    )
    for line in _reads(audit):
        prints.print(f"  • {line}", soft_wrap=True)
    found = Counter[str](weakness.attack for weakness in audit.weaknesses)
    prints.print("Counts found out, by attack:")
    for attack, tried in TRIED.items():
        prints.print(f"  {found[attack] or 'none':>5}  {attack:<31} {tried}", soft_wrap=True)
    if audit.utility:
        _show_cost(audit)
    _show_judged(audit)


_JUDGED = (
    "published as they are",
    "settled by what each sum tells: known, or at least k",
    "bounded over all tables of whole numbers",
    "of these, up to the most steps of a search: their bounds hold, and might be closer",
    "bounded by each sum alone, as the work that may be spent was spent",
)


def _show_judged(audit: Audit) -> None:
    """How many counts were judged how, and what was not looked at."""
    systems = audit.judged.values()
    if any(one.counts for one in systems):
        prints.print(f"Sensitive counts, as judged {' and '.join(audit.judged)}:")
        for how, numbers in zip(_JUDGED, zip(*(one.numbers for one in systems), strict=True), strict=True):
            prints.print(f"  {''.join(f'{number:>7,}' for number in numbers)}  {how}", soft_wrap=True)
    else:
        prints.print("No count tells anything sensitive, so none was judged.")
    left_out = Counter[str]()
    for one in systems:
        left_out.update(one.left_out)
    for why, number in sorted(left_out.items()):
        prints.print(f"  {number:,} numbers were not looked at: {why}.", soft_wrap=True)
    if audit.earlier:
        prints.print(
            "A number of an earlier vintage is compared with each one of now, not with sums of several.", soft_wrap=True
        )
    prints.print(
        "Not looked at: what others publish of the same moves; shares of the quality report, which are of slips and movers.",
        soft_wrap=True,
    )


def _reads(audit: Audit) -> list[str]:
    telling = {0: "none of them tells anything", 1: "1 of them tells something"}
    some = telling.get(audit.telling, f"{audit.telling} of them tell something")
    lines = [f"the {audit.tables} tables of the release, {audit.cells:,} cells; {some} sensitive"]
    if audit.allowed:
        lines.append(f"among them, with small counts that are allowed for a reason: {', '.join(audit.allowed)}")
    if audit.analyses:
        lines.append(f"the counts that its analyses show: {', '.join(audit.analyses)}")
    if audit.compared:
        lines.append(f"what changed since another data cut-off: {', '.join(audit.compared)}")
    vintages = f"{len(audit.earlier)} published vintages of this and other periods"
    gone = f", {len(audit.superseded)} of them no longer current" if audit.superseded else ""
    return [*lines, vintages + gone if audit.earlier else "nothing else, as nothing was published before"]


def _show_cost(audit: Audit) -> None:
    sides = {f"{table}, {side}": told for table, some in audit.utility.items() for side, told in some.items()}
    changed = {name: told for name, told in sides.items() if told["small"] or told["changed"]}
    if changed:
        prints.print("What protection cost, in inner cells and by how many persons they changed:")
    for name, told in changed.items():
        prints.print(
            f"  {name}: {told['small']} of {told['cells']} are small; {told['changed']} changed, by {told['mean']:.2f} on "
            f"average and {told['largest']} at most; {told['became_zero']} became zero, {told['forced']} went where a sum sent them "
            f"and not their key; Hellinger utility {told['hellinger']:.3f} (1: nothing changed)",
            soft_wrap=True,
        )
    plain = [name for name in sides if name not in changed]
    if plain:
        prints.print(f"Protected, but without a small inner cell, so as counted: {'; '.join(plain)}.", soft_wrap=True)
