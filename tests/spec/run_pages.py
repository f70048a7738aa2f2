"""A page of the documentation, run as it is written: its commands in their order, and what it shows of their output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from spec.forked_commands import forked_commands

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "@@ block"


@dataclass
class Block:
    """Commands of a page, the lines that it shows of what they said, and what they said."""

    commands: str
    shown: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def not_said(self) -> list[str]:
        return [line for line in self.shown if line not in self.said]


def run_page(page: Path, folder: Path) -> list[Block]:
    """The blocks of a page with what each said, line by line; the script stops at the first command that fails."""
    blocks = _blocks(page)
    script = "set -euo pipefail\n" + "\n".join(f"echo '{_MARK}'\n{block.commands}" for block in blocks)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QONYS_")}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    with TemporaryDirectory() as place, forked_commands(Path(place), environment) as programs:
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env=environment | {"PATH": f"{programs}:{environment['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout[-3000:]
    for block, part in zip(blocks, ran.stdout.split(_MARK)[1:], strict=True):
        block.said = [_plain(line) for line in part.splitlines()]
    return blocks


def _blocks(page: Path) -> list[Block]:
    found: list[Block] = []
    for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append(Block(text))
        else:
            found[-1].shown += [_plain(line) for line in text.splitlines() if line.strip()]
    return found


def _plain(line: str) -> str:
    """Without the lines of a table, blanks folded: how wide a column is depends on what else stands in it."""
    return " ".join(line.translate(dict.fromkeys(map(ord, "│┃"), " ")).split())
