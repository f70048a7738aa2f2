"""Old and new pseudonyms of the identifiers of a delivered file: it is read again, from its sealed source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from qonys.collect.extraction import read_extract
from qonys.collect.pseudonyms import Pseudonyms
from qonys.collect.readers import RowReader, read_rows
from qonys.concepts.layout import SourceLayout
from qonys.concepts.variable import VARIABLES, Kind
from qonys.errors import OperatorError
from qonys.store.sealed import unsealed


def pseudonym_pairs_of(
    sealed: Path, key: bytes, layout: SourceLayout, old: Pseudonyms, new: Pseudonyms
) -> Iterator[pa.Table]:
    """Columns old and new, a table a batch of rows.

    Args:
        sealed: the sealed source.
        key: that opens it.
        layout: by which it was read.
        old: pseudonyms under the earlier person key.
        new: pseudonyms under the later one.

    Raises:
        OperatorError: the source cannot be opened.
        SupplierError: it cannot be read by the layout, which must have changed.
    """
    with _reader(sealed, key, layout) as reader:
        for batch in reader.batches:
            for name, source in layout.variables.items():
                if VARIABLES[name].kind is Kind.IDENTIFIER:
                    texts, missing = batch.column(source.column or ""), (*layout.missing, *source.missing)
                    pairs = pa.table({"old": old.of(texts, missing), "new": new.of(texts, missing)})
                    yield pairs.drop_null().group_by(["old", "new"]).aggregate([])


@contextmanager
def _reader(sealed: Path, key: bytes, layout: SourceLayout) -> Iterator[RowReader]:
    if layout.format == "postgresql":
        yield read_extract(sealed, layout, key)
        return
    with _in_memory(sealed, key) as path:
        yield read_rows(path, layout)


@contextmanager
def _in_memory(sealed: Path, key: bytes) -> Iterator[Path]:
    """A path by which the plain bytes can be read, that lie in memory and on no disk."""
    if not hasattr(os, "memfd_create"):
        raise OperatorError(
            "This system cannot hold a file in memory alone, and a plain source must not touch the disk.",
            next_step="Rotate keys on Linux.",
        )
    descriptor = os.memfd_create("source")
    try:
        with open(descriptor, "wb", closefd=False) as file:
            for chunk in unsealed(sealed, key):
                file.write(chunk)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
