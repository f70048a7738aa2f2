"""The commands about pairs of slips that may be of one person: seeing them, and deciding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from qonys.cli.decisions import office_of, sheet_taken, sheet_written, tell_decided
from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, progress_shown, says, show_table

if TYPE_CHECKING:
    from qonys.production.office import Office


def link(
    *,
    delivery: int,
    row: int,
    with_: Annotated[str, Parameter(name="--with")],
    same: Annotated[bool, Parameter(negative="--different")],
    reason: str = "REVIEW",
    note: str = "",
    source: str = "",
    author: str | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Say of two slips that may be of one person whether they are. The pairs: `qonys review --links`.

    It is written into the log and takes effect with the next `qonys process`; `qonys correct --undo` takes it back.

    Args:
        delivery: number of the delivery of one slip.
        row: its row there.
        with_: the other slip, as delivery:row.
        same: they are of the same person; --different: of two, and are never linked.
        reason: OTHER_SOURCE, REVIEW, OWNER, MARGINAL_UNIT, DUPLICATE or OTHER.
        note: what a reader should know besides; needed with OTHER.
        source: document or register that says so.
        author: who decides; whoever runs it where not given.
        workspace: folder of the workspace.
        json: print the entry as JSON.
    """
    from qonys.production.deciding import Request, decide

    said = Request(delivery, row, "same" if same else "different", reason, new=with_, note=note, source=source)
    tell_decided(decide(office_of(workspace, author), [said]), json=json)


def review_links(office: Office, export: Path | None, import_: Path | None, *, json: bool) -> None:
    """List the pairs that wait, write them into a sheet, or take the decisions of one."""
    from qonys.production.link_sheet import link_sheet, requests_of_links

    if export is not None:
        sheet_written(export, link_sheet(office), "Fill in action (same, different), and reason", json=json)
    elif import_ is not None:
        sheet_taken(office, import_, requests_of_links, json=json)
    else:
        _listed(office, json=json)


def _listed(office: Office, *, json: bool) -> None:
    from qonys.process.linkage import NAMES
    from qonys.production.linking import SHOWN, waiting_pairs

    with progress_shown():
        pairs = waiting_pairs(office)
    if json:
        as_json({"links": pairs})
        return
    rows = []
    for pair in pairs:
        probability = "" if pair.probability is None else f"{pair.probability:.3f}"
        said, other = (tuple(map(values.get, SHOWN)) for values in (pair.values, pair.other_values))
        rows.append([probability, f"{pair.delivery}:{pair.row}", *said, *pair.names.values()])
        rows.append(["", f"{pair.other_delivery}:{pair.other_row}", *other, *("" for _ in pair.names)])
    show_table("Pairs that may be of one person", ["Probability", "Slip", *SHOWN, *NAMES], rows)
    says.print(
        f"{len(pairs)} pairs, each on two lines. Decide on the screen, with `qonys link`, or with --export and --import."
    )
