"""The screens of `qonys review`: slips that wait, and pairs of slips that may be of one person; `l` leads to the other one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from qonys.cli.pairs_screen import PairsScreen
from qonys.cli.slips_screen import SlipsScreen
from qonys.production.office import Office


class ReviewApp(App[None]):
    """Two screens, each of which is opened when it is first asked for and stays where it was.

    Args:
        office: the office at work; its operator decides.
        language: language of the rules' messages.
        links: begin with the pairs.
    """

    TITLE = "Review"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit", "Quit")]

    def __init__(self, office: Office, language: str, *, links: bool = False) -> None:
        super().__init__()
        self._first = "pairs" if links else "slips"
        self.add_mode("slips", lambda: SlipsScreen(office, language))
        self.add_mode("pairs", lambda: PairsScreen(office))

    def on_mount(self) -> None:
        self.switch_mode(self._first)
