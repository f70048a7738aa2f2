"""Carries out a model of record linkage with Splink on a connection of DuckDB."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa

from qonys.datasets.linkage import Comparison, LinkageModel, ScoredPairs

_TABLE = "linkage_records"
_COLUMNS: dict[str, pa.DataType] = {"left": pa.int64(), "right": pa.int64(), "probability": pa.float64()}
_PAIRS = pa.schema(_COLUMNS)


def scored_pairs(connection: duckdb.DuckDBPyConnection, query: str, model: LinkageModel) -> ScoredPairs:
    """The pairs of at least the probability that the model asks for; see `datasets.linkage.PairScorer`.

    A block of the training in which no two records agree teaches nothing: what it would have taught stays unknown, and speaks
    neither for a pair nor against it.

    Splink logs what it writes as queries; nothing of it is let through, since a query could name a value.
    """
    from splink import DuckDBAPI, Linker
    from splink.internals.exceptions import EMTrainingException

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    connection.execute(f"create or replace temp table {_TABLE} as {query}")
    if connection.sql(f"select count(*) as n from {_TABLE}").to_arrow_table()["n"][0].as_py() < 2:
        return ScoredPairs(_PAIRS.empty_table(), {})
    database = DuckDBAPI(connection)
    linker = Linker(database.register(_TABLE), _settings(model), log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=model.sample_pairs, seed=model.seed)
    for block in model.training:
        with suppress(EMTrainingException):
            linker.training.estimate_parameters_using_expectation_maximisation(block, max_pairs=model.sample_pairs)
    predicted = linker.inference.predict(threshold_match_probability=model.review, warning_mode="never")
    columns = "unique_id_l as left, unique_id_r as right, match_probability as probability"
    pairs = connection.sql(f"select {columns} from {predicted.physical_name}").to_arrow_table()
    return ScoredPairs(pairs.cast(_PAIRS), _parameters(linker.misc.save_model_to_json()))


def _settings(model: LinkageModel) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "comparisons": [_comparison(comparison) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": block, "sql_dialect": "duckdb"} for block in model.blocks
        ],
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": False,
        "max_iterations": 20,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    levels += [{"sql_condition": level, "label_for_charts": level} for level in comparison.levels]
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _parameters(model: dict[str, Any]) -> dict[str, Any]:
    """The probabilities that were estimated: a priori, and m and u of every level of every comparison."""
    return {
        "prior": model["probability_two_random_records_match"],
        "comparisons": {
            comparison["output_column_name"]: [
                {
                    "level": level["label_for_charts"],
                    "m": level.get("m_probability"),
                    "u": level.get("u_probability"),
                }
                for level in comparison["comparison_levels"]
                if not level.get("is_null_level")
            ]
            for comparison in model["comparisons"]
        },
    }
