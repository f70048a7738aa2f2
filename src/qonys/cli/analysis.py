"""The commands that analyse: each by a method of `qonys.methods`, on the tables that the release design names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import App, Parameter

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder, spoken_language
from qonys.cli.show import as_json, prints, progress_shown, says, show_findings, show_table

if TYPE_CHECKING:
    from qonys.concepts.analysis import AnalysisMethod
    from qonys.datasets.analysis import Analysed
    from qonys.datasets.output import OutputTable

AsCsv: TypeAlias = Annotated[bool, Parameter(name="--csv", negative="", help="Print the figures as CSV.")]
Exact: TypeAlias = Annotated[
    bool,
    Parameter(
        name="--exact",
        negative="",
        help="Analyse exact counts instead of protected ones. The result is confidential and must stay inside.",
    ),
]
Language: TypeAlias = Annotated[str, Parameter(name="--language", help="Language of titles and notes; else the first.")]


_ARGUMENTS = """

    Args:
        period: a period of the calendar (2024, 2024-09).
        exact: analyse exact counts.
        language: of titles and notes.
        workspace: folder of the workspace.
        csv: print the figures as CSV.
        json: print results with their notes as JSON.
    """


def _command(name: str, methods: tuple[AnalysisMethod, ...], told: str) -> Callable[..., None]:
    """The command of some methods: they differ in what they tell, not in how they are asked."""

    def command(
        period: str, /, *, exact: Exact = False, language: Language = "", workspace: WorkspaceFolder = HERE,
        csv: AsCsv = False, json: AsJson = False,
    ) -> None:  # fmt: skip
        _show(methods, period, workspace, language, exact=exact, csv=csv, json=json)

    command.__name__, command.__doc__ = name, told + _ARGUMENTS
    return command


_COMMANDS = (
    _command(
        "system",
        ("system",),
        "Print indices of the migration system by year: intensity, effectiveness, concentration, distance.",
    ),
    _command("gravity", ("gravity",), "Print how distance thins flows out, by a doubly constrained gravity model."),
    _command(
        "zones",
        ("zones",),
        "Print what the choice of areas does to the indices: the areas merged at random into fewer zones, many times.",
    ),
    _command(
        "ages",
        ("ages", "schedule"),
        "Print the age composition of streams, and the Rogers–Castro curve where population by age is known.",
    ),
    _command(
        "seasonal",
        ("seasonal",),
        "Print monthly series seasonally adjusted by X-13ARIMA-SEATS, or the reason why they are not.",
    ),
    _command(
        "nowcast",
        ("nowcast",),
        "Print how many moves of each month there will be once all slips have come, with bounds.",
    ),
    _command("forecast", ("forecast",), "Print the next twelve months of a monthly series, with tested bounds."),
)
analyse_app = App(name="analyse", help="Analyse the counts of a release by methods of demography and statistics.")
for _one in _COMMANDS:
    analyse_app.command(_one)


def _show(
    methods: tuple[AnalysisMethod, ...], period: str, workspace: Path, language: str, *, exact: bool, csv: bool,
    json: bool,
) -> None:  # fmt: skip
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    with progress_shown() as progress:
        line = line_of(workspace, progress)
        outcome = line.analyse(Period.parse(period), methods, exact=exact)
    spoken = spoken_language(language, line.office.profile.languages)
    if json:
        as_json({"analyses": [_told(one, spoken) for one in outcome.data], "findings": outcome.findings})
        return
    show_findings(outcome.findings)
    if exact:
        says.print("Confidential: from counts that are not protected.", style="red")
    for one in outcome.data:
        if one.table is None:
            says.print(one.refused[spoken], style="yellow", markup=False, soft_wrap=True)
        elif csv:
            _write_csv(one.table)
        else:
            _print_table(one.table, spoken)


def _print_table(table: OutputTable, language: str) -> None:
    labels = {d.id: {member.code: member.label[language] for member in d.members} for d in table.dimensions}
    across = list(dict.fromkeys(key[len(table.rows) :] for key in table.cells))
    heads = [table.dimension(name).label[language] for name in table.rows]
    heads += [" ".join(labels[name][code] for name, code in zip(table.columns, codes, strict=True)) for codes in across]
    rows = []
    for codes in dict.fromkeys(key[: len(table.rows)] for key in table.cells):
        named = [labels[name][code] for name, code in zip(table.rows, codes, strict=True)]
        rows.append([*named, *(_figure(table, (*codes, *others), language) for others in across)])
    units = list(dict.fromkeys(form.unit[language] for form in table.measures.values()))
    title = table.title[language] if len(units) > 1 else f"{table.title[language]} ({units[0]})"
    show_table(title, heads, rows)
    for note in table.notes:
        prints.print(note[language], markup=False, soft_wrap=True)


def _figure(table: OutputTable, key: tuple[str, ...], language: str) -> str | None:
    """A figure, with its unit where the table has several."""
    cell = table.cells.get(key)
    if cell is None or cell.value is None:
        return None
    form = table.measures[table.measure_of(key)]
    unit = f" {form.unit[language]}" if len({str(other.unit) for other in table.measures.values()}) > 1 else ""
    return f"{cell.value:,.{form.decimals}f}{unit}"


def _write_csv(table: OutputTable) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = [dimension.id for dimension in table.dimensions]
    writer.writerow(["analysis", *names, "value", "obs_status", "conf_status", "data_status"])
    for key, cell in table.cells.items():
        decimals = table.measures[table.measure_of(key)].decimals
        value = "" if cell.value is None else f"{cell.value:.{decimals}f}"
        statuses = (cell.observation.value, cell.confidentiality.value, cell.data.value)
        writer.writerow([table.id, *key, value, *statuses])


def _told(one: Analysed, language: str) -> dict[str, object]:
    """A result as it goes into a figure: series of codes and values, with notes."""
    told: dict[str, object] = {"id": one.id, "method": one.method, "title": one.title[language]}
    if one.table is None:
        return {**told, "refused": one.refused[language]}
    names = [dimension.id for dimension in one.table.dimensions]
    figures = [
        {
            **dict(zip(names, key, strict=True)),
            "value": cell.value,
            "obs_status": cell.observation.value,
            "conf_status": cell.confidentiality.value,
            "data_status": cell.data.value,
        }
        for key, cell in one.table.cells.items()
    ]
    units = {name: form.unit[language] for name, form in one.table.measures.items()}
    notes = [note[language] for note in one.table.notes]
    return {**told, "cut_off": one.table.cut_off, "units": units, "notes": notes, "observations": figures}
