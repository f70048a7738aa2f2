"""What every screen of the review asks before it writes an entry, and how it shows one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from qonys.cli.decisions import what_was_decided
from qonys.concepts.correction import REASONS
from qonys.datasets.decision import Decision

NOT_STATED = "–"

Said = tuple[str, str, str]
"""New value, reason and note, as a person typed them."""


class Ask(ModalScreen[Said | None]):
    """Asks for a value (where one is set), a reason and a note; Enter goes on, Escape leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Leave it")]
    CSS = """
    Ask { align: center middle; }
    Ask > Vertical { width: 76; height: auto; border: round $accent; padding: 1 2; background: $surface; }
    """

    def __init__(self, title: str, value: str | None, *, with_value: bool) -> None:
        super().__init__()
        self._title, self._value, self._with_value = title, value or "", with_value

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._title, markup=False)
            if self._with_value:
                yield Input(self._value, placeholder="new value; empty: not stated", id="value")
            yield Input("REVIEW", placeholder=", ".join(REASONS), id="reason")
            yield Input(placeholder="note; needed with OTHER", id="note")

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        if event.input.id == "note":
            value = self.query_one("#value", Input).value.strip() if self._with_value else ""
            reason = self.query_one("#reason", Input).value.strip().upper()
            self.dismiss((value, reason, event.value.strip()))
        else:
            self.focus_next()

    def action_cancel(self) -> None:
        """Decide nothing."""
        self.dismiss(None)


def entry_lines(entries: Iterable[Decision]) -> str:
    """Entries of the log, one a line; that there is none, where there is none."""
    lines = [f"{e.entry}  {what_was_decided(e)}  ({e.reason}, {e.author}, {e.day}) {e.note}".rstrip() for e in entries]
    return "\n".join(lines) or "No decision yet."


def last_standing(entries: Iterable[Decision]) -> Decision | None:
    """The last entry that does something and was not taken back; None where there is none."""
    found = tuple(entries)
    gone = {entry.of for entry in found if entry.act == "undo"}
    standing = [entry for entry in found if entry.act not in ("undo", "close") and entry.entry not in gone]
    return standing[-1] if standing else None
