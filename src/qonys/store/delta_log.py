"""The log of one state, as Delta Lake has it: which files a version holds, and what was written down of it.

Laws: a version is visible at once or not at all, and is never changed; files of earlier versions stay for good.
https://github.com/delta-io/delta/blob/master/PROTOCOL.md
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, PostCommitHookProperties, create_table_with_add_actions

from qonys.errors import OperatorError
from qonys.store.disk import bring_to_disk
from qonys.store.parquet_files import WrittenFile, plain_schema

Mode: TypeAlias = Literal["append", "overwrite"]
LOG = "_delta_log"
HASHES = "file_sha256"
"""Name under which a commit keeps the SHA-256 of the files it adds, as JSON."""

_KEEP_FOREVER = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
_NOTHING_AFTER = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_SUMMED_UP_EVERY = 50
_DIGITS = 20
_COMMIT = re.compile(rf"\d{{{_DIGITS}}}\.json")
_ATTEMPTS = 8


class LoggedFile(msgspec.Struct, frozen=True):
    """A Parquet file of a version: its path, and bytes and rows as the log knows them."""

    path: Path
    size: int
    rows: int


@dataclass(frozen=True)
class Content:
    """What a version holds: its schema, and its files, largest first."""

    schema: pa.Schema
    files: tuple[LoggedFile, ...]


class Commit(msgspec.Struct, frozen=True):
    """A version as it was written: its number, the instant, the operation, and its lineage."""

    version: int
    instant: datetime
    operation: str
    lineage: dict[str, str]


class DeltaLog:
    """The log of a state in its folder.

    Args:
        folder: folder of the state; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def version(self) -> int | None:
        """The number of the latest version; None where nothing was ever written.

        It is the number of the last commit: to know it, none needs to be read.
        """
        try:
            names = [path.name for path in (self.folder / LOG).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return None
        return max((int(name[:_DIGITS]) for name in names if _COMMIT.fullmatch(name)), default=None)

    def files(self, version: int | None = None) -> tuple[LoggedFile, ...]:
        """The files of a version, the latest by default; largest first."""
        table = self._table(version)
        return () if table is None else self._files(table)

    def schema(self, version: int | None = None) -> pa.Schema | None:
        """The schema of a version; None where nothing was ever written."""
        table = self._table(version)
        return None if table is None else _schema(table)

    def content(self, version: int) -> Content | None:
        """Schema and files of a version, for which the log is read once; None where nothing was ever written."""
        table = self._table(version)
        return None if table is None else Content(_schema(table), self._files(table))

    def commit(self, version: int) -> Commit:
        """What was written down of a version.

        Raises:
            FileNotFoundError: there is no such version.
        """
        for line in (self.folder / LOG / f"{version:0{_DIGITS}}.json").read_bytes().splitlines():
            action = msgspec.json.decode(line, type=dict[str, Any])
            if "commitInfo" in action:
                info = action["commitInfo"]
                instant = datetime.fromtimestamp(info["timestamp"] / 1000, UTC)
                lineage = {name: text for name, text in info.items() if isinstance(text, str) and name not in _OWN}
                return Commit(version, instant, info.get("operation", ""), lineage)
        return Commit(version, datetime.fromtimestamp(0, UTC), "", {})

    def commits(self) -> Iterator[Commit]:
        """Every version, the first one first."""
        latest = self.version()
        for version in range(0 if latest is None else latest + 1):
            yield self.commit(version)

    def hashes(self) -> dict[str, str]:
        """Name of every file that a version ever added -> SHA-256 that it had."""
        found: dict[str, str] = {}
        for commit in self.commits():
            found.update(msgspec.json.decode(commit.lineage.get(HASHES, "{}"), type=dict[str, str]))
        return found

    def add(self, files: Iterable[WrittenFile], schema: pa.Schema, lineage: Mapping[str, str], mode: Mode) -> int:
        """Make files that are on the disk visible as a new version.

        Args:
            files: files in the folder.
            schema: their schema; columns that the state does not have yet are added to it.
            lineage: what to write down of the version.
            mode: add to what is there, or take its place.

        Returns:
            The number of the new version.

        Raises:
            OperatorError: the state has other types, or others write without a pause.
        """
        files = tuple(files)
        lineage = {**lineage, HASHES: msgspec.json.encode({file.name: file.sha256 for file in files}).decode()}
        commit = CommitProperties(custom_metadata=dict(lineage))
        actions = [self._action(file) for file in files]
        try:
            _again_while_others_write(lambda: self._add(actions, schema, commit, mode), self.folder)
        except Exception:
            if self._version_with(files) is None:
                raise
        bring_to_disk(self.folder / LOG)
        version = self._version_with(files)
        version = self.version() or 0 if version is None else version
        self._shorten(version)
        return version

    def _add(self, actions: Sequence[AddAction], schema: pa.Schema, commit: CommitProperties, mode: Mode) -> None:
        exported: Any = plain_schema(schema)
        wanted, table = Schema.from_arrow(exported), self._table()
        if table is None:
            create_table_with_add_actions(
                self.folder.as_uri(),
                wanted,
                list(actions),
                configuration=_KEEP_FOREVER,
                commit_properties=commit,
                post_commithook_properties=_NOTHING_AFTER,
            )
            return
        if mode == "append":
            self._widen(table, wanted)
        table.create_write_transaction(
            list(actions), mode, wanted, commit_properties=commit, post_commithook_properties=_NOTHING_AFTER
        )

    def _widen(self, table: DeltaTable, wanted: Schema) -> None:
        known = {field.name: field.type for field in table.schema().fields}
        other = [f"{f.name} ({f.type})" for f in wanted.fields if f.name in known and f.type != known[f.name]]
        if other:
            raise OperatorError(
                f"The register was written with other types: {', '.join(other)}.",
                where=str(self.folder),
                next_step="Begin a new workspace, or use the version of Qonys that wrote this one.",
            )
        more = [field for field in wanted.fields if field.name not in known]
        if more:
            table.alter.add_columns(more)

    def _version_with(self, files: tuple[WrittenFile, ...]) -> int | None:
        """The version that a commit of ours became; others may have come after it. None: it did not become any."""
        latest = self.version()
        if latest is None or not files:
            return None
        for version in range(latest, -1, -1):
            if files[0].name in self.commit(version).lineage.get(HASHES, ""):
                return version
        return None

    def _shorten(self, version: int) -> None:
        """Sum up the log now and then, so that it opens quickly. It is complete without: a failure is no loss."""
        if version % _SUMMED_UP_EVERY == _SUMMED_UP_EVERY - 1:
            with suppress(DeltaError, OSError):
                DeltaTable(self.folder.as_uri()).create_checkpoint()

    def _action(self, file: WrittenFile) -> AddAction:
        modified = (self.folder / file.name).stat().st_mtime_ns // 1_000_000
        statistics = msgspec.json.encode({"numRecords": file.rows}).decode()
        return AddAction(file.name, file.size, {}, modified, data_change=True, stats=statistics)

    def _files(self, table: DeltaTable) -> tuple[LoggedFile, ...]:
        listed: Any = table.get_add_actions(flatten=True)
        rows = pa.table(listed).select(["path", "size_bytes", "num_records"]).to_pylist()
        files = [LoggedFile(self.folder / row["path"], row["size_bytes"], row["num_records"] or 0) for row in rows]
        return tuple(sorted(files, key=lambda file: (-file.size, file.path)))

    def _table(self, version: int | None = None) -> DeltaTable | None:
        try:
            return DeltaTable(self.folder.as_uri(), version=version)
        except TableNotFoundError:
            return None


def _schema(table: DeltaTable) -> pa.Schema:
    exported: Any = table.schema().to_arrow()
    return pa.schema(exported)


_OWN = frozenset({"operation", "engineInfo", "clientVersion", "isolationLevel"})


def _again_while_others_write(commit: Callable[[], None], folder: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            commit()
        except CommitFailedError as error:
            reason: Exception = error
        except DeltaError as error:
            if "already exists" not in str(error):
                raise
            reason = error
        else:
            return
        time.sleep(0.02 * 2**attempt)
    raise OperatorError(
        f"Others write to the register without a pause: {reason}",
        where=str(folder),
        next_step="Run the command again when they have finished.",
    )
