"""A model of record linkage and what scoring by it gives: data that *process* writes and an engine carries out."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
import pyarrow as pa

from qonys.datasets.outcome import Table


class Comparison(msgspec.Struct, frozen=True):
    """How one variable of two records is compared: levels of agreement from the best down, as conditions over ``_l``, ``_r``.

    Where ``missing`` holds, the variable says nothing; where no level holds, the records differ in it.
    """

    name: str
    missing: str
    levels: tuple[str, ...]


class LinkageModel(msgspec.Struct, frozen=True):
    """A model after Fellegi and Sunter (1969): independent comparisons, each level with a probability among matches (m)
    and among others (u).

    Args:
        comparisons: the comparisons.
        blocks: conditions over ``l`` and ``r``; only pairs that meet one of them are compared.
        training: conditions of the blocks in which m is estimated by expectation maximisation.
        prior: probability that two records taken at random are of one person.
        review: least probability of a pair that is handed back.
        seed: of the sample in which u is estimated.
        sample_pairs: pairs in it, and at most in a block in which m is estimated.
    """

    comparisons: tuple[Comparison, ...]
    blocks: tuple[str, ...]
    training: tuple[str, ...]
    prior: float
    review: float
    seed: int
    sample_pairs: int


class ScoredPairs(msgspec.Struct, frozen=True):
    """Pairs: columns left, right (``unique_id`` of the records), probability; and the model with the parameters estimated."""

    pairs: pa.Table
    parameters: dict[str, Any]


class PairScorer(Protocol):
    """An engine that scores pairs of records by a model of linkage."""

    def scored_pairs(self, query: str, model: LinkageModel, **tables: Table) -> ScoredPairs:
        """Score the records that a query gives: a column ``unique_id`` and those that the model names."""
