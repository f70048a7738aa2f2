"""What persons decided of pairs of slips, over the records that linkage compares.

Laws: a decision about one slip of a known person holds for the person. Slips said to be of one person are one group, and
what is said of one of them is said of the group; two groups with different known persons are different. A decision about
a slip that is not compared any more says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qonys.datasets.decision import Key
from qonys.datasets.outcome import Engine, Table

Numbers: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]
SAME, DIFFERENT = 1, -1

_RESOLVED = """
with slips as (
  select delivery, row, person from registrations semi join (
    select delivery, row from pairs union all select other_delivery, other_row from pairs
  ) as named using (delivery, row)
),
found as (
  select s.delivery, s.row, r.unique_id, r.person
  from slips as s join records as r on r.delivery = s.delivery and r.row = s.row where s.person is null and r.person is null
  union all
  select s.delivery, s.row, r.unique_id, r.person from slips as s join records as r on r.person = s.person
)
select distinct one.unique_id - 1 as one, two.unique_id - 1 as two, p.same
from pairs as p
join found as one on one.delivery = p.delivery and one.row = p.row
join found as two on two.delivery = p.other_delivery and two.row = p.other_row
where one.unique_id <> two.unique_id and (one.person is null or two.person is null)
order by one, two
"""


@dataclass(frozen=True)
class Settled:
    """Decisions over records that are numbered from 0.

    Args:
        one: one record of each pair.
        two: the other one.
        same: they are of one person; else they are of two.
        group: number of the group of each record, by what is said to be the same alone.
        known: the known person's record of each group; -1 where there is none.
    """

    one: Numbers
    two: Numbers
    same: Flags
    group: Numbers
    known: Numbers

    def verdict(self, one: Numbers, two: Numbers) -> Numbers:
        """What follows for pairs of records: `SAME`, `DIFFERENT`, or 0 where nobody said anything."""
        a, b = self.group[one], self.group[two]
        parted = self._pair(self.group[self.one[~self.same]], self.group[self.two[~self.same]])
        others = (self.known[a] >= 0) & (self.known[b] >= 0) | np.isin(self._pair(a, b), parted)
        verdict: Numbers = np.where(a == b, SAME, np.where(others, DIFFERENT, 0))
        return verdict

    def unscored(self, one: Numbers, two: Numbers) -> tuple[Numbers, Numbers]:
        """The pairs that were decided and are not among some others."""
        absent = ~np.isin(self._pair(self.one, self.two), self._pair(one, two))
        return self.one[absent], self.two[absent]

    def torn(self, group: Numbers, unknown: Flags) -> Flags:
        """Groups that hold several known persons, or records that are said to be of two.

        Args:
            group: number of the group of each record.
            unknown: records without an identifier.
        """
        torn: Flags = np.bincount(group[~unknown], minlength=group.max() + 1) > 1
        one, two = group[self.one[~self.same]], group[self.two[~self.same]]
        torn[one[one == two]] = True
        return torn

    def _pair(self, one: Numbers, two: Numbers) -> Numbers:
        pair: Numbers = np.minimum(one, two).astype(np.int64) * len(self.group) + np.maximum(one, two)
        return pair


def settled_pairs(engine: Engine, pairs: pa.Table, records: pa.Table, registrations: Table) -> Settled:
    """The decisions that concern records.

    Args:
        engine: runs queries.
        pairs: what was decided, as `datasets.decision.DECIDED_PAIR`.
        records: columns unique_id (from 1, in their order), delivery, row, person.
        registrations: all slips.
    """
    unknown = pc.is_null(records["person"]).to_numpy()
    if not pairs.num_rows:
        none = np.empty(0, np.int64)
        return _settled(none, none, none.astype(np.bool_), unknown)
    places = records.select(["unique_id", "delivery", "row", "person"])
    found = engine.run(_RESOLVED, None, pairs=pairs, records=places, registrations=registrations)
    one, two, same = (found[name].to_numpy(zero_copy_only=False) for name in ("one", "two", "same"))
    return _settled(one, two, same, unknown)


def groups(left: Numbers, right: Numbers, size: int) -> Numbers:
    """Number of the group of each record: records that pairs connect are in one group."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    found: Numbers = connected_components(graph, directed=False)[1]
    return found


def contradicting(said: Sequence[tuple[Key, Key, bool]], persons: Mapping[Key, bytes]) -> tuple[Key, Key] | None:
    """Two slips that are said to be of one person, and by other words of two; None where all fits together.

    Args:
        said: two slips, and whether they are of one person.
        persons: the persons whom identifiers name, by slip.
    """
    nodes = {node: index for index, node in enumerate(dict.fromkeys(n for one, two, _ in said for n in (one, two)))}
    named = [node for node in nodes if node in persons]
    first: dict[bytes, Key] = {}
    same = [(one, two) for one, two, together in said if together]
    same += [(first.setdefault(persons[node], node), node) for node in named]
    if not nodes:
        return None
    ends = np.array([(nodes[one], nodes[two]) for one, two in same], np.int64).reshape(-1, 2)
    group = groups(ends[:, 0], ends[:, 1], len(nodes))
    holder: dict[int, Key] = {}
    for node in named:
        other = holder.setdefault(int(group[nodes[node]]), node)
        if persons[other] != persons[node]:
            return other, node
    apart = ((one, two) for one, two, together in said if not together)
    return next((pair for pair in apart if group[nodes[pair[0]]] == group[nodes[pair[1]]]), None)


def _settled(one: Numbers, two: Numbers, same: Flags, unknown: Flags) -> Settled:
    group = groups(one[same], two[same], len(unknown))
    known = np.full(len(unknown), -1)
    known[group[~unknown]] = np.flatnonzero(~unknown)
    return Settled(one, two, same, group, known)
