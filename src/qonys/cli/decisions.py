"""What the commands of decisions share: the office with its author, sheets as files, and entries told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qonys.cli.show import as_json, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonys.datasets.decision import Decision
    from qonys.production.deciding import Request
    from qonys.production.office import Office


def _quiet(_what: str, _rows: int) -> None:
    """Short work tells of no progress."""


def office_of(workspace: Path, author: str | None) -> Office:
    """The office of a workspace; whoever decides there, where it is said."""
    from dataclasses import replace

    from qonys.cli.settings import line_of

    office = line_of(workspace, _quiet).office
    return replace(office, operator=author.strip()) if author and author.strip() else office


def sheet_written(path: Path, text: str, fill_in: str, *, json: bool) -> None:
    """Write a sheet that is to be filled in.

    Raises:
        OperatorError: it cannot be written.
    """
    from qonys.errors import OperatorError

    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise OperatorError(
            f"The file cannot be written: {error.strerror}.", where=str(path), next_step="Name another place."
        ) from error
    lines = text.count("\r\n") - 1
    if json:
        as_json({"file": str(path), "lines": lines})
    else:
        says.print(f"Wrote {path}: {lines} lines. {fill_in}; then --import it.")


def sheet_taken(office: Office, path: Path, read: Callable[[str, str], list[Request]], *, json: bool) -> None:
    """Take the decisions of a filled sheet.

    Raises:
        OperatorError: it cannot be read.
        StatisticianError: a line has a fault.
    """
    from qonys.errors import OperatorError
    from qonys.production.deciding import decide

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise OperatorError(
            f"The file cannot be read: {error.strerror}.", where=str(path), next_step="Check the name and the folder."
        ) from error
    except UnicodeDecodeError as error:
        raise OperatorError(
            f"The file cannot be read: {error}", where=str(path), next_step="Save it as CSV in UTF-8."
        ) from error
    tell_decided(decide(office, read(text, path.name)), json=json)


def tell_decided(made: tuple[Decision, ...], *, json: bool) -> None:
    """Tell which entries were made."""
    if json:
        as_json({"decisions": [fields_of(entry) for entry in made]})
        return
    for entry in made:
        says.print(
            f"Entry {entry.entry}: delivery {entry.delivery}, row {entry.row}: {what_was_decided(entry)}", markup=False
        )
    entries = "1 entry in the log. It takes" if len(made) == 1 else f"{len(made)} entries in the log. They take"
    says.print(f"{entries} effect with `qonys process`.")


def fields_of(entry: Decision) -> dict[str, object]:
    """An entry as JSON tells it."""
    import msgspec

    return msgspec.structs.asdict(entry)


def what_was_decided(entry: Decision) -> str:
    """An entry in words."""
    match entry.act:
        case "set":
            return f"{entry.field}: {entry.old or 'not stated'} → {entry.new or 'not stated'}"
        case "accept":
            return f"accept {entry.rule}"
        case "same" | "different":
            return f"same person as {entry.new}" if entry.act == "same" else f"another person than {entry.new}"
        case "undo" | "close":
            return f"{entry.act} {entry.of}"
        case "withdraw" | "reinstate":
            return entry.of_delivery
        case _:
            return entry.act.replace("_", " ")
