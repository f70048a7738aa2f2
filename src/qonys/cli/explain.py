"""The command that says how a published figure came to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown

if TYPE_CHECKING:
    from qonys.disseminate.explained_cell import SaidExplanation
    from qonys.production.public_explaining import PublicExplanation


def explain(
    period: str,
    figure: str,
    /,
    *,
    at: str = "",
    public: bool = False,
    vintage: str | None = None,
    language: str = "",
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Say how a published figure came to be: the query, the way from the slips to it, protection, versions.

    Never a record, an identifier or the key of a record: counts and definitions only.

    Args:
        period: a year or a month of the calendar (2024, 2024-09).
        figure: table and measure (external-by-year.arrivals, or external.arrivals for short).
        at: where it stands, codes or names by dimension: partner=RU,month=2024-03. What is not named stands at its total,
            the period at that of the release.
        public: say what everybody may know, read from the published files alone.
        vintage: of the release; the published one where not given, else the one built last.
        language: in which it is told; English where not given and the release has it.
        workspace: folder of the workspace.
        json: print the explanation as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.production.explaining import Explained
    from qonys.production.explaining import explain as explained
    from qonys.production.public_explaining import explain_publicly

    asked = Period.parse(period), figure, _coordinates(at), vintage, language
    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        answer = explain_publicly(office, *asked) if public else explained(office, *asked)
    if json:
        as_json(answer)
    elif isinstance(answer, Explained):
        _show(answer.in_words)
    else:
        _show_public(answer)


def _coordinates(at: str) -> Mapping[str, str]:
    from qonys.errors import StatisticianError

    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in at.split(","))):
        name, equals, code = part.partition("=")
        if not (name.strip() and equals and code.strip()):
            raise StatisticianError(
                f"“{part}” says no place in a table.", where="--at", next_step="Write dimension=code, as partner=RU."
            )
        found[name.strip()] = code.strip()
    return found


def _show(said: SaidExplanation) -> None:
    _print(said.title, style="bold")
    _show_facts(said.facts)
    for head, lines in said.ways:
        _print(f"\n{head}", style="bold")
        _show_lines((line.text, line.count, line.is_step) for line in lines)
    for told in filter(None, (said.touched, said.sql, said.versions)):
        _print(f"\n{told[0]}", style="bold")
        for text in told[1:]:
            _print(f"  {text}")


def _show_public(said: PublicExplanation) -> None:
    _print(said.title, style="bold")
    value = "–" if said.published is None else f"{said.published:,}"
    _print(f"{', '.join(said.names)}: {value}")
    _show_facts((fact.head, fact.text) for fact in said.facts)
    _show_facts(said.references.items())
    _print("")
    _show_lines((line.text, line.count, line.step) for line in said.way)
    for checks in said.checks:
        _print(f"\n{checks.action}", style="bold")
        for rule in checks.rules:
            _print(f"  {rule}")


def _show_facts(facts: Iterable[tuple[str, str]]) -> None:
    for head, text in facts:
        _print(f"  {head}: {text}")


def _show_lines(lines: Iterable[tuple[str, str, bool]]) -> None:
    every = list(lines)
    width = max((len(count) for _, count, _ in every), default=0)
    for text, count, is_step in every:
        _print(f"  {count:>{width}}  {'' if is_step else '  '}{text}")


def _print(text: str, *, style: str | None = None) -> None:
    prints.print(text, style=style, markup=False, soft_wrap=True)
