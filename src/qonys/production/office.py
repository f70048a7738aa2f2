"""What every step of the line needs: the workspace, its country, its store, an engine, and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version

import pyarrow as pa

from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.outcome import Progress
from qonys.datasets.territory import group_table, territory_table
from qonys.engine.duck import DuckDBEngine
from qonys.errors import OperatorError
from qonys.store.keys import Keys
from qonys.store.states import Store
from qonys.store.workspace import Workspace


@dataclass(frozen=True)
class Office:
    """A workspace at work. The clock and the keys are handed in; only steps that read identifiers need keys."""

    workspace: Workspace
    today: date
    progress: Progress
    keys: Keys | None = None

    @cached_property
    def profile(self) -> Profile:
        return load_profile(self.workspace.profile)

    @cached_property
    def store(self) -> Store:
        return Store(self.workspace.store)

    @cached_property
    def engine(self) -> DuckDBEngine:
        self.workspace.spill.mkdir(parents=True, exist_ok=True)
        return DuckDBEngine(
            memory_limit=self.workspace.memory, threads=self.workspace.threads, spill=self.workspace.spill
        )

    @cached_property
    def territory(self) -> pa.Table:
        return territory_table(self.profile.areas, self.profile.identity.level)

    @cached_property
    def groups(self) -> pa.Table:
        return group_table(self.profile.memberships)

    @property
    def code_version(self) -> str:
        return version("qonys")

    def lineage(self) -> dict[str, str]:
        return {
            "code_version": self.code_version,
            "profile_hash": self.profile.content_hash,
            "day": self.today.isoformat(),
        }

    def counting_deliveries(self) -> pa.Table:
        """The deliveries that have a receipt, as a table with one column.

        Raises:
            OperatorError: nothing was collected yet.
        """
        numbers = [receipt.delivery for receipt in self.store.receipts()]
        if not numbers:
            raise OperatorError("Nothing was collected yet.", next_step="Run `qonys collect FILE…` first.")
        return pa.table({"delivery": pa.array(numbers, pa.int32())})

    def needed_keys(self) -> Keys:
        """The keys, for a step that cannot do without.

        Raises:
            OperatorError: they were not given.
        """
        if self.keys is None:
            raise OperatorError(
                "The keys are missing: identifiers cannot be hashed without them.",
                next_step="Set QONYS_KEY and QONYS_RECORD_KEY to 64 hexadecimal digits each (openssl rand -hex 32), "
                "or QONYS_KEY_FILE and QONYS_RECORD_KEY_FILE to files that hold them, outside of the workspace.",
            )
        return self.keys
