"""A second store with the inputs of a first one, as they were when something was made of them, and nothing else.

Laws: the first store is only read; rows are not copied but linked to; of deliveries and decisions only those are taken
that counted then, so that what came later has no say.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from qonys.store.delta_log import LOG
from qonys.store.states import Store

_INPUTS = ("input/registrations", "input/quarantine")
_KEYS = ("keys", "keys.fingerprint")


def lay_out_inputs(store: Store, target: Path, deliveries: Collection[int], decisions: pa.Table | None) -> Store:
    """Make the second store.

    Args:
        store: the first store.
        target: folder of the second one; it must not be there.
        deliveries: numbers of the deliveries that count.
        decisions: the decisions that count; None where there were none.
    """
    second = Store(target)
    for state in _INPUTS:
        if (store.folder / state / LOG).is_dir():
            _linked(store.folder / state, target / state)
    for name in _KEYS:
        _copied(store.folder / name, target / name)
    for number in sorted(deliveries):
        _copied(store.delivery_folder(number) / "receipt.json", second.delivery_folder(number) / "receipt.json")
    if decisions is not None and decisions.num_rows:
        second.append("input/decisions", decisions, {"step": "decide"})
    return second


def _linked(source: Path, target: Path) -> None:
    """A state with a log of its own and links to the files of the first one."""
    shutil.copytree(source / LOG, target / LOG)
    for path in source.glob("*.parquet"):
        (target / path.name).symlink_to(path.resolve())


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
