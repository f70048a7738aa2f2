"""The commands of review: what waits for a person, what a person decides, and the log of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import Parameter

from qonys.cli.decisions import fields_of, office_of, sheet_taken, sheet_written, tell_decided, what_was_decided
from qonys.cli.links import review_links
from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder, spoken_language
from qonys.cli.show import as_json, progress_shown, says, show_table

if TYPE_CHECKING:
    from qonys.production.deciding import Request
    from qonys.production.office import Office

_Flag = Parameter(negative="")
_ACTS = "--set, --release, --accept, --leave-out, --undo or --close-delivery"
_Act: TypeAlias = tuple[str, str | None, str | None]
_LOG_HEADS = ["Entry", "Slip", "What", "Reason", "Author", "Day", "Note", "Source", "Stands"]


def review(
    *,
    links: Annotated[bool, _Flag] = False,
    screen: bool | None = None,
    export: Path | None = None,
    import_: Annotated[Path | None, Parameter(name="--import")] = None,
    language: str | None = None,
    author: str | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Show what waits for a person, worst rule first: quarantined at entry, quarantined by a rule, flagged.

    On a terminal it opens a screen with keys, in which slips are corrected, released, accepted or left out, and pairs said to
    be of one person or of two.

    Args:
        links: show the pairs of slips that may be of one person instead, the most probable first.
        screen: open the screen; --no-screen lists instead.
        export: write the slips that wait into this CSV file, to be filled in with a spreadsheet.
        import_: take the decisions from such a file: all of them, or none where a line has a fault.
        language: language of the rules' messages; the profile's first where not given.
        author: who decides; whoever runs it where not given.
        workspace: folder of the workspace.
        json: print what waits as JSON.
    """
    office = office_of(workspace, author)
    language = spoken_language(language, office.profile.languages)
    on_screen = not json and (screen if screen is not None else says.is_terminal and _is_typed_at())
    if links and (export or import_ or not on_screen):
        review_links(office, export, import_, json=json)
    elif export is not None:
        from qonys.production.review_sheet import review_sheet

        sheet_written(export, review_sheet(office, language), "Fill in new_value or action, and reason", json=json)
    elif import_ is not None:
        from qonys.production.review_sheet import requests_of_sheet

        sheet_taken(office, import_, requests_of_sheet, json=json)
    elif on_screen:
        from qonys.cli.review_screen import ReviewApp

        ReviewApp(office, language, links=links).run()
    else:
        _listed(office, language, json=json)


