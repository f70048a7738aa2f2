"""Runs `qonys` in this process, as a person would: words in, exit code and text out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any
from unittest import mock

from qonys.cli import main
from spec.drawn_slips import KEYS

KEY_SETTINGS = {"QONYS_KEY": KEYS.person.hex(), "QONYS_RECORD_KEY": KEYS.record.hex()}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 JSON holds anything
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """All that was said, on one line: a terminal breaks lines where it is narrow."""
        return " ".join((self.out + self.err).split())


def qonys(*words: object, settings: Mapping[str, str] = KEY_SETTINGS) -> Ran:
    """Run a command. An exception that `main` does not turn into a message fails the test: it would be a traceback."""
    out, err = StringIO(), StringIO()
    environment = {"COLUMNS": "300", **settings}
    with (
        mock.patch.object(sys, "argv", ["qonys", *map(str, words)]),
        mock.patch.dict("os.environ", environment),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Ran(code, out.getvalue(), err.getvalue())
