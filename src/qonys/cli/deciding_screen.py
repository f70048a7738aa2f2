"""A screen on which one thing after the other is decided by keys: what slips and pairs have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Header, Static

from qonys.cli.asking import Ask, Said, last_standing
from qonys.datasets.decision import Decision
from qonys.errors import QonysError
from qonys.production.deciding import Request, decide, undo_request
from qonys.production.office import Office


class DecidingScreen(Screen[None]):
    """One thing at a time; what a subclass calls it stands in ``THING``.

    Args:
        office: the office at work; its operator decides.
    """

    THING: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,right", "step(1)", "Next"),
        Binding("p,left", "step(-1)", "Previous"),
        Binding("u", "undo", "Undo"),
    ]
    CSS = """
    #head, #reasons, #decisions, #said { height: auto; padding: 0 1; }
    #reasons { color: $warning; }
    #said { color: $error; }
    #fields { height: 1fr; }
    """

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office
        self.at = 0

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static(id="head", markup=False)
        yield Static(id="reasons", markup=False)
        yield DataTable(id="fields", cursor_type="row")
        yield Static(id="decisions", markup=False)
        yield Static(id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.show()

    @abstractmethod
    def show(self, said: str = "") -> None:
        """Show the thing as it stands now, and what is to be said besides."""

    @abstractmethod
    def things(self) -> int:
        """How many there are."""

    @abstractmethod
    def entries(self) -> Iterable[Decision]:
        """What was decided of the thing that is shown."""

    def tell(self, **texts: str) -> None:
        """Write texts into the parts of the screen that are named."""
        for part, text in texts.items():
            self.query_one(f"#{part}", Static).update(text)

    def ask(self, title: str, request: Callable[[Said], Request], value: str | None = None) -> None:
        """Ask for reason and note, and for a value where one is given, then decide what they request."""

        def said(answer: Said | None) -> None:
            if answer is not None:
                self._decide(request(answer))

        self.app.push_screen(Ask(title, value, with_value=value is not None), said)

    def action_step(self, by: int) -> None:
        """Go to another one."""
        if self.things():
            self.at = (self.at + by) % self.things()
            self.query_one("#fields", DataTable).move_cursor(row=0)
            self.show()

    def action_undo(self) -> None:
        """Take the last standing decision about what is shown back."""
        entry = last_standing(self.entries())
        if entry is None:
            self.show(f"Nothing of this {self.THING} can be taken back.")
        else:
            self.ask(f"Take entry {entry.entry} back", lambda said: undo_request(entry, said[1], said[2]))

    def _decide(self, request: Request) -> None:
        try:
            made = decide(self.office, [request])
        except QonysError as error:
            self.show(f"{error.what} {error.next_step}")
            return
        self.show("" if made else "Nothing was decided.")