def correct(
    *,
    delivery: int | None = None,
    row: int | None = None,
    values: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    release: Annotated[bool, _Flag] = False,
    accept: str | None = None,
    leave_out: Annotated[bool, _Flag] = False,
    undo: int | None = None,
    close_delivery: int | None = None,
    reason: str,
    note: str = "",
    source: str = "",
    author: str | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Decide about one slip from a script: correct fields, release, accept, leave out; or take an entry back.

    It is written into the log and takes effect with the next `qonys process`.

    Args:
        delivery: number of the delivery.
        row: number of the row in it.
        values: field=value; a variable, or a column of the file for a row quarantined at entry; _U for not stated.
        release: let a row that was quarantined at entry into the register.
        accept: id of the rule that is accepted; `all` for all that the slip waits for.
        leave_out: leave the slip out of the moves.
        undo: number of the entry that is taken back.
        close_delivery: close the entries about a delivery that a corrected one replaced.
        reason: OTHER_SOURCE, REVIEW, OWNER, MARGINAL_UNIT, DUPLICATE or OTHER.
        note: what a reader should know besides; needed with OTHER.
        source: document or register that says so.
        author: who decides; whoever runs it where not given.
        workspace: folder of the workspace.
        json: print the entries as JSON.
    """
    from qonys.errors import OperatorError
    from qonys.production.deciding import closing_requests, decide

    office = office_of(workspace, author)
    requests = [_undone(office, undo, reason, note)] if undo is not None else []
    requests += closing_requests(office, close_delivery, reason, note) if close_delivery is not None else []
    acts = _acts(values or [], accept, release=release, leave_out=leave_out)
    requests += _about_slip(delivery, row, acts, {"reason": reason, "note": note, "source": source})
    if not requests:
        raise OperatorError("There is nothing to decide.", next_step=f"Give {_ACTS}.")
    tell_decided(decide(office, requests), json=json)


def _acts(values: list[str], accept: str | None, *, release: bool, leave_out: bool) -> list[_Act]:
    acts: list[_Act] = [("set", *pair) for pair in _pairs(values)]
    acts += [("release", None, None)] if release else []
    acts += [("accept", None, None if accept == "all" else accept)] if accept else []
    return acts + ([("leave_out", None, None)] if leave_out else [])


def _undone(office: Office, entry: int, reason: str, note: str) -> Request:
    from qonys.errors import OperatorError
    from qonys.production.deciding import undo_request

    found = next((one for one in office.decision_log.entries if one.entry == entry), None)
    if found is None:
        raise OperatorError(f"There is no entry {entry}.", next_step="See the log with `qonys corrections`.")
    return undo_request(found, reason, note)


def _about_slip(delivery: int | None, row: int | None, acts: list[_Act], said: dict[str, str]) -> list[Request]:
    """One request an act: its name, the field that it sets, and the new value or the rule that it accepts."""
    import msgspec

    from qonys.errors import OperatorError
    from qonys.production.deciding import Request

    if acts and (delivery is None or row is None):
        raise OperatorError("No slip was named.", next_step="Name it with --delivery and --row.")
    return [
        msgspec.convert(
            {
                "delivery": delivery, "row": row, "act": act, "field": field,
                ("rule" if act == "accept" else "new"): value, **said,
            },
            Request,
        )
        for act, field, value in acts
    ]  # fmt: skip


def corrections(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Show the log of decisions, oldest first, and the corrections that the profile carries.

    Args:
        workspace: folder of the workspace.
        json: print both as JSON.
    """
    from qonys.store.withdrawals import open_withdrawals

    office = office_of(workspace, None)
    log, book = office.decision_log, office.profile.corrections
    standing = {entry.entry for entry in log.standing} | {
        one.entry for one in open_withdrawals(office.withdrawals).values()
    }
    if json:
        told = [{**fields_of(entry), "stands": entry.entry in standing} for entry in log.entries]
        as_json({"decisions": told, "profile": book})
        return
    rows = [
        [
            entry.entry, f"{entry.delivery}:{entry.row}" if entry.row else f"{entry.delivery}", what_was_decided(entry), entry.reason, entry.author, str(entry.day),
            entry.note, entry.source, "yes" if entry.entry in standing else "",
        ]
        for entry in log.entries
    ]  # fmt: skip
    show_table("Decisions", _LOG_HEADS, rows)
    entries = [
        [c.id, f"{c.field}: {c.old} → {c.new}", c.reason, c.author, str(c.decided), c.note, c.source]
        for c in book.corrections
    ]
    show_table("Corrections of the profile", ["Entry", "What", "Reason", "Author", "Day", "Note", "Source"], entries)


def _is_typed_at() -> bool:
    import sys

    return sys.stdin.isatty() and sys.stdout.isatty()


def _listed(office: Office, language: str, *, json: bool) -> None:
    from qonys.production.reviewing import waiting

    with progress_shown():
        found = waiting(office)
    if json:
        as_json({"waiting": found})
        return
    rows = [[one.rule, one.where, one.severity, one.rows, one.message.get(language, "")] for one in found]
    show_table("Slips that wait", ["Rule or problem", "Where", "Severity", "Slips", "Message"], rows)
    says.print(f"{len(found)} reasons. A slip that waits for two of them is counted in both.")


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    from qonys.errors import OperatorError

    bad = [value for value in values if "=" not in value]
    if bad:
        raise OperatorError(f"“{bad[0]}” is no field=value.", next_step="Write: --set sex=F")
    return [(field.strip(), new.strip()) for field, _, new in (value.partition("=") for value in values)]
