"""The screen of slips that wait: one at a time, its fields, what it waits for, what was decided, and keys to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from qonys.cli.asking import NOT_STATED, entry_lines
from qonys.cli.deciding_screen import DecidingScreen
from qonys.datasets.decision import Act, Decision, Key
from qonys.production.deciding import Request
from qonys.production.office import Office
from qonys.production.reviewing import Slip, messages, queue, slips_of, variable_order
from qonys.production.waiting import RULE


class SlipsScreen(DecidingScreen):
    """One slip at a time. See `DecidingScreen`.

    Args:
        office: the office at work; its operator decides.
        language: language of the rules' messages.
    """

    THING = "slip"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit"),
        Binding("r", "release", "Release"),
        Binding("a", "accept", "Accept"),
        Binding("x", "leave_out", "Leave out"),
        Binding("l", "app.switch_mode('pairs')", "Pairs"),
    ]

    def __init__(self, office: Office, language: str) -> None:
        super().__init__(office)
        self._messages = messages(office, language)
        self._keys: list[Key] = queue(office)
        self._slip: Slip | None = None

    def on_mount(self) -> None:
        self._table.add_columns("Field", "Value")
        super().on_mount()

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#fields", DataTable)

    def things(self) -> int:
        """How many slips there are."""
        return len(self._keys)

    def entries(self) -> Iterable[Decision]:
        """What was decided of the slip."""
        return self._slip.entries if self._slip else ()

    def show(self, said: str = "") -> None:
        """Show the slip, its fields, and what it waits for."""
        self._slip = next(iter(slips_of(self.office, [self._keys[self.at]])), None) if self._keys else None
        slip, line = self._slip, self._table.cursor_row
        self._table.clear()
        self.tell(said=said)
        if slip is None:
            self.tell(head="Nothing waits.")
            return
        place = "quarantined at entry" if slip.place == "entry" else "in the register"
        self.tell(
            head=f"{self.at + 1} of {len(self._keys)} · delivery {slip.delivery}, row {slip.row} · {place}",
            reasons="\n".join(self._reason(slip, reason) for reason in slip.reasons),
            decisions=entry_lines(slip.entries),
        )
        for field in variable_order(slip.values):
            self._table.add_row(Text(field), Text(slip.values[field] or NOT_STATED), key=field)
        self._table.move_cursor(row=line)

    def _reason(self, slip: Slip, reason: str) -> str:
        where = {"flag": "flagged", RULE: "quarantined"}.get(slip.reasons[reason], "unreadable")
        return f"{where}: {reason} {self._messages.get(reason, '')}".rstrip()

    def _field(self) -> str | None:
        if self._slip is None or not self._table.row_count:
            return None
        return variable_order(self._slip.values)[self._table.cursor_row]

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

    def _ask(self, act: Act, title: str, value: str | None = None, field: str | None = None) -> None:
        slip = self._slip
        if slip is None:
            return
        told = None if field is None else value or ""
        self.ask(
            title,
            lambda said: Request(*slip.key, act, said[1], field=field, new=said[0], old=value, note=said[2]),
            told,
        )
