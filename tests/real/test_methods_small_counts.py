"""Small-count rounding against what the R package SmallCountRounding 1.1.0 makes: its ties are random, so by its metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from qonys.methods.disclosure.small_count_rounding import small_count_rounding
from qonys.methods.disclosure.utility import utility
from real.real_data import real_data


def _example(name: str, of_row: tuple[str, ...]) -> tuple[dict[str, Any], np.ndarray, csr_array]:
    text = real_data("methods/smallcountrounding_examples.json").read_text(encoding="utf-8")
    example = json.loads(text)[name]
    members = [
        [all(cell[k] in {row[k], row.get("eu"), "Total"} for k in of_row) for row in example["input"]]
        for cell in example["publish"]
    ]
    counts = np.array([row["freq"] for row in example["input"]])
    membership = csr_array(np.array(members, dtype=np.int64))
    assert (membership @ counts).tolist() == [cell["original"] for cell in example["publish"]]
    return example, counts, membership


EXAMPLES = [("e6", ("geo", "year")), ("exPSD", ("rows", "cols"))]


def _keys(cells: int) -> Iterator[np.ndarray]:
    for seed in range(50):
        yield np.random.default_rng(seed).integers(0, 2**64, cells, dtype=np.uint64)


@pytest.mark.parametrize(("name", "of_row"), EXAMPLES)
def test_the_best_fit_is_as_near_as_that_of_small_count_rounding_whatever_the_keys(
    name: str, of_row: tuple[str, ...]
) -> None:
    example, counts, membership = _example(name, of_row)
    for keys in _keys(len(counts)):
        found = small_count_rounding(counts, membership, keys, 5, keep=0.0)
        measured = utility(membership @ counts, found.published)
        assert measured.largest_absolute[0] == example["metrics"]["maxdiff"]
        assert measured.mean_absolute[0] == pytest.approx(example["metrics"]["meanAbsDiff"], rel=1e-12)
        assert measured.root_mean_square[0] == pytest.approx(example["metrics"]["rootMeanSquare"], rel=1e-12)


@pytest.mark.parametrize(("name", "of_row"), EXAMPLES)
def test_measures_of_the_rounding_in_r_are_those_that_it_reports(name: str, of_row: tuple[str, ...]) -> None:
    example, _, _ = _example(name, of_row)
    for part, prefix in (("inner", "inner_"), ("publish", "")):
        original, rounded = (np.array([cell[k] for cell in example[part]]) for k in ("original", "rounded"))
        measured, reported = utility(original, rounded), example["metrics"]
        assert measured.hellinger_utility[0] == pytest.approx(reported[f"{prefix}HDutility"], rel=1e-12)
        assert measured.mean_absolute[0] == pytest.approx(reported[f"{prefix}meanAbsDiff"], rel=1e-12)
        assert measured.root_mean_square[0] == pytest.approx(reported[f"{prefix}rootMeanSquare"], rel=1e-12)


@pytest.mark.parametrize(("name", "of_row"), EXAMPLES)
def test_by_keys_alone_no_small_published_count_is_left_either(name: str, of_row: tuple[str, ...]) -> None:
    _, counts, membership = _example(name, of_row)
    for keys in _keys(len(counts)):
        published = small_count_rounding(counts, membership, keys, 5).published
        assert not np.any((published > 0) & (published < 5))
