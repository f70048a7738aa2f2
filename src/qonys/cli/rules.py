"""The commands of rules: list them, show what they found, try changed ones on a past month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder, spoken_language
from qonys.cli.show import as_json, progress_shown, says, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonys.concepts.rule import Rule
    from qonys.evaluate.findings import RuleFinding
    from qonys.production.trying import RuleTrial
    from qonys.production.trying_edits import EditTrial

_FEW = 3

Language = Annotated[
    str | None, Parameter(name="--language", help="Language of messages; the profile's first one else.")
]


def rules(
    *,
    profile: str | None = None,
    vtl: Path | None = None,
    language: Language = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """List the validation rules: what must hold of registrations, and what happens where it does not.

    Args:
        profile: a shipped profile (mini, kz, es) or a folder; that of the workspace where not given.
        vtl: write the rules as a datapoint ruleset of VTL into this file, and tell those that cannot be said in it.
        language: language of the messages.
        workspace: folder of the workspace.
        json: print every field of the rules as JSON.
    """
    from qonys.country.loading import load_profile
    from qonys.process.built_in_rules import BUILT_IN_RULES
    from qonys.store.workspace import Workspace

    loaded = load_profile(profile or Workspace.open(workspace).profile)
    found, spoken = (*BUILT_IN_RULES, *loaded.rules.rules), spoken_language(language, loaded.languages)
    if vtl is not None:
        _write_vtl(vtl, found, f"{loaded.identity.id}_rules", spoken, json=json)
        return
    if json:
        as_json({"rules": found})
        return
    rows = [[_headed(rule, spoken), rule.version, rule.scope, rule.severity, rule.action] for rule in found]
    show_table(f"{len(found)} rules", ["Rule", "Version", "Scope", "Severity", "Action"], rows)


def _write_vtl(path: Path, found: Sequence[Rule], name: str, language: str, *, json: bool) -> None:
    from qonys.process.vtl_rules import vtl_rules

    ruleset = vtl_rules(found, name, language)
    _write(path, ruleset.text.encode(), told=not json)
    if json:
        as_json({"file": str(path), "rules": ruleset.rules, "left_out": ruleset.left_out})
        return
    if ruleset.left_out:
        rows = [[one.rule, one.version, one.reason] for one in ruleset.left_out]
        show_table("Rules that VTL cannot say", ["Rule", "Version", "Why"], rows)
    says.print(f"{ruleset.rules} of {len(found)} rules are in it.")


def findings(
    *,
    html: Path | None = None,
    csv: Path | None = None,
    language: Language = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Show what the rules found when the register was last processed, worst first, with examples.

    A rule that broke itself is told apart from data that broke a rule. Examples carry no identifiers; what is written
    is confidential all the same.

    Args:
        html: write a page of HTML to this file.
        csv: write a CSV file, one row an example.
        language: language of page and messages; the profile's first one where not given.
        workspace: folder of the workspace.
        json: print the findings as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.evaluate.findings import findings_csv, findings_page
    from qonys.production.finding_rules import day_of_findings, findings_of

    office = line_of(workspace, lambda _what, _rows: None).office
    found = findings_of(office)
    spoken = spoken_language(language, office.profile.languages)
    if html:
        name = office.profile.identity.names[spoken]
        page = findings_page(found, profile=name, day=day_of_findings(office), language=spoken)
        _write(html, page.encode())
    if csv:
        _write(csv, findings_csv(found, spoken))
    if json:
        as_json({"findings": found})
    elif not (html or csv):
        _show(found, spoken)


def try_changed(
    file: Path, /, *, month: str, language: Language = None, workspace: WorkspaceFolder = HERE, json: AsJson = False
) -> None:
    """Run changed rules on a past month and show what they would do. Nothing is written.

    The file looks like one of `rules/` in a profile; a rule in it takes the place of the one with its id, or is new.

    Args:
        file: YAML file with the changed rules.
        month: month of registration (2024-03).
        language: language of the examples.
        workspace: folder of the workspace.
        json: print everything as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.production.trying import try_rules

    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        trial = try_rules(office, file, month)
    if json:
        as_json(trial)
        return
    rows = [[one.rule, *_counts(one), one.newly_failing, one.no_longer_failing] for one in trial.rules]
    heads = ["Rule", "Items", "Fails", "Items then", "Fails then", "Newly failing", "No longer failing"]
    show_table(f"{trial.month}: {trial.slips:,} slips", heads, rows)
    spoken = spoken_language(language, office.profile.languages)
    for one in trial.rules:
        _show_examples(one, spoken)
    _show_edits(trial.edits)
    if trial.regions:
        moved = [
            [r.region, r.arrivals_gained, r.arrivals_lost, r.departures_gained, r.departures_lost]
            for r in trial.regions
        ]
        heads = ["Region", "Arrivals gained", "Arrivals lost", "Departures gained", "Departures lost"]
        show_table("Persons gained and lost by region", heads, moved)
    says.print("Nothing was written.")


