"""Writings of persons as slips, and how well links between them meet the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from qonys.datasets.move import EXCEPTION
from qonys.datasets.registration import REGISTRATION
from qonys.simulate.persons_with_errors import Written

_RECEIVED = date(2025, 1, 10)


def slips_of_persons(written: Sequence[Written], encoded: Callable[[str], list[int]]) -> dict[str, pa.Table]:
    """The tables that linkage reads: registrations of one delivery (row = place in the sequence), deliveries, exceptions.

    Args:
        written: the writings.
        encoded: the keyed encoding of a name.
    """
    count = len(written)
    columns: dict[str, pa.Array[Any]] = {field.name: pa.nulls(count, field.type) for field in REGISTRATION}
    columns |= {
        "delivery": pa.array([1] * count, pa.int32()),
        "row": pa.array(range(count), pa.int64()),
        "received": pa.array([_RECEIVED] * count, pa.date32()),
        "person": pa.array([w.person.to_bytes(16, "big") if w.identified else None for w in written], pa.binary()),
        "sex": pa.array([w.sex or None for w in written], pa.string()),
        "birth_date": pa.array([w.birth_date for w in written], pa.date32()),
    }
    for name in ("surname", "given_name", "birth_place"):
        columns[name] = _encodings([getattr(w, name) for w in written], encoded)
    return {
        "registrations": pa.table(columns).cast(REGISTRATION),
        "deliveries": pa.table(
            {
                "delivery": pa.array([1], pa.int32()),
                "layout": ["invented"],
                "received": pa.array([_RECEIVED], pa.date32()),
                "withdrawn_on": pa.nulls(1, pa.date32()),
                "replaced_by": pa.nulls(1, pa.int32()),
            }
        ),
        "exceptions": EXCEPTION.empty_table(),
    }


def quality(links: pa.Table, written: Sequence[Written]) -> tuple[float, float]:
    """Precision and recall of the pairs that are linked, among those of a writing without a number and a person.

    Raises:
        ZeroDivisionError: nothing is linked, or nobody is written twice.
    """
    numbered = {one.person for one in written if one.identified}
    linked = [row for row in links.to_pylist() if row["status"] == "linked" and written[row["other_row"]].identified]
    right = sum(written[row["row"]].person == written[row["other_row"]].person for row in linked)
    return right / len(linked), right / sum(not one.identified and one.person in numbered for one in written)


def _encodings(names: list[str], encoded: Callable[[str], list[int]]) -> pa.Array[Any]:
    coded: Any = pa.array(names).dictionary_encode()
    found = [encoded(name) or None for name in coded.dictionary.to_pylist()]
    encodings: pa.Array[Any] = pa.array(found, pa.list_(pa.int32())).take(coded.indices)
    return encodings
