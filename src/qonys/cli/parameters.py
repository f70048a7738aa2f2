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
