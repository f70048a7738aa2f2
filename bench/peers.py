"""The rules of bench/rules_against_peers.py in pandera and in pointblank; runs in the environment of the peers.

python peers.py pandera|pointblank FILE.parquet…      prints seconds and fails a rule as JSON
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date

import polars as pl

ETHNICITY = [
    "kazakh",
    "russian",
    "uzbek",
    "ukrainian",
    "uyghur",
    "tatar",
    "german",
    "kyrgyz",
    "azerbaijani",
    "korean",
    "turkish",
    "dungan",
    "tajik",
    "belarusian",
    "chechen",
    "polish",
    "other",
]
EDUCATION = [
    "postgraduate",
    "higher",
    "incomplete_higher",
    "secondary_vocational",
    "general_secondary",
    "basic_secondary",
    "primary",
    "none",
]
REASON = ["work", "study", "family", "housing", "return", "repatriation", "health", "other"]
MARITAL = ["never", "married", "widowed", "divorced"]
RULES: dict[str, pl.Expr] = {
    "future": pl.col("date") <= pl.col("received"),
    "early": pl.col("date") >= date(2023, 1, 1),
    "born-after": pl.col("birth_date") <= pl.col("date"),
    "too-old": pl.col("birth_date") >= date(1905, 1, 1),
    "sex": pl.col("sex").is_in(["F", "M"]),
    "kind": pl.col("kind").is_in(["arrival", "departure"]),
    "residence": pl.col("registration_type") == "residence",
    "same-place": pl.col("origin") != pl.col("destination"),
    "ethnicity": pl.col("ethnicity").is_in(ETHNICITY),
    "marital": pl.col("marital").is_in(MARITAL),
    "education": pl.col("education").is_in(EDUCATION),
    "reason": pl.col("reason").is_in(REASON),
    "citizenship": pl.col("citizenship") == "KZ",
    "young-and-married": (pl.col("marital") == "never") | (pl.col("birth_date").dt.year() < 2006),
}
"""Rule -> what must hold; where it cannot be told, it holds."""


def pandera(frame: pl.DataFrame) -> dict[str, int]:
    """Fails a rule, all rules in one lazy validation."""
    import pandera.polars as pa

    checks = [
        pa.Check(lambda data, expr=expr: data.lazyframe.select(expr.fill_null(value=True)), name=name)
        for name, expr in RULES.items()
    ]
    try:
        pa.DataFrameSchema(checks=checks).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        counted = errors.failure_cases.group_by("check").len().iter_rows()
        return {**dict.fromkeys(RULES, 0), **dict(counted)}
    return dict.fromkeys(RULES, 0)


def pointblank(frame: pl.DataFrame) -> dict[str, int]:
    """Fails a rule; extracts of failing rows as many as the tool keeps by itself."""
    import pointblank as pb

    validation = pb.Validate(frame)
    for expr in RULES.values():
        validation = validation.col_vals_expr(expr=expr.fill_null(value=True))
    failed = validation.interrogate().n_failed()
    return dict(zip(RULES, failed.values(), strict=True))


def main() -> None:
    """Read the files, confront them with the rules, print what was found and how long it took."""
    tool = {"pandera": pandera, "pointblank": pointblank}[sys.argv[1]]
    columns = ["date", "received", "birth_date", "sex", "kind", "registration_type", "origin", "destination"]
    columns += ["ethnicity", "marital", "education", "reason", "citizenship"]
    tool(pl.read_parquet(sys.argv[2], n_rows=10, columns=columns))  # what a first use loads is not counted
    start = time.perf_counter()
    fails = tool(pl.read_parquet(sys.argv[2:], columns=columns))
    print(json.dumps({"seconds": time.perf_counter() - start, "fails": fails}))


if __name__ == "__main__":
    main()
