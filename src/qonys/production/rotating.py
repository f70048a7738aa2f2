"""Rotates the person key: every person gets a new pseudonym, and nothing that was written is rewritten."""

from __future__ import annotations

import msgspec
import pyarrow as pa

from qonys.collect.pseudonym_pairs import pseudonym_pairs_of
from qonys.collect.pseudonyms import Pseudonyms
from qonys.datasets.outcome import Outcome
from qonys.errors import OperatorError
from qonys.production.office import Office
from qonys.store.key_ring import KeyRing, pseudonym_pairs, ring_of, write_pseudonym_pairs, write_ring
from qonys.store.keys import Keys
from qonys.store.receipts import Receipt


class Rotation(msgspec.Struct, frozen=True):
    """What a rotation did: the new version, the sources that were read again, the pseudonyms that have a new one."""

    version: int
    deliveries: int
    pseudonyms: int


def rotate_person_key(office: Office, person: str) -> Outcome[Rotation]:
    """Make a new person key the current one.

    Args:
        office: with the keys so far.
        person: the new key, 64 hexadecimal digits.

    Raises:
        OperatorError: the keys so far are missing or not the current ones, the new one is no key or no other, or a
            delivery was taken meanwhile. Nothing has changed then.
    """
    old = office.needed_keys()
    new, ring = Keys.from_hex(person, old.record.hex()), ring_of(office.store.folder)
    _fail_if_not_rotatable(ring, old, new)
    receipts = office.store.receipts()
    pairs = _pairs(office, ring, receipts, old, new)
    rotated = ring.rotated(old, new, operator=office.operator, instant=office.instant)
    with office.store.locked():
        if office.store.receipts() != receipts or ring_of(office.store.folder) != ring:
            raise OperatorError("A delivery was taken while the key was rotated.", next_step="Rotate it again.")
        write_pseudonym_pairs(office.store.folder, rotated.version, pairs, new)
        write_ring(office.store.folder, rotated)
    return Outcome(Rotation(rotated.version, len(receipts), pairs.num_rows))


def _fail_if_not_rotatable(ring: KeyRing, old: Keys, new: Keys) -> None:
    if ring.fingerprint is None:
        raise OperatorError(
            "Nothing was collected yet: there is no key to rotate.",
            next_step="Set QONYS_KEY to the new key, and begin with it.",
        )
    if ring.fingerprint != old.fingerprint():
        raise OperatorError(
            "These are not the current keys of the register.", next_step="Set QONYS_KEY to the key so far."
        )
    if old.person == new.person:
        raise OperatorError("The new key is the one so far.", next_step="Make another one with: openssl rand -hex 32")


def _pairs(office: Office, ring: KeyRing, receipts: tuple[Receipt, ...], old: Keys, new: Keys) -> pa.Table:
    """Each pseudonym of any earlier version and the new one of the same identifier."""
    before, after = Pseudonyms(old.pseudonym_blocks()), Pseudonyms(new.pseudonym_blocks())
    found = [pa.table({"old": pa.array([], pa.binary()), "new": pa.array([], pa.binary())})]
    for receipt in receipts:
        sealed = office.store.delivery_folder(receipt.delivery) / "source.sealed"
        layout = office.profile.layouts[receipt.layout]
        key = ring.source_key(receipt.key_version, old)
        found += pseudonym_pairs_of(sealed, key, layout, before, after)
        office.progress(receipt.file, receipt.rows)
    newest = pa.concat_tables(found).group_by(["old", "new"]).aggregate([])
    if ring.version == 1:
        return newest
    earlier = pseudonym_pairs(office.store.folder, ring.version, old).rename_columns(["first", "old"])
    chained = earlier.join(newest, "old").select(["first", "new"]).rename_columns(["old", "new"]).drop_null()
    return pa.concat_tables([newest, chained])