def _show_edits(edits: tuple[EditTrial, ...]) -> None:
    """The values that would be others, and for each some slips."""
    rows = []
    for one in edits:
        for change in one.values:
            examples = ", ".join(f"{delivery}:{row}" for delivery, row in change.examples[:_FEW])
            rows.append([one.field, one.edit, change.before, change.after, change.slips, examples])
        if one.more:
            rows.append([one.field, one.edit, "…", f"{one.more} other changes", None, None])
    if rows:
        heads = ["Field", "By", "Before", "After", "Slips", "For instance (delivery:row)"]
        show_table("Values that would be others (a dash: not stated)", heads, rows)


def _counts(one: RuleTrial) -> list[int | str | None]:
    if one.after and one.after.broken:
        says.print(f"  ! {one.rule} broke: {one.after.broken}", style="red", markup=False, soft_wrap=True)
    sides = (one.before, one.after)
    return [
        value for side in sides for value in ((side.items, side.fails) if side and not side.broken else (None, None))
    ]


def _show_examples(one: RuleTrial, language: str) -> None:
    import msgspec

    from qonys.evaluate.findings import Example, example_in_words, words_in

    for title, examples in (("newly", one.newly_examples), ("no longer", one.no_longer_examples)):
        for example in examples:
            told = example_in_words(msgspec.convert(example, Example), words_in(language))
            says.print(f"  {one.rule}, {title} failing: {told}", markup=False, soft_wrap=True)


def _show(found: tuple[RuleFinding, ...], language: str) -> None:
    from qonys.evaluate.findings import example_in_words, message_in, words_in

    broken = [finding for finding in found if finding.broken or finding.fails]
    rows = [[f"{f.rule}\n  {message_in(f, language)}", f.severity, f.items, f.fails, f.missing] for f in broken]
    show_table("What the rules found", ["Rule", "Severity", "Items", "Fails", "Missing"], rows)
    for finding in broken:
        if finding.broken:
            says.print(f"  ! {finding.rule}: the rule itself broke: {finding.broken}", style="red", markup=False)
        for example in finding.examples[:2]:
            says.print(
                f"  {finding.rule}: {example_in_words(example, words_in(language))}", markup=False, soft_wrap=True
            )
    idle = sum(not finding.items and not finding.broken for finding in found)
    says.print(f"{len(found) - len(broken)} of {len(found)} rules were not broken; {idle} of them were not applicable.")


def _write(path: Path, content: bytes, *, told: bool = True) -> None:
    from qonys.errors import OperatorError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise OperatorError(
            f"The file cannot be written: {error.strerror}.", where=str(path), next_step="Name another place."
        ) from error
    if told:
        says.print(f"Wrote {path}.", markup=False, soft_wrap=True)


def _headed(rule: Rule, language: str) -> str:
    """Id and days of a rule, its message below."""
    message = rule.message.get(language) or next(iter(rule.message.values()))
    days = f" ({rule.valid_from or '…'} to {rule.valid_to or '…'})" if rule.valid_from or rule.valid_to else ""
    return f"{rule.id}{days}\n  {message}"


rules_app = App(name="rules", help="List the validation rules, and try changed ones.")
rules_app.default(rules)
rules_app.command(try_changed, name="try")
