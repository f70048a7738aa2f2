"""The commands of a release: build it, serve what is published. Its way to the public: `cli.release_stages`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from qonys.cli.parameters import HERE, AsJson, CountingEngine, WorkspaceFolder
from qonys.cli.release_steps import StepsTold
from qonys.cli.show import as_json, prints, progress_shown, says, show_findings


def build(
    period: str,
    /,
    *,
    from_slips: Annotated[bool, Parameter(negative="")] = False,
    engine: CountingEngine = "",
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Build the release of a period: tables, identities, sentences, pages and files in every language.

    Args:
        period: a year or a month of the calendar (2024, 2024-09).
        from_slips: process and tabulate first: the release of all slips that are collected now.
        engine: what counts.
        workspace: folder of the workspace.
        json: print what was built as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    of, steps = Period.parse(period), StepsTold(aloud=not json)
    with progress_shown() as progress:
        line = line_of(workspace, progress, counting=engine)
        outcome = line.build_from_slips(of, steps.tell) if from_slips else line.build(of)
    if json:
        as_json({**steps.content, "release": outcome.data, "findings": outcome.findings})
        return
    built = outcome.data
    show_findings(outcome.findings)
    says.print(f"Built {built.period}, vintage {built.vintage}: {built.files} files in {', '.join(built.languages)}.")
    prints.print(f"{built.folder}/bundle", soft_wrap=True)


def serve(
    folder: Path | None = None,
    /,
    *,
    host: str = "127.0.0.1",
    port: int = 8100,
    workspace: WorkspaceFolder = HERE,
) -> None:
    """Serve the published folder until Ctrl-C. It needs that folder and nothing else.

    Args:
        folder: the published folder; that of the workspace where not given.
        host: address to listen on.
        port: port to listen on.
        workspace: folder of the workspace, where no published folder is named.
    """
    from qonys.cli.serving import serve_until_stopped
    from qonys.store.workspace import Workspace

    serve_until_stopped(folder or Workspace.open(workspace).published, host, port)
