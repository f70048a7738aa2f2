"""docs/how-to/close-a-month.md, run as it is written: its commands in their order, and what it shows of their output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "close-a-month.md"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "@@ block"


@dataclass
class Block:
    """Commands of the page, and the lines that it shows of what they said."""

    commands: str
    shown: list[str] = field(default_factory=list)


def blocks() -> list[Block]:
    found: list[Block] = []
    for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            found.append(Block(text))
        else:
            found[-1].shown += [plain(line) for line in text.splitlines() if line.strip()]
    return found


def plain(line: str) -> str:
    """Without the lines of a table, blanks folded: how wide a column is depends on what else stands in it."""
    return " ".join(line.translate(dict.fromkeys(map(ord, "│┃"), " ")).split())


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What each block said, line by line; the script stops at the first command that fails."""
    script = "set -euo pipefail\n" + "\n".join(f"echo '{_MARK}'\n{block.commands}" for block in blocks())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QONYS_")}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path_factory.mktemp("month"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    return [[plain(line) for line in part.splitlines()] for part in ran.stdout.split(_MARK)[1:]]


def test_every_command_of_the_page_succeeds(said: list[list[str]]) -> None:
    assert len(said) == len(blocks()) >= 10


def test_what_the_page_shows_is_what_the_commands_said(said: list[list[str]]) -> None:
    told = zip(blocks(), said, strict=True)
    assert [line for block, lines in told for line in block.shown if line not in lines] == []
