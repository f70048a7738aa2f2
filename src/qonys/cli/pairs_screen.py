"""The screen of pairs that may be of one person: both slips side by side, what was decided, and keys to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from qonys.cli.asking import NOT_STATED, entry_lines
from qonys.cli.deciding_screen import DecidingScreen
from qonys.datasets.decision import Act, Decision
from qonys.production.deciding import Request
from qonys.production.linking import SHOWN, WaitingPair, entries_of_pair, waiting_pairs
from qonys.production.office import Office


class PairsScreen(DecidingScreen):
    """One pair at a time, the most probable first. See `DecidingScreen`."""

    THING = "pair"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "say('same')", "Same person"),
        Binding("d", "say('different')", "Different persons"),
        Binding("l", "app.switch_mode('slips')", "Slips"),
    ]

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._pairs = waiting_pairs(office)

    @property
    def _pair(self) -> WaitingPair | None:
        return self._pairs[self.at] if self._pairs else None

    def things(self) -> int:
        """How many pairs there are."""
        return len(self._pairs)

    def entries(self) -> Iterable[Decision]:
        """What was decided of the pair."""
        return entries_of_pair(self.office, self._pair) if self._pair else ()

    def show(self, said: str = "") -> None:
        """Show the pair, and what its slips say."""
        pair, table = self._pair, self.query_one("#fields", DataTable)
        table.clear(columns=True)
        self.tell(said=said)
        if pair is None:
            self.tell(head="No pair waits.")
            return
        probability = "" if pair.probability is None else f" · probability {pair.probability:.3f}"
        self.tell(head=f"{self.at + 1} of {len(self._pairs)}{probability}", decisions=entry_lines(self.entries()))
        table.add_columns("Field", *(f"delivery {d}, row {r}" for d, r in (pair.key, pair.other)), "")
        for name in SHOWN:
            one, two = pair.values.get(name), pair.other_values.get(name)
            differ = one is not None and two is not None and one != two
            table.add_row(*map(Text, (name, one or NOT_STATED, two or NOT_STATED, "≠" if differ else "")))
        for name, agree in pair.names.items():
            table.add_row(*map(Text, (name, *("hidden" if agree else NOT_STATED for _ in "12"), agree or "")))

    def action_say(self, act: Act) -> None:
        """Say whether both slips are of one person."""
        pair = self._pair
        if pair is not None:
            other = f"{pair.other_delivery}:{pair.other_row}"
            title = "Both slips are of the same person" if act == "same" else "The slips are of different persons"
            self.ask(title, lambda said: Request(*pair.key, act, said[1], new=other, note=said[2]))
