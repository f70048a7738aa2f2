"""Finds the person of slips that carry no identifier: after the deterministic join, by what else the slips say.

Laws:
- Slips with an identifier are never linked with each other by anything but it: each identifier is one record.
- Names and birthplaces are compared as sets of keyed hashes of bigrams, by Dice's coefficient 2·|A∩B| / (|A| + |B|)
  (Dice 1945); no name is read.
- A slip without an identifier takes the person of its best pair, from the threshold ``link`` up. Where two persons reach it,
  somebody has to look; so has somebody at pairs from ``review`` up.
- Two slips whose given names differ are never linked by themselves, but go to review: twins, and the brothers and sisters of
  somebody whose birth date is misread, share all the rest, and the model takes what they share as independent evidence.
- Those without an identifier that match each other only are one person without a number.
- What a person decided of a pair goes before every probability: the same are linked, the different never, not even by way
  of a third slip; where the model would connect what was told apart, its weakest links give way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qonys.concepts.integration import Linkage
from qonys.datasets.decision import DECIDED_PAIR
from qonys.datasets.linkage import Comparison, LinkageModel, PairScorer, ScoredPairs
from qonys.datasets.outcome import Engine, Table
from qonys.datasets.standing import LINK
from qonys.process.settled_pairs import DIFFERENT, SAME, Flags, Numbers, Settled, groups, settled_pairs
from qonys.process.standing import slips_of

Probabilities: TypeAlias = NDArray[np.float64]
_ALIKE = {"surname": (0.8, 0.55), "given_name": (0.8, 0.55), "birth_place": (0.7,)}
"""Dice's coefficients from which two writings of a name agree, level by level."""
NAMES = tuple(_ALIKE)
"""Variables of which it can be told how far two slips agree in them (`name_agreement`)."""
_LARGEST_PRIOR = 0.5
"""Of two or three slips in all the a priori probability would be 1, and no evidence could speak against a pair."""


class LinkingEngine(Engine, PairScorer, Protocol):
    """An engine that runs queries and scores pairs."""


_LINKED_COLUMNS: dict[str, pa.DataType] = {"delivery": pa.int32(), "row": pa.int64(), "person": pa.binary()}
LINKED = pa.schema(_LINKED_COLUMNS)
"""Persons of slips that have no identifier; one that was never delivered with a number is named by its first slip."""


@dataclass(frozen=True)
class Linked:
    """What linkage found.

    Args:
        persons: persons of slips without an identifier, as `LINKED`.
        links: pairs of slips, as `datasets.standing.LINK`; ``review`` where somebody has to look, ``different`` where
            somebody looked and told them apart.
        parameters: m, u and the a priori probability that were estimated, and the thresholds.
    """

    persons: pa.Table = field(default_factory=LINKED.empty_table)
    links: pa.Table = field(default_factory=LINK.empty_table)
    parameters: dict[str, Any] = field(default_factory=dict)


def linkage_model(linkage: Linkage, *, prior: float) -> LinkageModel:
    """The comparisons and blocks: exact subsets of what two writings of one person usually have in common.

    Args:
        linkage: thresholds and seed.
        prior: probability that two records taken at random are of one person.
    """
    unknown = "(l.person is null or r.person is null)"
    blocks = (
        "l.birth_date = r.birth_date and l.given_key = r.given_key",
        "l.birth_date = r.birth_date and l.surname_key = r.surname_key",
        "l.surname_key = r.surname_key and l.given_key = r.given_key and l.birth_year = r.birth_year",
        "l.surname_key = r.surname_key and l.given_key = r.given_key and l.place_key = r.place_key",
        "l.birth_date = r.birth_date and l.place_key = r.place_key and l.sex = r.sex",
    )
    return LinkageModel(
        comparisons=(
            _dice("surname", "surname_key"),
            _given_names(),
            _dice("birth_place", "place_key"),
            Comparison(
                "birth_date",
                "birth_date_l is null or birth_date_r is null",
                (
                    "birth_date_l = birth_date_r",
                    "birth_turned_l = birth_turned_r",
                    "birth_year_l = birth_year_r",
                ),
            ),
            Comparison("sex", "sex_l is null or sex_r is null", ("sex_l = sex_r",)),
        ),
        blocks=tuple(f"{block} and {unknown}" for block in blocks),
        training=(
            "l.surname_key = r.surname_key and l.given_key = r.given_key and l.place_key = r.place_key",
            "l.birth_date = r.birth_date and l.given_key = r.given_key",
            "l.birth_date = r.birth_date and l.surname_key = r.surname_key",
        ),
        prior=prior,
        review=linkage.review,
        seed=linkage.seed,
        sample_pairs=linkage.sample_pairs,
    )


