"""The commands of the register: from a new workspace to counted flows, and the account of every slip."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qonys.cli.parameters import HERE, AsJson, CountingEngine, WorkspaceFolder
from qonys.cli.release_steps import processed_content, tabulated_content
from qonys.cli.show import as_json, error_as_json, progress_shown, says, show_error, show_findings, show_table

if TYPE_CHECKING:
    from qonys.store.receipts import Receipt


def new(folder: Path, /, *, profile: str, json: AsJson = False) -> None:
    """Make a workspace: the folder in which an office works on one country.

    Args:
        folder: the new folder.
        profile: a shipped profile (mini, kz, es) or the folder of your own (./mine).
        json: print the result as JSON.
    """
    from qonys.country.loading import load_profile
    from qonys.store.workspace import Workspace

    loaded = load_profile(profile)
    name = str(Path(profile).resolve()) if loaded.folder == Path(profile) else profile
    workspace = Workspace.create(folder, name)
    if json:
        as_json({"workspace": str(workspace.folder), "profile": loaded.id, "published": str(workspace.published)})
    else:
        says.print(f"Made the workspace {workspace.folder} for {loaded.id}. Next: `qonys collect FILE…` in it.")


def collect(
    *files: Path,
    layout: str | None = None,
    received: date | None = None,
    replaces: int | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Take deliveries into the register; each gets a receipt.

    A row that cannot be read is quarantined with its reasons. The same file is not taken twice, so the same command can
    be run again. Of several files a bad one does not stop the others; it is listed at the end.

    Args:
        files: files, or folders of files whose names fit a layout; none for a layout that is a query.
        layout: id of the source layout; found by the file's name where not given.
        received: day on which the files came (2025-01-20); else the name of their folder if it is a date, else today.
        replaces: number of the delivery that this one file replaces; both stay in history.
        workspace: folder of the workspace.
        json: print the receipts as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.collect.hashing import hashed_ahead
    from qonys.errors import OperatorError

    if not files and layout is None:
        raise OperatorError("No file was named.", next_step="Write: qonys collect FILE… or qonys collect FOLDER")
    with progress_shown() as progress, hashed_ahead(files) as hashing:
        line = line_of(workspace, progress)
        _fail_if_not_yet(received, line.office.today)
        if files or layout is None:
            outcome = line.collect(files, layout=layout, received=received, replaces=replaces, hashing=hashing)
        else:
            outcome = line.collect_query(layout, received=received, replaces=replaces)
    counts, refused = outcome.measures, outcome.measures["refused"]
    if json:
        told = {"receipts": outcome.data, "taken": counts["taken"], "again": counts["again"]}
        as_json({**told, "refused": [error_as_json(error) for error in refused], "findings": outcome.findings})
    else:
        _show_receipts(outcome.data, counts["again"] if len(outcome.data) > 1 else [])
        show_findings(outcome.findings)
        for error in refused:
            show_error(error)
        if len(outcome.data) + len(refused) > 1:
            taken, again = len(counts["taken"]), len(counts["again"])
            were = "was" if again == 1 else "were"
            says.print(f"{taken} taken, {again} {were} there already, {len(refused)} refused.")
    if refused:
        raise SystemExit(max(error.exit_code for error in refused))


def _fail_if_not_yet(received: date | None, today: date) -> None:
    """A mistyped year would keep the slips out of every data cut-off, and what was taken is not taken again."""
    from qonys.errors import OperatorError

    if received is not None and received > today:
        raise OperatorError(
            f"Nothing can have come on {received}: today is {today}.", next_step="Check the day after --received."
        )


def _show_receipts(receipts: Iterable[Receipt], passed_over: Container[int]) -> None:
    shown = [receipt for receipt in receipts if receipt.delivery not in passed_over]
    heads = ["File", "No.", "Received", "Period", "Rows", "Registrations", "Quarantined"]
    rows = [[r.file, r.delivery, str(r.received), _period(r), r.rows, r.registrations, r.quarantined] for r in shown]
    if any(receipt.replaces for receipt in shown):
        heads.append("Replaces")
        rows = [[*row, receipt.replaces] for row, receipt in zip(rows, shown, strict=True)]
    if rows:
        show_table("Receipts", heads, rows)


def _period(receipt: Receipt) -> str | None:
    """First and last month of its slips: ``2024-01…02``."""
    first, last = receipt.first_day, receipt.last_day
    if first is None or last is None:
        return None
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    return f"{first:%Y-%m}…{last:%m}" if first.year == last.year else f"{first:%Y-%m}…{last:%Y-%m}"


def process(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Confront all registrations with the rules and make moves of the good ones.

    Args:
        workspace: folder of the workspace.
        json: print what each rule found as JSON.
    """
    from qonys.cli.settings import line_of

    with progress_shown() as progress:
        outcome = line_of(workspace, progress).process()
    if json:
        as_json(processed_content(outcome))
        return
    rows = [[r.rule, r.items, r.passes, r.fails, r.missing] for r in outcome.data]
    show_table("Rules", ["Rule", "Items", "Passes", "Fails", "Missing"], rows)
    _show_amended(outcome.measures)
    show_findings(outcome.findings)


def _show_amended(measures: Mapping[str, Any]) -> None:
    """How many values are not as delivered, and which share was imputed."""
    rows = [[field, how, count] for field, hows in measures["amended"].items() for how, count in hows.items()]
    if rows:
        show_table("Values that are not as delivered", ["Field", "How", "Slips"], rows)
    imputed = [
        [field, of["applicable"], of["missing"], of["imputed"], f"{100 * of['imputation_rate']:.2f} %"]
        for field, of in measures.get("imputation", {}).items()
    ]
    if imputed:
        show_table("Imputation", ["Field", "Applies to", "Missing", "Imputed", "Imputation rate"], imputed)


def tabulate(*, engine: CountingEngine = "", workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Count moves into flows, once for each data cut-off of the calendar.

    Args:
        engine: what counts.
        workspace: folder of the workspace.
        json: print moves and flows of each cut-off as JSON.
    """
    from qonys.cli.settings import line_of

    with progress_shown() as progress:
        outcome = line_of(workspace, progress, counting=engine).tabulate()
    if json:
        as_json(tabulated_content(outcome))
        return
    rows = [[day, counts["moves"], counts["flows"]] for day, counts in outcome.measures.items()]
    show_table("Flows by data cut-off", ["Cut-off", "Moves", "Flows"], rows)
    show_findings(outcome.findings)
