"""What every step of the line needs: the workspace, its country, its store, an engine, and the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import pyarrow as pa

from qonys.concepts.protection import Protection
from qonys.concepts.table_design import TableDesign
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.decision import Log
from qonys.datasets.outcome import Engine, Files, Progress, Table, Translated
from qonys.datasets.territory import Territory, division_table, group_table, remainder_group, territory_table
from qonys.errors import OperatorError
from qonys.store.key_ring import pseudonym_pairs, ring_of
from qonys.store.keys import Keys
from qonys.store.spill import spill_of_this_process
from qonys.store.states import Store
from qonys.store.withdrawals import Withdrawal, open_withdrawals, withdrawals
from qonys.store.workspace import Workspace

if TYPE_CHECKING:
    from qonys.engine.duck import DuckDBEngine
    from qonys.publish.signing import SigningKey


@dataclass(frozen=True)
class Office:
    """A workspace at work. The clock, the operator and the keys are handed in; only steps that read identifiers need keys.

    Args:
        workspace: the folders.
        today: the day.
        progress: is told what is being done.
        keys: the keys, where they were given.
        operator: who works; stands in receipts and in the history of every state.
        now: the instant at which the work began; midnight (UTC) of the day where it is not given.
        counting: the engine that counts moves and flows: empty for that of the workspace, ``duckdb``, ``sail``, or
            ``sc://host:port`` of a Spark Connect server.
        signing: the key by which releases are signed, where one was given.
        connection: gives the URI of a database by its name; None where no database can be asked.
    """

    workspace: Workspace
    today: date
    progress: Progress
    keys: Keys | None = None
    operator: str = ""
    now: datetime | None = None
    connection: Callable[[str], str] | None = None
    counting: str = ""
    signing: SigningKey | None = None
    _counters: dict[str, Engine] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def profile(self) -> Profile:
        return load_profile(self.workspace.profile)

    @cached_property
    def store(self) -> Store:
        return Store(self.workspace.store)

    def reading(self) -> Office:
        """The same office with its store as it is now: what is read through it belongs to one moment.

        Profile and engine are the same for both; of an office that reads one moment already there is no other.
        """
        moment = self.store.snapshot()
        if moment is self.store:
            return self
        still = replace(self)
        still.__dict__.update(self.__dict__, store=moment, profile=self.profile, engine=self.engine)
        return still

    def without_protection(self) -> Office:
        """The same office counting tables as they are: what it makes is confidential and never released."""
        exact = replace(self)
        exact.__dict__.update(self.__dict__, profile=replace(self.profile, protection=Protection()))
        return exact

    @cached_property
    def engine(self) -> DuckDBEngine:
        from qonys.engine.duck import DuckDBEngine

        return DuckDBEngine(
            memory_limit=self.workspace.memory,
            threads=self.workspace.threads,
            spill=spill_of_this_process(self.workspace.spill),
        )

    @property
    def counter(self) -> Engine:
        """The engine that counts moves into flows and flows into tables; one for the office and all that read through it.

        Raises:
            OperatorError: there is no such engine.
        """
        name = self.counting or self.workspace.engine
        if name == "duckdb":
            return self.engine
        from qonys.engine.spark_connect import SparkConnectEngine, is_remote

        if not is_remote(name):
            raise OperatorError(
                f"There is no engine “{name.partition(';')[0]}”.",
                next_step="Write duckdb, sail, or sc://host:port of a Spark Connect server.",
            )
        return self._counters.setdefault(name, SparkConnectEngine(name))

    @cached_property
    def territory(self) -> pa.Table:
        return territory_table(self.profile.areas, self.profile.identity.level)

    @cached_property
    def groups(self) -> pa.Table:
        return group_table(self.profile.memberships)

    @cached_property
    def public_territory(self) -> Territory:
        """What everybody can know of where moves begin and end."""
        return Territory(self.territory, self.groups, self.remainder)

    @property
    def remainder(self) -> str:
        """The group of the countries that are in no other."""
        return remainder_group(self.profile.classifications.get("country_group"))

    def divisions_of(self, design: TableDesign) -> dict[str, pa.Table]:
        """The table ``divisions`` for a design on a boundary set; none for others."""
        return {"divisions": self._divisions} if design.boundaries else {}

    @cached_property
    def _divisions(self) -> pa.Table:
        return division_table(self.profile.areas)

    @property
    def code_version(self) -> str:
        return version("qonys")

    @property
    def signer(self) -> str:
        """Public key by which releases are signed: of the key that was given, or the one that qonys.toml names; or none.

        Raises:
            OperatorError: the two differ.
        """
        given, named = self.signing.public_key if self.signing else "", self.workspace.signer
        if given and named and given != named:
            raise OperatorError(
                "The signing key that is given is not the one that qonys.toml names.",
                where="signer",
                next_step="Set QONYS_SIGNING_KEY or QONYS_SIGNING_KEY_FILE to the key of the office.",
            )
        return given or named

    def lineage(self) -> dict[str, str]:
        return {
            "code_version": self.code_version,
            "profile_hash": self.profile.content_hash,
            "day": self.today.isoformat(),
            "operator": self.operator,
        }

    @property
    def instant(self) -> datetime:
        return self.now or datetime.combine(self.today, time(), UTC)

    @property
    def registrations(self) -> Table:
        """All registrations, a person having one pseudonym whatever key it was made with.

        Raises:
            OperatorError: nothing was collected; or the key was rotated, and the current one is missing.
        """
        return self.with_current_pseudonyms(self.store.files("input/registrations"))

    def with_current_pseudonyms(self, files: Files) -> Table:
        """A state with slip, corrects and person, read with the pseudonyms of the current key."""
        version = ring_of(self.store.folder).version
        return files if version == 1 else Translated(files, self._pseudonym_pairs(version))

    def _pseudonym_pairs(self, version: int) -> pa.Table:
        return pseudonym_pairs(self.store.folder, version, self.needed_keys())

    @property
    def decision_log(self) -> Log:
        """The log of decisions of the workspace."""
        if self.store.version("input/decisions") is None:
            return Log()
        return Log.from_table(self.engine.run("select * from log", log=self.store.files("input/decisions")))

    @property
    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """Which deliveries do not count, from when until when, by receipts and by the log of decisions."""
        return withdrawals(self.store.receipts(), self.decision_log)

    def counting_deliveries(self) -> pa.Table:
        """The deliveries that have a receipt: columns delivery, layout, received, withdrawn_on, replaced_by, and two more:

        ``delivered`` and ``refused`` are the rows of the file, and those that were quarantined as it was read.

        ``withdrawn_on`` is the day from which on its slips no longer count, null while they do; ``replaced_by`` the
        delivery that stands in its place, null where none does.

        Raises:
            OperatorError: nothing was collected yet.
        """
        receipts = self.store.receipts()
        if not receipts:
            raise OperatorError("Nothing was collected yet.", next_step="Run `qonys collect FILE…` first.")
        gone = open_withdrawals(self.withdrawals)
        withdrawn = [gone.get(receipt.delivery) for receipt in receipts]
        return pa.table(
            {
                "delivery": pa.array([receipt.delivery for receipt in receipts], pa.int32()),
                "layout": pa.array([receipt.layout for receipt in receipts], pa.string()),
                "received": pa.array([receipt.received for receipt in receipts], pa.date32()),
                "withdrawn_on": pa.array([one and one.since for one in withdrawn], pa.date32()),
                "replaced_by": pa.array([one and one.by for one in withdrawn], pa.int32()),
                "delivered": pa.array([receipt.rows for receipt in receipts], pa.int64()),
                "refused": pa.array([receipt.quarantined for receipt in receipts], pa.int64()),
            }
        )

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