def records_query() -> str:
    """One record a known person and one a slip without an identifier; tables registrations, deliveries, exceptions.

    Of a known person what was said last counts, variable by variable. ``delivery`` and ``row`` name its first slip.
    """
    said = ("sex", "birth_date", *NAMES)
    columns, by_time = ("person", *said), "{'received': received, 'delivery': delivery, 'row': row}"
    last = ", ".join(f"arg_max({name}, {by_time}) as {name}" for name in said)
    hashed = zip(NAMES, ("surname_key", "given_key", "place_key"), strict=True)
    keys = ", ".join(f"case when {name} is not null then hash({name}) end as {key}" for name, key in hashed)
    return f"""
with slips as (
  select * from ({slips_of(*columns)}) as all_slips anti join exceptions using (delivery, row) where gone > received
),
comparable as (select * from slips where surname is not null or given_name is not null or birth_place is not null),
known as (
  select person, min({by_time}) as first, {last} from comparable where person is not null group by person
),
records as (
  select delivery, row, {", ".join(columns)} from comparable where person is null
  union all select first.delivery, first.row, {", ".join(columns)} from known
)
select row_number() over (order by delivery, row) as unique_id, *, {keys}, year(birth_date) as birth_year,
  year(birth_date) * 10000 + least(month(birth_date), day(birth_date)) * 100 + greatest(month(birth_date), day(birth_date))
    as birth_turned
from records
"""


def linked(engine: LinkingEngine, linkage: Linkage, decided: pa.Table | None = None, **tables: Table) -> Linked:
    """Find the persons of slips without an identifier.

    Args:
        engine: runs queries and scores pairs.
        linkage: thresholds and seed.
        decided: what persons decided of pairs, as `datasets.decision.DECIDED_PAIR`.
        tables: registrations, deliveries, exceptions.
    """
    records = engine.run(f"select * from ({records_query()}) as r order by unique_id", None, **tables)
    unknown = pc.is_null(records["person"]).to_numpy()
    if not unknown.any():
        return Linked()
    prior = min(float(2 * unknown.sum() / (len(unknown) * max(len(unknown) - 1, 1))), _LARGEST_PRIOR)
    scored = engine.scored_pairs("select * from records", linkage_model(linkage, prior=prior), records=records)
    pairs = DECIDED_PAIR.empty_table() if decided is None else decided
    settled = settled_pairs(engine, pairs, records, tables["registrations"])
    return _decided(records, unknown, scored, _clear(engine, scored, records, linkage), linkage, settled)


def _clear(engine: LinkingEngine, scored: ScoredPairs, records: pa.Table, linkage: Linkage) -> Flags:
    """Pairs that may be linked without anybody's looking: probable enough, and of given names that do not differ."""
    comparison = _given_names()
    agree = " or ".join((comparison.missing, *comparison.levels))
    query = f"""
select place from (
  select pairs.place, one.given_name as given_name_l, other.given_name as given_name_r,
    one.given_key as given_key_l, other.given_key as given_key_r
  from pairs join records as one on one.unique_id = pairs."left" join records as other on other.unique_id = pairs."right"
) as compared where {agree}
"""
    probable = np.flatnonzero(scored.pairs["probability"].to_numpy() >= linkage.link)
    pairs = scored.pairs.take(probable).append_column("place", pa.array(probable, pa.int64()))
    clear = np.zeros(scored.pairs.num_rows, np.bool_)
    clear[engine.run(query, None, pairs=pairs, records=records)["place"].to_numpy()] = True
    return clear


def _decided(
    records: pa.Table, unknown: Flags, scored: ScoredPairs, clear: Flags, linkage: Linkage, settled: Settled
) -> Linked:
    """Links and persons of scored pairs and of those that a person decided; records are numbered from 1 in their order."""
    left, right = scored.pairs["left"].to_numpy() - 1, scored.pairs["right"].to_numpy() - 1
    unscored = settled.unscored(left, right)
    left, right = np.concatenate([left, unscored[0]]), np.concatenate([right, unscored[1]])
    probability = np.concatenate([scored.pairs["probability"].to_numpy(), np.full(len(unscored[0]), np.nan)])
    clear = np.concatenate([clear, np.zeros(len(unscored[0]), np.bool_)])
    nameless = np.where(unknown[left], left, right)
    other = np.where(unknown[left], right, left)
    said = settled.verdict(nameless, other)
    strong = _strong(nameless, other, unknown, clear & (said == 0), settled)
    group = groups(nameless[strong], other[strong], len(unknown))
    status = np.select([strong, said == DIFFERENT], ["linked", "different"], "review")
    parameters = {**scored.parameters, "link": linkage.link, "review": linkage.review, "seed": linkage.seed}
    return Linked(_persons(records, unknown, group), _links(records, nameless, other, probability, status), parameters)


