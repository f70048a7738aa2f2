"""The commands that look after a workspace: what is wrong with it, and who did what in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, progress_shown, says, show_table

if TYPE_CHECKING:
    from qonys.production.history import Event
    from qonys.production.inspecting import Diagnosis
    from qonys.store.symptoms import Symptom

_COLOURS = {"error": "red", "warning": "yellow", "info": "default"}


def doctor(*, mend: bool = False, quick: bool = False, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Look whether a workspace is sound: settings, keys, versions, files, hashes, sources, receipts, releases.

    Says of everything it finds what it means and how to mend it. Exit code 6 if something is damaged.

    Args:
        mend: remove what interrupted runs left over, and nothing else.
        quick: do not read whole files to compare their hashes.
        workspace: folder of the workspace.
        json: print what was found as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.errors import OperatorError
    from qonys.production.inspecting import inspect

    with progress_shown() as progress:
        found = inspect(line_of(workspace, progress).office, quick=quick, mend=mend)
    if json:
        as_json(found)
    else:
        _show(found)
    if found.is_damaged:
        sys.exit(OperatorError.exit_code)


def history(state: str | None = None, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Tell who did what when: deliveries, decisions, runs of process and tabulate, releases.

    Args:
        state: only what made a version of this state (clean/moves), or of all whose names begin so (clean).
        workspace: folder of the workspace.
        json: print the history as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.production.history import history as told

    with progress_shown() as progress:
        events = told(line_of(workspace, progress).office, state)
    if json:
        as_json({"events": events})
        return
    show_table("History", ["When (UTC)", "Step", "Who", "What", "States (version)", "Qonys"], map(_row, events))


def _row(event: Event) -> list[str]:
    states = ", ".join(f"{state} ({version})" for state, version in event.states.items())
    return [
        f"{event.instant:%Y-%m-%d %H:%M:%S}",
        event.step,
        event.operator or "–",
        event.what,
        states or "–",
        event.code_version or "–",
    ]


def _show(found: Diagnosis) -> None:
    heads = ["State", "Versions", "Files", "Rows", "Bytes", "Bytes of all versions"]
    rows = [[s.state, s.versions, s.files, s.rows, s.bytes, s.bytes_of_all_versions] for s in found.sizes]
    show_table("States", heads, rows)
    for path in found.removed:
        says.print(f"  removed {path}", markup=False, soft_wrap=True)
    for symptom in found.symptoms:
        _show_symptom(symptom)
    damages = sum(symptom.severity == "error" for symptom in found.symptoms)
    verdict = f"{damages} damages" if damages else "No damage"
    says.print(f"{verdict}; {len(found.symptoms) - damages} other things to know. {found.free:,} bytes are free.")


def _show_symptom(symptom: Symptom) -> None:
    if symptom.where:
        says.print(symptom.where, style="bold", markup=False, soft_wrap=True)
    colour = _COLOURS[symptom.severity]
    says.print(f"{symptom.severity}: {symptom.what}", style=colour, markup=False, soft_wrap=True)
    says.print(f"  {symptom.meaning}", markup=False, soft_wrap=True)
    says.print(f"  → {symptom.mend}", markup=False, soft_wrap=True)
