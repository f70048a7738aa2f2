"""A column of a batch as its distinct texts: whatever is asked of a text is asked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qonys.collect.coding import Flags

Places: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True)
class DistinctTexts:
    """A column as its distinct texts and, for each row, the place of its text; -1 where nothing is stated."""

    texts: pa.Array[Any]
    places: Places

    def of_rows(self, values: pa.Array[Any]) -> pa.Array[Any]:
        """What stands for each text, shape (texts,), for each row."""
        absent = self.places < 0
        places: Any = pa.array(self.places, mask=absent if absent.any() else None)
        taken: pa.Array[Any] = pc.take(values, places, boundscheck=False)
        return taken

    def rows(self, flags: Flags) -> Flags:
        """Which rows hold a text that is flagged, shape (rows,)."""
        return flags[self.places] & (self.places >= 0) if len(flags) else np.zeros(len(self.places), np.bool_)
