"""Which versions of derived states belong together: a numbered file for every run of a step that made some of them.

Laws: the last set is what readers see; it appears at once, whole, when the run has ended; a set is never changed. So no
reader meets the moves of one run beside the exceptions of another, however a run ended.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from qonys.errors import told_if_damaged
from qonys.store.disk import write_atomically


class StateSet(msgspec.Struct, frozen=True):
    """What stands together since a run ended.

    Args:
        number: 1, 2, 3 …; 0 before the first run.
        step: step of the line that ran.
        states: every derived state -> its version.
        made: states that this run made anew; the others stay as they were.
        lineage: what was written down of the run.
    """

    number: int = 0
    step: str = ""
    states: dict[str, int] = {}
    made: tuple[str, ...] = ()
    lineage: dict[str, str] = {}


class StateSets:
    """All sets of a store, files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> StateSet:
        """The set that counts."""
        numbers = self.numbers()
        return self.read(numbers[-1]) if numbers else StateSet()

    def numbers(self) -> list[int]:
        """The numbers of all sets, in order."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit())

    def read(self, number: int) -> StateSet:
        """A set by its number.

        Raises:
            OperatorError: it is broken.
        """
        path = self.path(number)
        with told_if_damaged("The set of states", path, "See what `qonys doctor` says."):
            return msgspec.json.decode(path.read_bytes(), type=StateSet)

    def path(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"

    def publish(self, step: str, made: dict[str, int], lineage: dict[str, str]) -> StateSet:
        """Let a run's states count beside those that it left as they were. One at a time: the caller holds the lock."""
        before = self.last()
        new = StateSet(before.number + 1, step, {**before.states, **made}, tuple(made), lineage)
        write_atomically(self.path(new.number), msgspec.json.format(msgspec.json.encode(new), indent=2))
        return new
