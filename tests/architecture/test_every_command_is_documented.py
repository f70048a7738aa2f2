"""Every command says what it does, to who asks the program and to who reads docs/reference/commands.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

from qonys.cli.commands import app

ROOT = Path(__file__).parents[2]


def _commands(group: App, above: str = "qonys") -> Iterator[tuple[str, App]]:
    for name in group:
        if name.startswith("-"):
            continue
        command = group[name]
        yield f"{above} {name}", command
        yield from _commands(command, f"{above} {name}")


def test_every_command_has_a_help_text() -> None:
    commands = dict(_commands(app))
    assert commands
    assert [name for name, command in commands.items() if not (command.help or "").strip()] == []


def test_every_command_is_named_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    ends = [name for name, command in _commands(app) if command.default_command is not None]
    assert ends
    assert [name for name in ends if f"`{name}" not in reference] == []


def test_the_reference_names_no_command_that_does_not_exist() -> None:
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    headings = [line.strip("# `").split("`")[0] for line in reference.splitlines() if line.startswith("## `qonys")]
    names = dict(_commands(app))
    assert headings
    assert [heading for heading in headings if " ".join(w for w in heading.split() if w.islower()) not in names] == []
