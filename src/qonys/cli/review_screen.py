"""The screen of `qonys review`: one slip at a time, its fields, what it waits for, what was decided, and keys to decide."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Header, Input, Label, Static

from qonys.concepts.correction import REASONS
from qonys.datasets.decision import Act, Decision, Key
from qonys.errors import QonysError
from qonys.production.deciding import Request, decide, undo_request
from qonys.production.office import Office
from qonys.production.reviewing import RULE, Slip, messages, queue, slips_of, variable_order

_NOT_STATED = "–"

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


class ReviewApp(App[None]):
    """One slip at a time.

    Args:
        office: the office at work; its operator decides.
        language: language of the rules' messages.
    """

    TITLE = "Review"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "step(1)", "Next"),
        Binding("p,left", "step(-1)", "Previous"),
        Binding("e", "edit", "Edit"),
        Binding("r", "release", "Release"),
        Binding("a", "accept", "Accept"),
        Binding("x", "leave_out", "Leave out"),
        Binding("u", "undo", "Undo"),
        Binding("q", "quit", "Quit"),
    ]
    CSS = """
    #head, #reasons, #decisions, #said { height: auto; padding: 0 1; }
    #reasons { color: $warning; }
    #said { color: $error; }
    #fields { height: 1fr; }
    """

    def __init__(self, office: Office, language: str) -> None:
        super().__init__()
        self._office = office
        self._messages = messages(office, language)
        self._keys: list[Key] = queue(office)
        self._at = 0
        self._slip: Slip | None = None

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static(id="head", markup=False)
        yield Static(id="reasons", markup=False)
        yield DataTable(id="fields", cursor_type="row")
        yield Static(id="decisions", markup=False)
        yield Static(id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._table.add_columns("Field", "Value")
        self._show()

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#fields", DataTable)

    def _show(self, said: str = "") -> None:
        """Show the slip as it stands now."""
        self._slip = next(iter(slips_of(self._office, [self._keys[self._at]])), None) if self._keys else None
        slip, line = self._slip, self._table.cursor_row
        self._table.clear()
        self.query_one("#said", Static).update(said)
        if slip is None:
            self.query_one("#head", Static).update("Nothing waits.")
            return
        place = "quarantined at entry" if slip.place == "entry" else "in the register"
        head = f"{self._at + 1} of {len(self._keys)} · delivery {slip.delivery}, row {slip.row} · {place}"
        self.query_one("#head", Static).update(head)
        self.query_one("#reasons", Static).update("\n".join(self._reason(slip, reason) for reason in slip.reasons))
        for field in variable_order(slip.values):
            self._table.add_row(Text(field), Text(slip.values[field] or _NOT_STATED), key=field)
        self._table.move_cursor(row=line)
        self.query_one("#decisions", Static).update(
            "\n".join(_line(entry) for entry in slip.entries) or "No decision yet."
        )

    def _reason(self, slip: Slip, reason: str) -> str:
        where = {"flag": "flagged", RULE: "quarantined"}.get(slip.reasons[reason], "unreadable")
        return f"{where}: {reason} {self._messages.get(reason, '')}".rstrip()

    def _field(self) -> str | None:
        if self._slip is None or not self._table.row_count:
            return None
        return variable_order(self._slip.values)[self._table.cursor_row]

    def action_step(self, by: int) -> None:
        """Go to another slip."""
        if self._keys:
            self._at = (self._at + by) % len(self._keys)
            self._table.move_cursor(row=0)
            self._show()

    @on(DataTable.RowSelected)
    def action_edit(self) -> None:
        """Correct the field under the cursor."""
        field = self._field()
        if self._slip is not None and field is not None:
            self._ask("set", f"{field}: new value", self._slip.values[field], field)

    def action_release(self) -> None:
        """Let a row that was quarantined at entry into the register."""
        self._ask("release", "Release the row into the register")

    def action_accept(self) -> None:
        """Accept what the rules call wrong."""
        self._ask("accept", "Accept what the rules call wrong")

    def action_leave_out(self) -> None:
        """Leave the slip out."""
        self._ask("leave_out", "Leave the slip out")

    def action_undo(self) -> None:
        """Take the last standing decision about the slip back."""
        entry = _last_standing(self._slip.entries) if self._slip else None
        if entry is None:
            self._show("Nothing of this slip can be taken back.")
            return

        def said(answer: Said | None) -> None:
            if answer is not None:
                self._decide(undo_request(entry, answer[1], answer[2]))

        self.push_screen(Ask(f"Take entry {entry.entry} back", None, with_value=False), said)

    def _ask(self, act: Act, title: str, value: str | None = None, field: str | None = None) -> None:
        slip = self._slip
        if slip is None:
            return

        def said(answer: Said | None) -> None:
            if answer is not None:
                new, reason, note = answer
                self._decide(Request(*slip.key, act, reason, field=field, new=new, old=value, note=note))

        self.push_screen(Ask(title, value, with_value=field is not None), said)

    def _decide(self, request: Request) -> None:
        try:
            made = decide(self._office, [request])
        except QonysError as error:
            self._show(f"{error.what} {error.next_step}")
            return
        self._show("" if made else "Nothing was decided.")


def _line(entry: Decision) -> str:
    what = {
        "set": f"{entry.field}: {entry.old or _NOT_STATED} → {entry.new or _NOT_STATED}",
        "accept": f"accept {entry.rule}",
        "same": f"same person as {entry.new}",
        "different": f"another person than {entry.new}",
        "undo": f"undo {entry.of}",
        "close": f"close {entry.of}",
    }.get(entry.act, entry.act.replace("_", " "))
    return f"{entry.entry}  {what}  ({entry.reason}, {entry.author}, {entry.day}) {entry.note}".rstrip()


def _last_standing(entries: tuple[Decision, ...]) -> Decision | None:
    gone = {entry.of for entry in entries if entry.act == "undo"}
    standing = [entry for entry in entries if entry.act not in ("undo", "close") and entry.entry not in gone]
    return standing[-1] if standing else None
