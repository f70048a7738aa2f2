"""Keys of cells: sums of the record keys of their moves, modulo 2⁶⁴, from sums of the upper and lower halves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_HALF = np.uint64(32)


def cell_keys(counts: pa.Table, side: str) -> NDArray[np.uint64]:
    """The key of each cell of a side, shape (cells,).

    Args:
        counts: a table with ``<side>_key_high`` and ``<side>_key_low``.
        side: arrivals or departures.
    """
    high, low = (counts[f"{side}_key_{half}"].to_numpy().astype(np.int64).view(np.uint64) for half in ("high", "low"))
    with np.errstate(over="ignore"):
        keys: NDArray[np.uint64] = (high << _HALF) + low
    return keys
