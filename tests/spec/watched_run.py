"""Watches a run for words that must not get out: every file while it is there, every text given to an engine, every log.

with watched([folder, temporary], words) as sightings:
    qonys("collect", …)
assert sightings == []
"""

from __future__ import annotations

import gzip
import logging
import os
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock
from zipfile import BadZipFile, ZipFile, is_zipfile

import pyarrow.parquet as pq

from qonys.engine.duck import DuckDBEngine

_SECONDS = 0.01


def contents_of(path: Path) -> list[bytes]:
    """The bytes of a file as they are, and as whoever opens it reads them."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        with suppress(Exception):  # a file that is being written
            return [raw, repr(pq.read_table(path).to_pylist()).encode()]
    if path.suffix == ".gz":
        with suppress(OSError, EOFError, zlib.error):  # a broken one
            return [raw, gzip.decompress(raw)]
    if is_zipfile(path):
        with suppress(BadZipFile, RuntimeError, zlib.error), ZipFile(BytesIO(raw)) as archive:  # a broken or locked one
            return [raw, *(archive.read(name) for name in archive.namelist())]
    return [raw]


def written_as(words: Iterable[str]) -> list[bytes]:
    """Words as bytes in every encoding in which they would be read again."""
    return [word.encode(encoding) for word in words for encoding in ("utf-8", "utf-16-le", "utf-16-be")]


def sightings_in(folder: Path, words: list[bytes]) -> list[str]:
    """The files below a folder in whose names, bytes or tables one of the words stands."""
    found = []
    for path in (path for path in folder.rglob("*") if path.is_file()):
        contents = [*contents_of(path), str(path.relative_to(folder)).encode()]
        if any(word in content for word in words for content in contents):
            found.append(str(path))
    return found


@contextmanager
def watched(folders: list[Path], words: list[bytes]) -> Iterator[list[str]]:
    """Where a word was seen, filled while the block runs: in a file, however short its life, in SQL, in a log."""
    seen: list[str] = []
    over = threading.Event()
    looking = threading.Thread(target=_look, args=(folders, words, seen, over), daemon=True)
    log = _Log(words, seen)
    logging.getLogger().addHandler(log)
    looking.start()
    try:
        with _texts_of_queries(words, seen):
            yield seen
    finally:
        over.set()
        looking.join()
        logging.getLogger().removeHandler(log)


def _look(folders: list[Path], words: list[bytes], seen: list[str], over: threading.Event) -> None:
    known: dict[Path, tuple[int, int]] = {}
    while not over.wait(_SECONDS):
        for path in _files_below(folders):
            with suppress(OSError):
                told = path.stat()
                state = (told.st_size, told.st_mtime_ns)
                if path.is_file() and known.get(path) != state:
                    known[path] = state
                    content = path.read_bytes()
                    seen += [f"{path} while it was there" for word in words if word in content]


def _files_below(folders: list[Path]) -> Iterator[Path]:
    """Every file; a folder that vanishes while it is listed ends no walk, as it would that of `Path.rglob`."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            yield from (Path(parent, name) for name in names)


@contextmanager
def _texts_of_queries(words: list[bytes], seen: list[str]) -> Iterator[None]:
    """Every query that reaches the engine; secrets may go in as parameters, not in the text."""
    run, stream = DuckDBEngine.run, DuckDBEngine.stream

    def told(query: object) -> None:
        text = query if isinstance(query, str) else query.sql(dialect="duckdb")  # type: ignore[attr-defined]
        seen.extend(f"a query: {text[:80]}" for word in words if word in text.encode())

    def watched_run(self: DuckDBEngine, query: Any, *rest: Any, **tables: Any) -> Any:  # noqa: ANN401
        told(query)
        return run(self, query, *rest, **tables)

    def watched_stream(self: DuckDBEngine, query: Any, *rest: Any, **tables: Any) -> Any:  # noqa: ANN401
        told(query)
        return stream(self, query, *rest, **tables)

    with mock.patch.object(DuckDBEngine, "run", watched_run), mock.patch.object(DuckDBEngine, "stream", watched_stream):
        yield


class _Log(logging.Handler):
    def __init__(self, words: list[bytes], seen: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._words, self._seen = words, seen

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().encode()
        self._seen.extend(f"a log of {record.name}" for word in self._words if word in text)
