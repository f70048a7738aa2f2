"""Pseudonyms: the keyed hash of an identifier, made before a row reaches an engine, a file or a log.

HMAC-SHA-256 (RFC 2104; FIPS 198-1) under a key that is derived from the person key, of which the leftmost half is kept
(RFC 2104, section 5). DataFusion hashes a column at once; the two keyed blocks are literals of an expression, never a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from datafusion import Expr

PSEUDONYM_BYTES = 16


class Pseudonyms:
    """Turns identifiers into pseudonyms of 16 bytes.

    Args:
        blocks: the inner and the outer block of HMAC, of 64 bytes each.
    """

    def __init__(self, blocks: Mapping[str, bytes]) -> None:
        self._blocks = blocks

    @cached_property
    def _hmac(self) -> Expr:
        """Made with the first identifier: a layout without any needs no engine that hashes."""
        from datafusion import col, functions, lit

        inner = functions.digest(functions.concat(lit(self._blocks["inner"]), col("text")), "sha256")
        return functions.digest(functions.concat(lit(self._blocks["outer"]), inner), "sha256").alias("hmac")

    def of(self, texts: pa.Array[Any] | pa.ChunkedArray[Any], missing: tuple[str, ...]) -> pa.Array[Any]:
        """The pseudonym of each text, blanks around it left out; null where it is missing."""
        trimmed: Any = pc.utf8_trim_whitespace(_whole(texts).cast(pa.string()))
        absent = pc.or_kleene(pc.is_null(trimmed), pc.is_in(trimmed, pa.array(missing, pa.string())))
        stated = pc.invert(absent).to_numpy(zero_copy_only=False)
        if not stated.any():
            return pa.nulls(len(trimmed), pa.binary())
        hashed = self._hashed(trimmed.filter(pa.array(stated)).cast(pa.binary()))
        pseudonyms: pa.Array[Any] = pc.binary_slice(hashed, 0, PSEUDONYM_BYTES)
        places: Any = pa.array(np.cumsum(stated) - 1, mask=~stated)
        return pseudonyms if stated.all() else pseudonyms.take(places)

    def _hashed(self, identifiers: pa.Array[Any]) -> pa.Array[Any]:
        """A context a column: what a context has seen it keeps. One partition: several hand rows on in any order."""
        from datafusion import SessionConfig, SessionContext

        try:
            rows = SessionContext(SessionConfig().with_target_partitions(1)).from_arrow(pa.table({"text": identifiers}))
            found: Any = rows.select(self._hmac).to_arrow_table()["hmac"]
        except Exception:  # noqa: BLE001 whatever it is, its message may hold the expression, and so the key
            found = None
        if found is None:
            raise RuntimeError("The identifiers could not be hashed.")
        return _whole(found)


def _whole(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    chunks: list[pa.Array[Any]] = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
