"""Parameters that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

WorkspaceFolder: TypeAlias = Annotated[Path, Parameter(name=["--workspace", "-w"], help="Folder of the workspace.")]
AsJson: TypeAlias = Annotated[bool, Parameter(name="--json", negative="", help="Print the result as JSON.")]
CountingEngine: TypeAlias = Annotated[
    str,
    Parameter(
        name="--engine",
        help="What counts: duckdb, sail, or sc://host:port of a Spark Connect server; else what qonys.toml says.",
    ),
]
HERE = Path()


def spoken_language(wanted: str | None, known: tuple[str, ...]) -> str:
    """The language that is asked for, else the first of the profile.

    Raises:
        OperatorError: the profile does not have it.
    """
    from qonys.errors import OperatorError

    if wanted and wanted not in known:
        raise OperatorError(f"The profile has no language “{wanted}”.", next_step=f"It has: {', '.join(known)}.")
    return wanted or known[0]