def _strong(nameless: Numbers, other: Numbers, unknown: Flags, reaches: Flags, settled: Settled) -> Flags:
    """Pairs that are of one person: those said to be, and those that reach the threshold and connect nothing apart.

    In a group that holds two persons the model's links between slips without an identifier give way, then all of its links.
    """
    said = settled.verdict(nameless, other) == SAME
    strong: Flags = said | _unambiguous(nameless, other, unknown, reaches)
    for weak in (unknown[other], True):
        group = groups(nameless[strong], other[strong], len(unknown))
        strong &= said | ~(settled.torn(group, unknown)[group[nameless]] & weak)
    return strong


def _unambiguous(nameless: Numbers, other: Numbers, unknown: Flags, reaches: Flags) -> Flags:
    """Pairs that reach the threshold, but for records that reach it with two known persons."""
    with_known = reaches & ~unknown[other]
    persons = np.bincount(nameless[with_known], minlength=len(unknown))
    result: Flags = reaches & ~((persons[nameless] > 1) & ~unknown[other])
    return result


def _persons(records: pa.Table, unknown: Flags, group: Numbers) -> pa.Table:
    """The person of each record that has none: the known one of its group, else the first record of a group of several."""
    known_of_group = np.full(group.max() + 1, -1)
    known_of_group[group[~unknown]] = np.flatnonzero(~unknown)
    first_of_group = np.full(group.max() + 1, -1)
    first_of_group[group[::-1]] = np.arange(len(group))[::-1]
    size = np.bincount(group)
    found = np.flatnonzero(unknown & ((known_of_group[group] >= 0) | (size[group] > 1)))
    place = zip(records["delivery"].to_numpy(), records["row"].to_numpy(), strict=True)
    of_first = {index: int(d).to_bytes(8, "big") + int(r).to_bytes(8, "big") for index, (d, r) in enumerate(place)}
    persons = records["person"].to_pylist()
    known, first = known_of_group[group[found]], first_of_group[group[found]]
    named = [persons[k] if k >= 0 else of_first[f] for k, f in zip(known, first, strict=True)]
    chosen = records.select(["delivery", "row"]).take(found)
    return chosen.append_column("person", pa.array(named, pa.binary())).cast(LINKED)


def _links(
    records: pa.Table, nameless: Numbers, other: Numbers, probability: Probabilities, status: NDArray[np.str_]
) -> pa.Table:
    one, two = (records.select(["delivery", "row"]).take(index) for index in (nameless, other))
    columns = {
        "delivery": one["delivery"], "row": one["row"], "other_delivery": two["delivery"], "other_row": two["row"],
        "probability": pa.array(probability, from_pandas=True), "status": pa.array(status.tolist(), pa.string()),
    }  # fmt: skip
    return pa.table(columns).cast(LINK)


def _given_names() -> Comparison:
    return _dice("given_name", "given_key")


def name_agreement(name: str) -> str:
    """How two writings of a name agree, as SQL over NAME_l, NAME_r: ``equal``, ``alike``, ``different``; null: not stated."""
    comparison = _dice(name, name)
    equal, *alike = comparison.levels
    told = f"when {equal} then 'equal' when {' or '.join(alike)} then 'alike' else 'different'"
    return f"case when {comparison.missing} then null {told} end"


def _dice(name: str, key: str) -> Comparison:
    """Equal in all bigrams, then by Dice's coefficient; ``key`` tells the model that a block on it fixes the comparison."""
    left, right = f"{name}_l", f"{name}_r"
    coefficient = f"2.0 * len(list_intersect({left}, {right})) / (len({left}) + len({right}))"
    return Comparison(
        name,
        f"{left} is null or {right} is null",
        (f"{key}_l = {key}_r", *(f"{coefficient} >= {threshold}" for threshold in _ALIKE[name])),
    )
